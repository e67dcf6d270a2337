import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Vault } from 'ansible-vault';
import { openVault, type VaultOptionValues } from '../../../src/cli/hosts/vault.ts';
import { fakeIo } from '../fake-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'kvmplay-cli-vault-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return name;
}

interface Person {
  readonly questions: string[];
  readonly answer: string;
}

async function open(options: Partial<VaultOptionValues>, person?: Person, env: Record<string, string> = {}) {
  const io = fakeIo({
    cwd: folder,
    env,
    ...(person !== undefined && {
      askSecret: (question) => {
        person.questions.push(question);
        return Promise.resolve(person.answer);
      },
    }),
  });
  return openVault(options, io);
}

async function opens(keyring: Awaited<ReturnType<typeof open>>, password: string, id = ''): Promise<boolean> {
  return 'text' in (await keyring.open(await new Vault({ password }).encrypt('geheim', id)));
}

describe('openVault', () => {
  it('takes passwords from files, in every option', async () => {
    const keyring = await open({
      'vault-password-file': [file('one', 'pass one\n'), file('two', '  pass two\n\n')],
      'vault-id': [`dev@${file('three', 'pass three')}`, file('four', 'pass four')],
    });

    for (const number of ['one', 'two', 'three', 'four'])
      expect(await opens(keyring, `pass ${number}`)).toBe(true);
    expect(await opens(keyring, 'pass five')).toBe(false);
  });

  it('asks a person once for each', async () => {
    const person = { questions: [], answer: 'pass' };

    const keyring = await open({ 'vault-id': ['dev@prompt', 'prompt'], 'ask-vault-pass': true }, person);

    expect(person.questions).toEqual(['Vault password (dev): ', 'Vault password: ', 'Vault password: ']);
    expect(await opens(keyring, 'pass', 'dev')).toBe(true);
  });

  it('runs a program, and tells a client which vault it is about', async () => {
    const text = '#!/bin/sh\necho "pass $*"\n';

    const keyring = await open({
      'vault-id': [`dev@${file('keys-client.sh', text, 0o700)}`, `x@${file('keys.sh', text, 0o700)}`],
    });

    expect(await opens(keyring, 'pass --vault-id dev')).toBe(true);
    expect(await opens(keyring, 'pass')).toBe(true);
  });

  it('takes the file that the environment names when no option names one', async () => {
    const env = { ANSIBLE_VAULT_PASSWORD_FILE: file('env', 'of env') };

    expect(await opens(await open({}, undefined, env), 'of env')).toBe(true);
    expect(
      await opens(await open({ 'vault-password-file': [file('own', 'own')] }, undefined, env), 'of env'),
    ).toBe(false);
  });

  it('passes over a source that gives none when another does, and says so', async () => {
    const io = fakeIo({ cwd: folder });

    const keyring = await openVault({ 'vault-id': ['prod@nowhere', `dev@${file('dev', 'pass dev')}`] }, io);

    expect(await opens(keyring, 'pass dev', 'dev')).toBe(true);
    expect(io.written.stderr).toBe(
      'kvmplay: the vault password file nowhere does not exist; it is passed over\n',
    );
  });

  it.each<[string, Partial<VaultOptionValues>, string | RegExp]>([
    [
      'a file that is missing',
      { 'vault-password-file': ['nowhere'] },
      /^the vault password file nowhere does not exist$/,
    ],
    [
      'a file that says nothing',
      { 'vault-password-file': [file('empty', '\n')] },
      'the vault password of empty is empty',
    ],
    [
      'a program that fails',
      { 'vault-id': [`dev@${file('fails', '#!/bin/sh\necho geheim; exit 3\n', 0o700)}`] },
      `the vault password program ${folder}/fails ended with 3, and should print a password`,
    ],
    [
      'a label without a source',
      { 'vault-id': ['dev@'] },
      '--vault-id is "dev@", and should be ID@FILE, ID@prompt, FILE or prompt',
    ],
  ])('refuses %s', async (_, options, message) => {
    await expect(open(options)).rejects.toThrow(message instanceof RegExp ? message : new Error(message));
  });
});
