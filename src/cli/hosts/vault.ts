import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { UsageError } from '../../errors.ts';
import { whyUnreadable } from '../../model/file-finding.ts';
import { VaultKeyring, type VaultPassword } from '../../inventory/index.ts';
import type { OptionValues } from '../command-line/command-line.ts';
import type { CliIo } from '../io.ts';
import { resolvePath } from '../paths.ts';
import type { vaultOptions } from '../command-line/shared-options.ts';

export type VaultOptionValues = OptionValues<typeof vaultOptions>;

/** Reads the vault passwords that the options name, once, before any host is touched. */
export async function openVault(options: Partial<VaultOptionValues>, io: CliIo): Promise<VaultKeyring> {
  const { 'vault-id': ids = [], 'vault-password-file': named = [], 'ask-vault-pass': ask = false } = options;
  const ofEnvironment = io.env['ANSIBLE_VAULT_PASSWORD_FILE'] ?? '';
  const files = named.length === 0 && ofEnvironment !== '' ? [ofEnvironment] : named;
  const sources = [
    ...ids.map(toSource),
    ...files.map((from) => ({ from })),
    ...(ask ? [{ from: 'prompt' }] : []),
  ];
  const passwords: VaultPassword[] = [];
  const failures: UsageError[] = [];
  // The user answers one question after the other.
  for (const source of sources) {
    try {
      passwords.push(await readPassword(source, io));
    } catch (error) {
      // As in Ansible, an unreadable source is only a warning: a user of the staging vaults need not have the production
      // password.
      if (!(error instanceof UsageError) || isPrompt(source.from)) throw error;
      failures.push(error);
    }
  }
  const [failure] = failures;
  if (failure !== undefined && passwords.length === 0) throw failure;
  for (const { message } of failures) io.stderr.write(`kvmplay: ${message}; it is passed over\n`);
  return new VaultKeyring(passwords, io.secrets);
}

interface PasswordSource {
  readonly id?: string | undefined;
  /** Path of a file or a program, or `prompt`. */
  readonly from: string;
}

/** Parses `prod@prompt`, `prod@FILE`, or a source without a label. */
function toSource(text: string): PasswordSource {
  const at = text.indexOf('@');
  const source = at === -1 ? { from: text } : { id: text.slice(0, at), from: text.slice(at + 1) };
  if (source.from !== '' && source.id !== '') return source;
  throw new UsageError(
    `--vault-id is ${JSON.stringify(text)}, and should be ID@FILE, ID@prompt, FILE or prompt`,
  );
}

/** True when the source of `--vault-id` is the user. */
export function isPrompt(from: string): boolean {
  return from === 'prompt' || from === 'prompt_ask_vault_pass';
}

/** Renames the file in a value of `--vault-id`: `FILE`, `ID@FILE` or `prompt`. */
export function movedVaultId(text: string, move: (path: string) => string): string {
  const [, id = '', from = ''] = /^([^@]*@)?(.*)$/s.exec(text) ?? [];
  return id + (from === '' || isPrompt(from) ? from : move(from));
}

async function readPassword({ id, from }: PasswordSource, io: CliIo): Promise<VaultPassword> {
  const password = isPrompt(from)
    ? await io.askSecret(id === undefined ? 'Vault password: ' : `Vault password (${id}): `)
    : await readPasswordFile({ id, from }, io);
  if (password === '') throw new UsageError(`the vault password of ${from} is empty`);
  return { password, id };
}

/** Reads a file, or the output of a program, and trims it as Ansible does. */
async function readPasswordFile({ id, from }: PasswordSource, io: CliIo): Promise<string> {
  const path = resolvePath(from, io.cwd);
  try {
    const stats = await stat(path);
    const isProgram = stats.isFile() && (stats.mode & 0o111) !== 0;
    return (isProgram ? await askProgram(path, id, io) : await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the vault password file ${from} ${whyUnreadable(error)}`, {
      cause: error,
    });
  }
}

/** Runs the program. One whose name ends in `-client` serves several vaults and is told the id. */
async function askProgram(path: string, id: string | undefined, { signal, cwd }: CliIo): Promise<string> {
  const isClient = path.slice(0, path.length - extname(path).length).endsWith('-client');
  const args = isClient && id !== undefined ? ['--vault-id', id] : [];
  const child = spawn(path, args, { cwd, signal, stdio: ['inherit', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => void (text += part));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return text;
  throw new UsageError(
    `the vault password program ${path} ended with ${String(code)}, and should print a password`,
  );
}
