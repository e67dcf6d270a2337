import { chmodSync, chownSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { commands } from '../../src/cli/commands/index.ts';
import { playbookFolder, runProgram, stagePackage, type Ended } from './staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const staged = stagePackage();
const folder = playbookFolder({
  'fleet/hosts.yml': 'all:\n  vars: { ansible_connection: local }\n  hosts:\n    kvm1:\n    kvm2:\n',
  'other.yml': 'all:\n  hosts:\n    other1:\n',
});
const config = join(folder, 'kvmplay.config.ts');
const below = join(folder, 'a', 'b');

beforeEach(() => {
  mkdirSync(below, { recursive: true });
  rmSync(config, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Env = Readonly<Record<string, string>>;

function kvmplay(args: readonly string[], env: Env = {}, cwd = folder): Promise<Ended> {
  return runProgram([staged.main, ...args], { cwd, env });
}

async function effective(env: Env = {}, cwd = folder): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await kvmplay(['config', '--json'], env, cwd);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

function settings(text: string): void {
  writeFileSync(
    config,
    `import { defineConfig } from 'kvmplay';\n\nexport default defineConfig({\n${text}\n});\n`,
  );
}

// Only root can give a file to another user; CI is root.
const asRoot = process.getuid?.() === 0 ? it : it.skip;

describe('kvmplay.config.ts', () => {
  it('gives options in and below its folder, with paths from where it lies', async () => {
    settings("  inventory: 'fleet/hosts.yml',\n  forks: 7,\n  connectTimeout: 3,\n  become: true,");

    expect(await effective({}, below)).toMatchObject({
      inventory: { value: [join(folder, 'fleet/hosts.yml')], from: `${config}:4` },
      forks: { value: 7, from: `${config}:5` },
      'connect-timeout': { value: 3, from: `${config}:6` },
      become: { value: true, from: `${config}:7` },
      check: { value: false, from: 'default' },
    });
  });

  it('knows the files of options that are not always files', async () => {
    settings("  vaultId: ['prod@secrets/prod.txt', 'one.txt', 'dev@prompt'],\n  sshConfig: 'ssh.cfg',");

    expect(await effective({}, below)).toMatchObject({
      'vault-id': {
        value: [`prod@${join(folder, 'secrets/prod.txt')}`, join(folder, 'one.txt'), 'dev@prompt'],
      },
      'ssh-config': { value: join(folder, 'ssh.cfg') },
    });
  });

  it('spares a command its --inventory', async () => {
    settings("  inventory: ['fleet/hosts.yml'],");

    const { code, stdout, stderr } = await kvmplay(['inventory', '--graph'], {}, below);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('kvm2');
  });

  it('yields to the environment, and both to the command line', async () => {
    settings("  inventory: 'fleet/hosts.yml',\n  forks: 7,\n  user: 'config',");

    expect(await effective({ KVMPLAY_FORKS: '8' })).toMatchObject({
      forks: { value: 8, from: 'KVMPLAY_FORKS' },
      user: { value: 'config' },
    });
    const graph = await kvmplay(['inventory', '--graph', '-i', 'other.yml'], {
      KVMPLAY_INVENTORY: 'fleet/hosts.yml',
    });
    expect(graph.stdout).toContain('other1');
    expect(graph.stdout).not.toContain('kvm1');
  });

  it('is asked by no command that has no such option', async () => {
    settings('  forks: 0,');

    expect(await kvmplay(['doc'])).toMatchObject({ code: 0, stderr: '' });
    expect(await kvmplay(['inventory', '--graph', '-i', 'other.yml'])).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['an unknown name', '  froks: 7,', 'kvmplay.config.ts:4:3: there is no option froks; is it forks?'],
    ['text for a number', "  forks: '7',", 'kvmplay.config.ts:4:3: forks is "7", and should be a number'],
    [
      'a number that is too small',
      '  forks: 0,',
      'kvmplay.config.ts:4:3: forks is 0, and should be a whole number of at least 1',
    ],
    [
      'text for a flag',
      "  become: 'yes',",
      'kvmplay.config.ts:4:3: become is "yes", and should be true or false',
    ],
    [
      'a choice that is not offered',
      "  hostKeyChecking: 'maybe',",
      'kvmplay.config.ts:4:3: hostKeyChecking is maybe, and should be one of yes, accept-new, no',
    ],
    [
      'an option of one call',
      "  resume: 'last',",
      'kvmplay.config.ts:4:3: there is no option resume; see kvmplay config',
    ],
  ])('refuses %s', async (_, text, message) => {
    settings(text);

    const { code, stderr } = await kvmplay(['config']);

    expect(code).toBe(1);
    expect(stderr.split('\n')[0]).toBe(`kvmplay: ${message}`);
    expect(stderr).toContain('> 4 | ');
  });

  it('tells the line where it threw', async () => {
    writeFileSync(
      config,
      "const { KEY } = process.env;\nif (KEY === undefined) throw new Error('no KEY');\nexport default {};\n",
    );

    expect(await kvmplay(['config'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('kvmplay.config.ts:2:30: threw while loading: no KEY'),
    });
  });

  it('should export settings', async () => {
    writeFileSync(config, 'export const forks = 7;\n');

    expect(await kvmplay(['config'])).toMatchObject({
      code: 1,
      stderr:
        'kvmplay: kvmplay.config.ts: the default export should be settings: export default defineConfig({ ... })\n',
    });
  });

  asRoot('is not run when a group can write its folder', async () => {
    settings('  forks: 7,');
    const owner = statSync(folder);
    chownSync(folder, owner.uid, owner.uid + 1);
    chmodSync(folder, 0o775);

    const { code, stderr } = await kvmplay(['config']);
    chmodSync(folder, 0o755);

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^kvmplay: the folder of kvmplay\.config\.ts can be written by group \d+, and should not be, since it is run: chmod g-w /,
    );
    expect(await kvmplay(['config'])).toMatchObject({ code: 0 });
  });

  it('is run where the group of the user may write', async () => {
    settings('  forks: 7,');
    const { uid } = statSync(folder);
    chownSync(folder, uid, uid);
    chmodSync(folder, 0o775);

    expect(await effective()).toMatchObject({ forks: { value: 7 } });
    chmodSync(folder, 0o755);
  });

  it('is not run when everybody can write it, unless it is named', async () => {
    settings('  forks: 7,');
    chmodSync(config, 0o666);

    expect(await kvmplay(['config'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^kvmplay: kvmplay\.config\.ts can be written by everybody, and should not be/,
      ),
    });
    expect(await effective({ KVMPLAY_CONFIG: 'kvmplay.config.ts' })).toMatchObject({ forks: { value: 7 } });
    expect(await effective({ KVMPLAY_CONFIG: '' })).toMatchObject({ forks: { value: 50 } });
  });

  asRoot('is not run when another user put it into a folder above', async () => {
    settings('  forks: 7,');
    chownSync(config, 1234, 1234);

    expect(await kvmplay(['config'], {}, below)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(' belongs to user 1234, and should belong to you or to root'),
    });
  });
});

describe('the environment', () => {
  it('gives options of every kind', async () => {
    const values = await effective({
      KVMPLAY_INVENTORY: 'fleet/hosts.yml:other.yml',
      KVMPLAY_BECOME: '1',
      KVMPLAY_CHECK: 'no',
      KVMPLAY_FORKS: '9',
      KVMPLAY_LIMIT: 'kvm:!kvm2',
      KVMPLAY_EXTRA_VARS: '{"mtu":9000}\n@vars.yml',
    });

    expect(values).toMatchObject({
      inventory: { value: ['fleet/hosts.yml', 'other.yml'], from: 'KVMPLAY_INVENTORY' },
      become: { value: true },
      check: { value: false, from: 'KVMPLAY_CHECK' },
      forks: { value: 9 },
      limit: { value: 'kvm:!kvm2' },
      'extra-vars': { value: ['(not shown)', '@vars.yml'] },
    });
  });

  it.each([
    [
      'KVMPLAY_FROKS',
      '7',
      'the environment has KVMPLAY_FROKS, and there is no such option; is it KVMPLAY_FORKS?',
    ],
    ['KVMPLAY_CHECK', 'maybe', 'KVMPLAY_CHECK is "maybe", and should be true or false'],
    ['KVMPLAY_FORKS', 'many', 'KVMPLAY_FORKS is many, and should be a whole number of at least 1'],
    ['KVMPLAY_CONFIG', 'nowhere.ts', 'KVMPLAY_CONFIG is nowhere.ts, and should be a file'],
  ])('is refused when %s is %s', async (name, value, message) => {
    expect(await kvmplay(['config'], { [name]: value })).toMatchObject({
      code: 1,
      stderr: `kvmplay: ${message}\n`,
    });
  });
});

describe('the options of all commands', () => {
  it('mean one thing wherever they have one name', () => {
    const types = new Map<string, Set<string>>();
    for (const [name, option] of commands.flatMap(({ spec }) => Object.entries(spec.options))) {
      types.set(name, (types.get(name) ?? new Set()).add(`${option.type} ${option.settable ?? true}`));
    }

    expect([...types].filter(([, kinds]) => kinds.size > 1)).toEqual([]);
  });
});
