import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Vault } from 'ansible-vault';
import { formatInventoryGraph, formatInventoryJson, loadInventory } from '../../src/inventory/index.ts';
import type { Inventory } from '../../src/model/inventory.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvmplay-vault-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function encrypt(text: string, password: string, id = ''): Promise<string> {
  return new Vault({ password }).encrypt(text, id);
}

/** A value of YAML, at the end of a line that begins with `name: `. */
async function inline(text: string, password: string, id = ''): Promise<string> {
  return `!vault |\n${(await encrypt(text, password, id)).replace(/^/gm, '        ')}`;
}

async function load(
  files: Readonly<Record<string, string>>,
  ...vault: { id?: string; password: string }[]
): Promise<Inventory> {
  await rm(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return loadInventory([join(folder, 'hosts.yml')], { vault });
}

function hostsWith(value: string): Readonly<Record<string, string>> {
  return { 'hosts.yml': `kvm:\n  hosts:\n    kvm1:\n      mtu: 9000\n      token: ${value}\n` };
}

function read({ hosts }: Inventory, name: string): string {
  try {
    return JSON.stringify(hosts[0]?.vars[name]);
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, '');
  }
}

describe('loadInventory with a vault', () => {
  it('reads a value that is encrypted, and evaluates no template in it', async () => {
    const inventory = await load(hostsWith(await inline('geheim {{ mtu }}', 'pass')), {
      password: 'pass',
    });

    expect(read(inventory, 'token')).toBe('"geheim {{ mtu }}"');
  });

  it('lets templates use it', async () => {
    const files = hostsWith(await inline('geheim', 'pass'));
    const text = `${files['hosts.yml'] ?? ''}\n      url: 'https://{{ token }}@host'\n`;

    expect(read(await load({ 'hosts.yml': text }, { password: 'pass' }), 'url')).toBe(
      '"https://geheim@host"',
    );
  });

  it.each([
    [
      'the password of its label first',
      'dev',
      [
        { id: 'dev', password: 'pass' },
        { id: 'prod', password: 'other' },
      ],
    ],
    [
      'those of other labels, too',
      'dev',
      [
        { id: 'prod', password: 'other' },
        { id: 'x', password: 'pass' },
      ],
    ],
    ['every password when it has no label', '', [{ password: 'other' }, { id: 'x', password: 'pass' }]],
  ])('tries %s', async (_, id, passwords) => {
    const inventory = await load(hostsWith(await inline('geheim', 'pass', id)), ...passwords);

    expect(read(inventory, 'token')).toBe('"geheim"');
  });

  it.each([
    [
      'there is no password',
      [],
      'hosts.yml:5: variable token of kvm1 is encrypted with Ansible Vault, and no password was given: --ask-vault-pass, --vault-password-file or --vault-id gives one',
    ],
    [
      'the password is wrong',
      [{ password: 'wrong' }],
      'hosts.yml:5: variable token of kvm1 is encrypted with Ansible Vault for vault id dev, and the password that was given does not open it',
    ],
    [
      'all passwords are wrong',
      [{ password: 'wrong' }, { id: 'dev', password: 'wrong too' }],
      'hosts.yml:5: variable token of kvm1 is encrypted with Ansible Vault for vault id dev, and none of the 2 passwords that were given opens it',
    ],
  ])('fails at the moment of reading when %s', async (_, passwords, sentence) => {
    const inventory = await load(hostsWith(await inline('geheim', 'pass', 'dev')), ...passwords);

    expect(read(inventory, 'mtu')).toBe('9000');
    expect(read(inventory, 'token')).toBe(sentence);
  });

  it('reads files that are encrypted as a whole, wherever they lie', async () => {
    const inventory = await load(
      {
        'hosts.yml': await encrypt('kvm: { hosts: { kvm1: { a: 1 } } }', 'one'),
        'group_vars/kvm/plain.yml': "b: '{{ vault_b }}'\n",
        'group_vars/kvm/vault.yml': await encrypt('vault_b: geheim\n', 'two', 'team'),
        'host_vars/kvm1.yml': await encrypt('c: [geheim2]\n', 'one'),
      },
      { password: 'one' },
      { id: 'team', password: 'two' },
    );

    expect({ ...inventory.hosts[0]?.vars }).toEqual({ a: 1, b: 'geheim', vault_b: 'geheim', c: ['geheim2'] });
  });

  it('names an encrypted file that no password opens', async () => {
    const files = { 'hosts.yml': await encrypt('kvm: { hosts: { kvm1: } }', 'pass') };

    await expect(load(files, { password: 'wrong' })).rejects.toThrow(
      `${folder}/hosts.yml:1: the file is encrypted with Ansible Vault, and the password that was given does not open it`,
    );
    await expect(load(files)).rejects.toThrow(
      'the file is encrypted with Ansible Vault, and no password was given',
    );
  });

  it('says which vaults are known of one that is not', async () => {
    const inventory = await load(hostsWith('!vault |\n        $ANSIBLE_VAULT;1.0;AES\n        6162'), {
      password: 'x',
    });

    expect(read(inventory, 'token')).toBe(
      'hosts.yml:5: variable token of kvm1 is encrypted in a way that kvmplay does not know: $ANSIBLE_VAULT;1.1;AES256 and 1.2 are known',
    );
  });

  it('lists a value in cipher, and hides what stood in an encrypted file', async () => {
    const cipher = await encrypt('geheim', 'pass');
    const inventory = await load(
      {
        'hosts.yml': `kvm:\n  hosts:\n    kvm1:\n      token: !vault |\n${cipher.replace(/^/gm, '        ')}\n`,
        'group_vars/all.yml': await encrypt('user: { name: kvmadmin, ids: [17] }\n', 'pass'),
      },
      { password: 'pass' },
    );

    const { _meta } = JSON.parse(formatInventoryJson(inventory)) as { _meta: { hostvars: unknown } };
    expect(_meta.hostvars).toEqual({
      kvm1: { token: { __ansible_vault: `${cipher}\n` }, user: { name: '********', ids: ['********'] } },
    });
    expect(formatInventoryGraph(inventory, { withVars: true })).toContain('{token = ********}');
  });

  it('knows as secrets what it opened, the passwords, and those of hosts', async () => {
    const files = hostsWith(await inline('geheim\nzweite Zeile', 'pass'));
    const text = `${files['hosts.yml'] ?? ''}\n      ansible_become_password: sudo pass\n`;
    const { secrets } = await load({ 'hosts.yml': text }, { password: 'pass' });

    expect(secrets?.mask('geheim, zweite Zeile, pass, sudo pass, sudo')).toBe(
      '********, ********, ********, ********, sudo',
    );
  });
});
