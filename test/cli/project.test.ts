import { readFileSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { type Ended, playbookFolder, runProgram, stagePackage } from './staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const staged = stagePackage();
const folder = playbookFolder({
  'local.yml':
    'kvm:\n  vars: { ansible_connection: local, network_backend: none, vlans: [10] }\n  hosts:\n    here:\nmaintenance:\n',
  'taken/hosts.yml': 'mine\n',
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kvmplay(args: readonly string[], cwd = folder): Promise<Ended> {
  return runProgram([staged.main, ...args], { cwd });
}

describe('kvmplay init', () => {
  const project = join(folder, 'Our network');

  it('writes a project that kvmplay check finds nothing wrong with', async () => {
    const made = await kvmplay(['init', 'Our network']);
    const checked = await kvmplay(['check', 'playbooks/bond6.ts'], project);

    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain('Our network/playbooks/bond6.ts\n');
    expect(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))).toMatchObject({
      name: 'our-network',
    });
    expect(checked).toEqual({
      code: 0,
      stderr: '',
      stdout: 'All is well: 1 playbook, 1 play, 2 hosts; no host was touched.\n',
    });
  });

  it('writes a project that the compiler of an editor takes', () => {
    mkdirSync(join(project, 'node_modules'));
    for (const name of ['zod', '@types'])
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
    symlinkSync(staged.folder, join(project, 'node_modules', 'kvmplay'));

    const { status, stdout } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', project], {
      encoding: 'utf8',
    });

    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it('writes a playbook that runs', async () => {
    const { code, stdout } = await kvmplay(
      ['run', 'playbooks/bond6.ts', '-i', '../local.yml', '-C'],
      project,
    );

    // This machine need not have the NICs.
    expect(stdout).toContain('play bond6 with VLAN bridges: 1 host (check mode: nothing is changed)\n');
    expect(code).not.toBe(1);
  });

  it('overwrites nothing', async () => {
    const { code, stderr } = await kvmplay(['init', 'taken']);

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'kvmplay: hosts.yml is in taken already, and nothing was written\n',
    });
    expect(readFileSync(join(folder, 'taken', 'hosts.yml'), 'utf8')).toBe('mine\n');
  });
});

describe('kvmplay check', () => {
  const wrong = playbookFolder({
    'wrong.ts': `import { ensureVlan, play } from 'kvmplay';
import { z } from 'zod';

export default [
  play({
    name: 'first',
    hosts: 'kvm',
    vars: z.object({ vlan: z.number() }),
    async run(host) {
      await ensureVlan(host, { parrent: 'eno5', id: host.vars.vlan });
    },
  }),
  play({ name: 'second', hosts: 'kvn', async run() {} }),
];\n`,
    'hosts.yml': `kvm:
  vars:
    vlan: ten
    ansible_connection: telnet
  hosts:
    kvm[1:3]:\n`,
  });

  afterAll(() => rmSync(wrong, { recursive: true, force: true }));

  it('tells all that is wrong, with file and line, and touches nobody', async () => {
    const { code, stderr, stdout } = await kvmplay(['check', 'wrong.ts', '-i', 'hosts.yml'], wrong);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n').filter((line) => !/^>? +\d* \|/.test(line))).toEqual([
      expect.stringMatching(/^wrong\.ts:10:32: .*'parrent' does not exist in type 'DesiredVlan'/),
      'kvmplay: hosts.yml:4: kvm1: ansible_connection is "telnet", and kvmplay knows ssh, openssh and local only',
      '  the same of kvm2, kvm3',
      expect.stringMatching(/^kvmplay: hosts\.yml:3: play "first": variable vlan of kvm1, kvm2, kvm3: /),
      'kvmplay: kvn is neither a group nor a host of the inventory; did you mean kvm?',
      'kvmplay: 4 faults; no host was touched',
      '',
    ]);
  });

  it('checks the types of kvmplay.config.ts', async () => {
    const config = "import { defineConfig } from 'kvmplay';\n\nexport default defineConfig({ forkz: 5 });\n";
    writeFileSync(join(wrong, 'kvmplay.config.ts'), config);

    const { code, stderr } = await kvmplay(['check', '-i', 'hosts.yml'], wrong);

    expect(code).toBe(1);
    expect(stderr).toContain('kvmplay.config.ts:3');
    expect(stderr).toContain('forkz');
  });
});
