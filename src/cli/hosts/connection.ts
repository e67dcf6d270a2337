import { readFile } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { whyUnreadable } from '../../model/file-finding.ts';
import { splitShellWords } from '../../model/shell-words.ts';
import type { TransportDefaults } from '../../transports/index.ts';
import type { OptionValues } from '../command-line/command-line.ts';
import type { CliIo } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { readSecret } from './secrets.ts';
import type { connectionOptions } from '../command-line/shared-options.ts';

type ConnectionOptionValues = OptionValues<typeof connectionOptions>;

/** Connection settings for hosts whose inventory does not give them. Asks for passwords now, before a host waits for one. */
export async function transportDefaults(
  options: ConnectionOptionValues,
  io: CliIo,
): Promise<TransportDefaults> {
  const sshConfig = await sshConfigOf(options['ssh-config'], io);
  const password = await readSecret(
    { ask: options['ask-pass'], prompt: 'SSH password: ', file: options['connection-password-file'] },
    io,
  );
  const hint = password === undefined ? '' : ' (empty: the SSH password)';
  const becomeAnswer = await readSecret(
    {
      ask: options['ask-become-pass'],
      prompt: `become password${hint}: `,
      file: options['become-password-file'],
    },
    io,
  );
  const becomePassword = becomeAnswer === '' ? (password ?? becomeAnswer) : becomeAnswer;
  for (const secret of [password, becomePassword]) io.secrets.add(secret ?? '');
  const {
    connection,
    user,
    'private-key': key,
    'become-user': becomeUser,
    'become-method': becomeMethod,
    'ssh-args': sshArgs,
    'ssh-common-args': sshCommonArgs,
    'ssh-extra-args': sshExtraArgs,
  } = options;
  return {
    become: options.become,
    hostKeyChecking: options['host-key-checking'],
    connectRetries: options['connect-retries'],
    sshConfigFile: sshConfig,
    // Without a terminal, connecting reports which answer is missing.
    ...(io.isInteractive && {
      askSecret: io.askSecret,
      tellPerson: (message: string) => io.stderr.write(`${message}\n`),
    }),
    connection,
    user,
    becomeUser,
    becomeMethod,
    sshArguments: wordsOf('--ssh-args', sshArgs),
    sshCommonArguments: wordsOf('--ssh-common-args', sshCommonArgs),
    sshExtraArguments: wordsOf('--ssh-extra-args', sshExtraArgs),
    privateKeyFile: key === undefined ? undefined : resolvePath(key, io.cwd),
    password: secretOf(password),
    becomePassword: secretOf(becomePassword),
  };
}

function secretOf(text: string | undefined): (() => Promise<string>) | undefined {
  return text === undefined ? undefined : () => Promise.resolve(text);
}

function wordsOf(option: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  try {
    return splitShellWords(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${option} is ${JSON.stringify(text)}, and ${error.message}`);
  }
}

/** Returns an absolute path, or `none`. A missing file fails here, or else every host would report it. */
async function sshConfigOf(file: string | undefined, io: CliIo): Promise<string | undefined> {
  if (file === undefined || file === 'none') return file;
  const path = resolvePath(file, io.cwd);
  const finding = await readFile(path).then(() => undefined, whyUnreadable);
  if (finding !== undefined) throw new UsageError(`the file ${file} of --ssh-config ${finding}`);
  return path;
}
