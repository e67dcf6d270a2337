import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatInventoryJson, loadInventory } from '../../src/inventory/index.ts';
import type { Inventory } from '../../src/model/inventory.ts';
import { needProgram } from '../support/packages.ts';

const run = promisify(execFile);

let folder: string;
let inventory: Inventory;

async function ansible(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, args, { cwd: folder, env: { ...process.env, ANSIBLE_NOCOLOR: '1' } });
  return stdout;
}

/** `name: !vault | ...`, as the user would copy it into a file. */
async function encryptString(name: string, text: string, ...options: readonly string[]): Promise<string> {
  const value = await ansible('ansible-vault', 'encrypt_string', ...options, '--name', name, text);
  return value.replace(/^/gm, '      ').trimEnd();
}

beforeAll(async () => {
  await needProgram('/usr/bin/ansible-vault', 'ansible-core');
  folder = await mkdtemp(join(tmpdir(), 'kvmplay-peers-vault-'));
  await Promise.all(['one', 'two'].map((name) => writeFile(join(folder, name), `password ${name}\n`)));
  const values = [
    await encryptString('plain', 'geheim', '--vault-password-file', 'one'),
    await encryptString(
      'labelled',
      'grün {{ no template }}',
      '--vault-id',
      'team@two',
      '--encrypt-vault-id',
      'team',
    ),
    await encryptString('lines', 'first\nsecond\n', '--vault-password-file', 'one'),
  ];
  await writeFile(
    join(folder, 'hosts.yml'),
    `kvm:\n  hosts:\n    kvm1:\n${values.join('\n')}\n      url: "https://{{ plain }}:{{ number }}@host"\n`,
  );
  await mkdir(join(folder, 'group_vars'));
  const file = join('group_vars', 'kvm.yml');
  await writeFile(join(folder, file), 'number: 42\nsecrets: [geheim2]\n');
  await ansible('ansible-vault', 'encrypt', '--vault-id', 'team@two', '--encrypt-vault-id', 'team', file);
  inventory = await loadInventory([join(folder, 'hosts.yml')], {
    vault: [{ password: 'password one' }, { id: 'team', password: 'password two' }],
  });
}, 120_000);

afterAll(() => rm(folder, { recursive: true }));

const options = ['-i', 'hosts.yml', '--vault-password-file', 'one', '--vault-id', 'team@two'];

describe('vaults that Ansible made', () => {
  it.each([['plain'], ['labelled'], ['lines'], ['url'], ['number'], ['secrets']])(
    'give variable %s the value that Ansible reads',
    async (name) => {
      const output = await ansible('ansible', 'kvm1', ...options, '-m', 'debug', '-a', `var=${name}`);

      const answer = JSON.parse(output.slice(output.indexOf('{'))) as Readonly<Record<string, unknown>>;
      expect(inventory.hosts[0]?.vars[name]).toEqual(answer[name]);
    },
  );

  it('are listed as Ansible lists them, but for what stood in an encrypted file', async () => {
    const theirs = await ansible('ansible-inventory', ...options, '--list');

    const hidden = theirs.replace('"geheim2"', '"********"').replace('"number": 42', '"number": "********"');
    expect(hidden).not.toBe(theirs);
    expect(formatInventoryJson(inventory)).toBe(hidden);
  });
});
