import { chmodSync, mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  filesFact,
  type FileState,
  kernelModuleFact,
  packagesFact,
  serviceFact,
  sysctlFact,
  sysctlSettings,
} from '../../src/facts/index.ts';
import type { Fact } from '../../src/model/fact.ts';
import { runScript, shellRows } from './shells.ts';

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-system-'));
const at = (name: string): string => join(folder, name);

type Shell = (typeof shellRows)[number][1];

beforeAll(() => {
  writeFileSync(at('plain'), 'one\ntwo\n');
  writeFileSync(at("it's $(odd) *"), 'no end');
  writeFileSync(at('empty'), '');
  writeFileSync(at('heading'), 'x\npath /etc/passwd\nnothing\n');
  writeFileSync(at('binary'), Buffer.from([0, 1, 2]));
  writeFileSync(at('latin1'), Buffer.from([0x66, 0xfc, 0x72, 10]));
  writeFileSync(at('large'), 'x'.repeat(300_000));
  symlinkSync('/run/x', at('link'));
  mkdirSync(at('folder'));
  chmodSync(at('plain'), 0o640);
});

afterAll(() => rmSync(folder, { recursive: true }));

function ask<T>(shell: Shell, fact: Fact<T>, before = ''): T {
  const { stdout, stderr, code } = runScript(shell, `${before}${fact.script}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return fact.parse(stdout);
}

function isOf(file: FileState | undefined): string | undefined {
  return file !== undefined && 'is' in file ? file.is : undefined;
}

describe.each(shellRows)('filesFact in %s', (_, shell) => {
  it('tells files to the byte, whatever they hold and are called', () => {
    const names = ['plain', "it's $(odd) *", 'empty', 'heading'];

    const files = ask(shell, filesFact([...names, 'missing'].map(at)));

    expect([...files].map(([path, { content }]) => [path, content]).sort()).toEqual(
      [
        [at('plain'), 'one\ntwo\n'],
        [at("it's $(odd) *"), 'no end'],
        [at('empty'), ''],
        [at('heading'), 'x\npath /etc/passwd\nnothing\n'],
      ].sort(),
    );
    const { username } = userInfo();
    expect(files.get(at('plain'))).toMatchObject({ mode: 0o640, owner: username });
  });

  it('tells what is no text file, and goes on after it', () => {
    const names = ['binary', 'folder', 'large', 'latin1', 'link', 'plain'];

    const files = ask(shell, filesFact(names.map(at)));

    expect(names.map((name) => isOf(files.get(at(name))))).toEqual([
      'a binary file',
      'a folder',
      'a file of 300000 bytes',
      'a binary file',
      'a symbolic link to /run/x',
      undefined,
    ]);
    expect(files.get(at('plain'))?.content).toBe('one\ntwo\n');
  });

  it('shows no content in what a rollback compares', () => {
    const fact = filesFact([at('plain')]);

    expect(JSON.stringify([...(fact.comparable?.(ask(shell, fact)) as Map<string, unknown>)])).not.toContain(
      'two',
    );
  });
});

describe.each(shellRows)('sysctlFact in %s', (_, shell) => {
  it('tells a setting, one of several values, and one that is missing', () => {
    expect(ask(shell, sysctlFact('kernel.ostype'))).toBe('Linux');
    expect(ask(shell, sysctlFact('kernel.printk'))).toMatch(/^\d+ \d+ \d+ \d+$/);
    expect(ask(shell, sysctlFact('net.bridge.no/such'))).toBeUndefined();
    expect(ask(shell, sysctlFact("kernel.$(touch /tmp/x)'"))).toBeUndefined();
  });

  it('tells what files set', () => {
    for (const { path, key } of ask(shell, sysctlSettings)) {
      expect(path).toMatch(/sysctl/);
      expect(key).toContain('.');
    }
  });
});

describe.each(shellRows)('kernelModuleFact in %s', (_, shell) => {
  it('tells a module that is missing', () => {
    expect(ask(shell, kernelModuleFact('no-such-module'))).toMatchObject({ state: 'missing' });
  });
});

describe('kernelModuleFact', () => {
  it('understands a loaded module', () => {
    const output =
      'state loaded\nuses 2\nlink eno3\nparameter debug N\nparameter name a b\nparameter empty \n';

    expect(kernelModuleFact('x').parse(output)).toEqual({
      state: 'loaded',
      uses: 2,
      links: ['eno3'],
      parameters: { debug: 'N', name: 'a b', empty: '' },
    });
  });
});

/** As a host of Red Hat's answers, which has no apt. */
const rpm = `command() { case $2 in apt-get|dpkg-query|dnf) return 1 ;; yum|rpm) return 0 ;; esac; }
rpm() { case $4 in chrony) echo 4.3-1 ;; kernel) echo 5.14-1; echo 5.14-2 ;; *) echo "package $4 is not installed"; return 1 ;; esac; }
`;

describe.each(shellRows)('packagesFact in %s', (_, shell) => {
  it("tells what Debian's database has", () => {
    const { manager, installed } = ask(shell, packagesFact(['no-such-package', 'dpkg']));

    expect(manager).toBe('apt');
    expect([...installed.keys()]).toEqual(['dpkg']);
    expect(installed.get('dpkg')).toMatch(/^\d/);
  });

  it('asks rpm elsewhere, and takes the youngest of several versions', () => {
    // Without `command` in place of the shell's own, this shell cannot play another host.
    if (shell[0] === 'busybox') return;
    const { manager, installed } = ask(shell, packagesFact(['chrony', 'kernel', 'ntp']), rpm);

    expect(manager).toBe('yum');
    expect([...installed]).toEqual([
      ['chrony', '4.3-1'],
      ['kernel', '5.14-2'],
    ]);
  });
});

describe('packagesFact', () => {
  it('tells what a rollback leaves behind', () => {
    const fact = packagesFact(['a', 'b', 'c']);

    const before = fact.parse('manager apt\ninstalled a 1\n');
    const after = fact.parse('manager apt\ninstalled b 1\nunfinished c\n');

    expect(fact.lasting?.(before, after)).toEqual([
      'package a is removed',
      'package b is installed',
      'package c is unpacked and not configured',
    ]);
    expect(fact.lasting?.(after, after)).toEqual([]);
  });
});

const unit = (load: string, active: string, sub: string, state: string): string =>
  `manager systemd\nLoadState=${load}\nActiveState=${active}\nSubState=${sub}\nUnitFileState=${state}\n`;

describe('serviceFact', () => {
  it.each([
    ['runs and is enabled', unit('loaded', 'active', 'running', 'enabled'), ['there', true, true]],
    ['is stopped and disabled', unit('loaded', 'inactive', 'dead', 'disabled'), ['there', false, false]],
    ['has failed', unit('loaded', 'failed', 'failed', 'enabled'), ['there', false, true]],
    ['is starting', unit('loaded', 'activating', 'start', 'enabled'), ['there', true, true]],
    [
      'starts again and again',
      unit('loaded', 'activating', 'auto-restart', 'enabled'),
      ['there', false, true],
    ],
    ['others start', unit('loaded', 'inactive', 'dead', 'static'), ['there', false, 'fixed']],
    ['is masked', unit('masked', 'inactive', 'dead', 'masked'), ['there', false, 'masked']],
    [
      'is enabled until the next boot',
      unit('loaded', 'active', 'running', 'enabled-runtime'),
      ['there', true, false],
    ],
    ['is not there', unit('not-found', 'inactive', 'dead', ''), ['missing', false, false]],
    [
      'is a script that systemd took in',
      `link yes\n${unit('loaded', 'active', 'exited', 'generated')}`,
      ['there', true, true],
    ],
    [
      'is a script that old systemd took in',
      unit('loaded', 'active', 'exited', 'bad'),
      ['there', true, false],
    ],
  ])('understands a service of systemd that %s', (_, output, expected) => {
    const { manager, existence, running, enabled } = serviceFact('x').parse(output);

    expect([manager, existence, running, enabled]).toEqual(['systemd', ...expected]);
  });

  it('tells the name of the unit behind an alias, and knows it by that', () => {
    const asked = (id: string): string => `${unit('loaded', 'active', 'running', 'enabled')}Id=${id}\n`;
    const stop = {
      kind: 'service.set',
      name: 'ssh',
      manager: 'systemd',
      before: { running: true },
      after: { running: false },
    } as const;

    const [alias, ssh] = [serviceFact('sshd'), serviceFact('ssh')].map((fact) => ({
      fact,
      value: fact.parse(asked('ssh.service')),
    }));

    expect(alias?.value.unit).toBe('ssh');
    expect(alias?.fact.after(alias.value, stop).running).toBe(false);
    expect(ssh?.value).not.toHaveProperty('unit');
    expect(serviceFact('ssh.service').parse(asked('ssh.service'))).not.toHaveProperty('unit');
    expect(serviceFact('demo.timer').parse(asked('demo.timer'))).not.toHaveProperty('unit');
  });

  it('understands the scripts of init.d', () => {
    expect(serviceFact('x').parse('link yes\nmanager chkconfig\nscript\nrunning\n')).toEqual({
      manager: 'chkconfig',
      existence: 'there',
      running: true,
      enabled: true,
    });
    expect(serviceFact('x').parse('manager update-rc.d\n')).toMatchObject({ existence: 'missing' });
    expect(serviceFact('x').parse('')).toEqual({ existence: 'missing', running: false, enabled: false });
  });

  it.each(shellRows)('is asked without a complaint in %s', (_, shell) => {
    expect(ask(shell, serviceFact("no'such")).existence).toBe('missing');
  });
});
