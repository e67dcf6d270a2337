import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { foreignVariables } from '../../src/cli/ansible-cfg/foreign-environment.ts';
import { readAnsibleCfg } from '../../src/cli/ansible-cfg/read-ansible-cfg.ts';
import { runCli } from '../../src/cli/cli.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { settableOptions, toVariableName } from '../../src/cli/command-line/option-names.ts';
import { fakeIo } from './fake-io.ts';
import { playbookFolder, runProgram, stagePackage } from './staged-package.ts';

// Processes are started here, and a busy machine takes its time.
jest.setTimeout(60_000);

const cfg = `# our defaults
[defaults]
inventory      = inventories/prod, ~/more.ini
FORKS: 20
remote_user    = "admin"
private_key_file = keys/ops
host_key_checking = False
vault_identity_list = prod@.vault/prod, dev@prompt
timeout = 30   ; slow links
callbacks_enabled = timer,
    profile_tasks
interpreter_python = auto_silent
hash_behaviour = merge
ask_pass = no
made_up = it's new

[privilege_escalation]
become = True
become_method = community.general.doas
become_flags = -H -S -n

[sudo_become_plugin]
password = geheim

[ssh_connection]
timeout = 40
pipelining = True
ssh_args = -F ssh.cfg -o ControlMaster=auto
ssh_common_args = -J bastion
`;

const staged = stagePackage();
const folder = playbookFolder({
  'old/ansible.cfg': cfg,
  'old/README.md': 'ours\n',
  'old/inventories/prod/hosts': '[kvm]\nkvm1 ansible_connection=local\n',
  'old/inventories/prod/group_vars/kvm.yml': 'vlans: [10]\n',
  'lonely/ansible.cfg':
    '[defaults]\nforks = 5\nremote_user = admin\nmade_up = 1\n[ssh_connection]\ntimeout = 9\n',
  'vaulted/ansible.cfg': '[defaults]\nremote_user = admin\nvault_password_file = pass\n',
  'vaulted/hosts.yml': 'all:\n  hosts:\n    kvm1:\n',
  'vaulted/group_vars/all.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
  'elsewhere/a.cfg': '[defaults]\ninventory = hosts.ini\nforks = zwanzig\n',
});
const old = join(folder, 'old');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function kvmplay(
  words: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = fakeIo({ cwd, env: { HOME: join(folder, 'home'), ...env } });
  return { code: await runCli(words, io), ...io.written };
}

describe('a command without an inventory', () => {
  it('tells what Ansible would take, and how to say it here', async () => {
    expect(await kvmplay(['ping'], { cwd: old })).toEqual({
      code: 1,
      stdout: '',
      stderr: `kvmplay: option --inventory is missing; see kvmplay ping --help
  ansible.cfg:3 has inventory = inventories/prod, ~/more.ini, which kvmplay does not read: say -i inventories/prod -i ${join(folder, 'home/more.ini')}
  or make it a kvmplay.config.ts, once: kvmplay init\n`,
    });
  });

  it('finds the file that ANSIBLE_CONFIG names before that of the working folder', async () => {
    const { stderr } = await kvmplay(['ping'], { cwd: old, env: { ANSIBLE_CONFIG: '../elsewhere/a.cfg' } });

    expect(stderr).toContain(`/elsewhere/a.cfg:2 has inventory = hosts.ini`);
    expect(stderr).toContain(`once: ANSIBLE_CONFIG=${join(folder, 'elsewhere/a.cfg')} kvmplay init\n`);
  });

  it('finds the file of the home folder last', async () => {
    mkdirSync(join(folder, 'home'), { recursive: true });
    writeFileSync(join(folder, 'home', '.ansible.cfg'), '[defaults]\ninventory = /srv/hosts\n');

    const { stderr } = await kvmplay(['ping'], { cwd: folder });

    expect(stderr).toContain(`  home/.ansible.cfg:2 has inventory = /srv/hosts`);
  });

  it('knows the variable of Ansible', async () => {
    const { stderr } = await kvmplay(['ping'], { cwd: old, env: { ANSIBLE_INVENTORY: 'hosts.ini' } });

    expect(stderr).toContain(
      'ANSIBLE_INVENTORY names it for Ansible: say -i hosts.ini, or KVMPLAY_INVENTORY=',
    );
  });
});

