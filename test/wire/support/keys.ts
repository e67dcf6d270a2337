import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface KeyPair {
  readonly file: string;
  /** `ssh-ed25519 AAAA...` */
  readonly publicKey: string;
  /** `SHA256:...` by ssh-keygen, not by the code under test. */
  readonly fingerprint: string;
}

export async function makeKey(
  file: string,
  type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519',
  { passphrase = '', format = 'RFC4716' }: { passphrase?: string; format?: 'RFC4716' | 'PEM' | 'PKCS8' } = {},
): Promise<KeyPair> {
  await run('ssh-keygen', ['-q', '-t', type, '-m', format, '-N', passphrase, '-C', 'test', '-f', file]);
  const [kind = '', blob = ''] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
  const { stdout } = await run('ssh-keygen', ['-l', '-f', `${file}.pub`]);
  return { file, publicKey: `${kind} ${blob.trim()}`, fingerprint: stdout.split(' ')[1] ?? '' };
}
