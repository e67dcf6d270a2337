import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../src/cli/cli.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { fakeIo } from './fake-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-cli-'));
const hosts = join(folder, 'hosts.yml');
writeFileSync(
  hosts,
  'all:\n  children:\n    kvm:\n      vars: { mtu: 9000 }\n      hosts:\n        kvm1:\n        kvm2: { mtu: 1500 }\n',
);
writeFileSync(join(folder, 'broken.yml'), 'all:\n  hosts:\n    kvm1:\n  childern: {}\n');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('kvmplay --help', () => {
  it('names every command', async () => {
    const io = fakeIo();

    expect(await runCli(['--help'], io)).toBe(0);

    for (const { spec } of commands) expect(io.written.stdout).toContain(`  ${spec.name}`);
  });

  it.each(commands.map(({ spec }) => [spec.name, spec] as const))(
    'teaches %s: every option and example',
    async (name, spec) => {
      const io = fakeIo();

      expect(await runCli([...name.split(' '), '--help'], io)).toBe(0);

      for (const option of Object.keys(spec.options)) expect(io.written.stdout).toContain(` --${option}`);
      for (const { command } of spec.examples) expect(io.written.stdout).toContain(`\n  ${command}\n`);
      expect(spec.examples.length).toBeGreaterThan(0);
    },
  );

  it('keeps to the width of the terminal', async () => {
    const io = fakeIo();
    const narrow = { ...io, stdout: { ...io.stdout, columns: 72 } };

    await runCli(['run', '--help'], narrow);

    const examples = io.written.stdout.indexOf('Examples:');
    const lines = io.written.stdout.slice(0, examples).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(72);
  });
});

describe('kvmplay', () => {
  it('says wrong usage in one line on stderr and exits with 1', async () => {
    const io = fakeIo();

    expect(await runCli(['run'], io)).toBe(1);

    expect(io.written).toEqual({
      stdout: '',
      stderr: 'kvmplay: run should be followed by a PLAYBOOK; see kvmplay run --help\n',
    });
  });

  it('shows the lines of a file that is wrong', async () => {
    const io = fakeIo();

    expect(await runCli(['inventory', '--list', '-i', join(folder, 'broken.yml')], io)).toBe(1);

    expect(io.written.stderr).toContain('broken.yml:4: ');
    expect(io.written.stderr).toContain('\n> 4 |   childern: {}\n');
  });
});

describe('kvmplay ping', () => {
  it.each([
    ['missing', 'nowhere', 'does not exist'],
    ['a folder', tmpdir(), 'is a folder and should be a file'],
  ])('asks no host when the file of --ssh-config is %s', async (_, file, finding) => {
    const io = fakeIo();

    expect(await runCli(['ping', '-i', 'kvm1,', '--ssh-config', file], io)).toBe(1);

    expect(io.written).toEqual({
      stdout: '',
      stderr: `kvmplay: the file ${file} of --ssh-config ${finding}\n`,
    });
  });
});

describe('kvmplay inventory', () => {
  it('prints the variables of one host', async () => {
    const io = fakeIo();

    expect(await runCli(['inventory', '-i', hosts, '--host', 'kvm1'], io)).toBe(0);

    expect(JSON.parse(io.written.stdout)).toEqual({ mtu: 9000 });
  });

  it('prints the tree of groups', async () => {
    const io = fakeIo();

    await runCli(['inventory', '-i', hosts, '--graph'], io);

    expect(io.written.stdout).toBe('@all:\n  |--@ungrouped:\n  |--@kvm:\n  |  |--kvm1\n  |  |--kvm2\n');
  });

  it('prints groups and variables as JSON', async () => {
    const io = fakeIo();

    await runCli(['inventory', '-i', hosts, '--list'], io);

    expect(JSON.parse(io.written.stdout)).toMatchObject({ _meta: { hostvars: { kvm2: { mtu: 1500 } } } });
  });

  it.each([
    ['an unknown host', ['--host', 'kvm3'], 'kvmplay: the inventory has no host kvm3; is it kvm1?\n'],
    ['no choice', [], 'kvmplay: inventory should be called with one of --list, --graph and --host\n'],
    [
      'two choices',
      ['--list', '--graph'],
      'kvmplay: inventory should be called with one of --list, --graph and --host\n',
    ],
  ])('refuses %s', async (_, args, message) => {
    const io = fakeIo();

    expect(await runCli(['inventory', '-i', hosts, ...args], io)).toBe(1);

    expect(io.written.stderr).toBe(message);
  });
});

describe('kvmplay lab', () => {
  it('says that there is none', async () => {
    const io = fakeIo({ cwd: folder });

    expect(await runCli(['lab', 'status'], io)).toBe(1);

    expect(io.written.stderr).toBe(`kvmplay: there is no lab in ${join(folder, '.lab')}\n`);
  });
});