describe('kvmplay init beside an ansible.cfg', () => {
  it('takes it over line by line, and says what it did not', async () => {
    const { code, stdout, stderr } = await kvmplay(['init', 'old'], { cwd: folder });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/ +$/gm, '').replace(/ {2,}/g, '  ')).toBe(`LINE  old/ansible.cfg  kvmplay.config.ts
3  inventory = inventories/prod, ~/more.ini  inventory: ['inventories/prod', '~/more.ini']
4  forks = 20  forks: 20
5  remote_user = "admin"  user: 'admin'
6  private_key_file = keys/ops  privateKey: 'keys/ops'
7  host_key_checking = False  hostKeyChecking: 'no'; 'accept-new' would refuse keys that change
8  vault_identity_list = prod@.vault/prod, dev@prompt  vaultId: ['prod@.vault/prod', 'dev@prompt']
9  timeout = 30  connectTimeout: 30
10  callbacks_enabled = timer, profile_tasks  not needed: --output shapes the report
12  interpreter_python = auto_silent  not needed: no Python runs on a host
13  hash_behaviour = merge  NOT TAKEN OVER: of mappings that several groups have, the whole innermost one counts
14  ask_pass = no  not needed: it is the default
15  made_up = it's new  NOT TAKEN OVER: kvmplay has nothing like it
18  become = True  become: true
19  become_method = community.general.doas  becomeMethod: 'doas'
20  become_flags = -H -S -n  not needed: it is what kvmplay does by itself
23  password = ********  NOT TAKEN OVER: becomePasswordFile names a file that holds it
26  timeout = 40  connectTimeout: 40
27  pipelining = True  not needed: scripts always travel on standard input
28  ssh_args = -F ssh.cfg -o ControlMaster=auto  sshConfig: 'ssh.cfg'; sshArgs: '-o ControlMaster=auto'
29  ssh_common_args = -J bastion  sshCommonArgs: '-J bastion'

old/kvmplay.config.ts
old/playbooks/bond6.ts
old/package.json
old/tsconfig.json
old/.gitignore
Next: cd old && kvmplay inventory --graph, and kvmplay ping
`);
    expect(readFileSync(join(old, 'kvmplay.config.ts'), 'utf8')).toBe(`import { defineConfig } from 'kvmplay';

// Taken over from ansible.cfg, which kvmplay does not read; see \`kvmplay config\`.
export default defineConfig({
  inventory: ['inventories/prod', '~/more.ini'],
  forks: 20,
  user: 'admin',
  privateKey: 'keys/ops',
  hostKeyChecking: 'no',
  vaultId: ['prod@.vault/prod', 'dev@prompt'],
  connectTimeout: 40,
  become: true,
  becomeMethod: 'doas',
  sshConfig: 'ssh.cfg',
  sshArgs: '-o ControlMaster=auto',
  sshCommonArgs: '-J bastion',

  // ansible.cfg:13 hash_behaviour = merge: of mappings that several groups have, the whole innermost one counts
  // ansible.cfg:15 made_up = it's new: kvmplay has nothing like it
  // ansible.cfg:23 password = ********: becomePasswordFile names a file that holds it
});
`);
    expect(readFileSync(join(old, 'README.md'), 'utf8')).toBe('ours\n');
    expect(existsSync(join(old, 'hosts.yml'))).toBe(false);
  });

  it('leaves settings that kvmplay takes, and the inventory with its variables', async () => {
    const { code, stdout, stderr } = await runProgram(
      [
        staged.main,
        'inventory',
        '--host',
        'kvm1',
        '-i',
        'inventories/prod',
        '--vault-id',
        'prompt@ansible.cfg',
      ],
      { cwd: old },
    );
    const checked = await runProgram([staged.main, 'config'], { cwd: old });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ vlans: [10] });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(checked.stdout).toMatch(/^forks +20 +kvmplay\.config\.ts:6$/m);
  });

  it('overwrites no settings', async () => {
    expect(await kvmplay(['init'], { cwd: old })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'kvmplay: kvmplay.config.ts is in . already, and nothing was written\n',
    });
  });

  it('takes over the file that ANSIBLE_CONFIG names, with paths from there', async () => {
    const env = { ANSIBLE_CONFIG: 'elsewhere/a.cfg' };

    const { code, stdout } = await kvmplay(['init', 'new'], { cwd: folder, env });

    expect(code).toBe(0);
    expect(stdout).toContain(
      '3     forks = zwanzig        NOT TAKEN OVER: it should be a whole number of at least 1\n',
    );
    expect(readFileSync(join(folder, 'new', 'kvmplay.config.ts'), 'utf8')).toContain(
      `  inventory: ['${join(folder, 'elsewhere', 'hosts.ini')}'],\n`,
    );
  });
});

