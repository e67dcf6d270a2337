import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readAnsibleCfg } from '../../src/cli/ansible-cfg/read-ansible-cfg.ts';
import { takeOver, toOptions } from '../../src/cli/ansible-cfg/take-over.ts';
import { needProgram } from '../support/packages.ts';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-peers-cfg-'));

beforeAll(() => needProgram('/usr/bin/ansible-config', 'ansible-core'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Ansible calls what kvmplay.config.ts has. */
const names = {
  inventory: 'DEFAULT_HOST_LIST',
  forks: 'DEFAULT_FORKS',
  user: 'DEFAULT_REMOTE_USER',
  privateKey: 'DEFAULT_PRIVATE_KEY_FILE',
  vaultId: 'DEFAULT_VAULT_IDENTITY_LIST',
  connectTimeout: 'DEFAULT_TIMEOUT',
  become: 'DEFAULT_BECOME',
  becomeUser: 'DEFAULT_BECOME_USER',
  tags: 'TAGS_RUN',
} as const;

const cfg = `
[defaults]
Inventory : prod ,  staging/hosts   ; two
# inventory = none
forks=7
remote_user = 'ad min'
 ; a comment further in
private_key_file = keys/#ops;x
timeout = 25
vault_identity_list = a@one,
    b@prompt
[privilege_escalation]
become = yes
become_user = root # not a comment
[tags]
run = vlan, bond
[nowhere]
forks = 9
`;

interface Dumped {
  readonly name: string;
  readonly value: unknown;
}

describe('an ansible.cfg', () => {
  it('says to kvmplay what it says to Ansible', () => {
    const file = join(folder, 'ansible.cfg');
    writeFileSync(file, cfg);

    const dump = execFileSync('ansible-config', ['dump', '--format', 'json'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ANSIBLE_CONFIG: file },
    });
    const options = toOptions(takeOver(readAnsibleCfg(cfg), (path) => join(folder, path)));

    const theirs = new Map((JSON.parse(dump) as Dumped[]).map(({ name, value }) => [name, value]));
    const expected = Object.entries(names).map(([ours, name]) => [ours, theirs.get(name)] as const);
    // Ansible leaves the files of vaults as they are: it looks for them where it is called.
    const vaultId = (theirs.get('DEFAULT_VAULT_IDENTITY_LIST') as string[]).map((id) =>
      id.replace(/@(?!prompt)/, `@${folder}/`),
    );
    expect(Object.fromEntries(options)).toEqual({ ...Object.fromEntries(expected), vaultId });
  });
});