describe('an ansible.cfg that is not read', () => {
  const lonely = join(folder, 'lonely');
  const vaulted = join(folder, 'vaulted');
  const unreachable = '127.0.0.1,';
  const ping = ['ping', '-i', unreachable, '-e', 'ansible_port=1', '--ssh-config', 'none'];

  it('is named where a host is not reached, with what might have helped', async () => {
    const { code, stderr } = await kvmplay(ping, { cwd: lonely });

    expect(code).toBe(4);
    expect(stderr).toContain(
      '\nkvmplay: ansible.cfg is not read, which has remote_user, timeout: kvmplay init makes a kvmplay.config.ts of it\n',
    );
  });

  it('is named after the variables of Ansible that are not read either', async () => {
    const env = { ANSIBLE_REMOTE_USER: 'admin', ANSIBLE_TIMEOUT: '3', ANSIBLE_VAULT_IDENTITY_LIST: '' };

    const { stderr } = await kvmplay(ping, { cwd: lonely, env: { ...env, KVMPLAY_CONNECT_TIMEOUT: '4' } });

    expect(stderr).toContain(
      '\nkvmplay: ANSIBLE_REMOTE_USER is not read: KVMPLAY_USER says it here\nkvmplay: ansible.cfg is not read',
    );
  });

  it('is never told by a variable that kvmplay does not have', () => {
    const env = new Proxy(
      {},
      { get: (_, name) => (String(name).startsWith('ANSIBLE_') ? 'set' : undefined) },
    );
    const known = [...settableOptions(commands.map(({ spec }) => spec)).keys()].map(toVariableName);

    const named = foreignVariables(env).map(([, ours]) => ours);

    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('is named where a vault stays closed', async () => {
    const { stderr } = await kvmplay(['ping', '-i', join(vaulted, 'hosts.yml')], { cwd: vaulted });

    expect(stderr).toContain('is encrypted with Ansible Vault, and no password was given');
    expect(stderr).toContain('\nkvmplay: ansible.cfg is not read, which has vault_password_file: ');
  });

  it.each([
    ['there are settings', ping, { KVMPLAY_CONFIG: '' }],
    ['the mistake is another', ['ping', '-i', 'nowhere'], {}],
    ['there is none', ['ping', '-i', unreachable, '--bogus'], {}],
  ])('is not named where %s', async (_, words, env) => {
    const { code, stderr } = await kvmplay(words, { cwd: lonely, env });

    expect(code).not.toBe(0);
    expect(stderr).not.toContain('is not read');
  });
});

describe('readAnsibleCfg', () => {
  it('passes over what means nothing', () => {
    expect(readAnsibleCfg('stray\n[defaults]\n  # note\nforks = 5 # all\n\n; no\n=\n')).toEqual([
      { section: 'defaults', key: 'forks', value: '5 # all', line: 4 },
    ]);
  });
});
