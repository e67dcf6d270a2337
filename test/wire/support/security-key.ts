import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { promisify } from 'node:util';

import { needPrograms } from '../../support/packages.ts';

const run = promisify(execFile);

/** A FIDO security key made of software. */
export interface SecurityKey {
  /** What OpenSSH's SecurityKeyProvider is to name. */
  readonly provider: string;
  readonly pin: string;
  /** A key file, and its public key; one that verifies asks for the PIN at each signature. */
  makeKey(
    name: string,
    verifies?: 'verifies',
  ): Promise<{ readonly file: string; readonly publicKey: string }>;
  /** How many touches were wanted, or given, so far. */
  touches(which: 'wanted' | 'given'): Promise<number>;
  /** While `work` runs, touches are what it gives; otherwise they come by themselves. */
  byHand<T>(work: (touch: () => Promise<void>) => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

export async function makeSecurityKey(): Promise<SecurityKey> {
  await needPrograms({
    '/usr/bin/gcc': 'gcc',
    '/usr/include/stdlib.h': 'libc6-dev',
    '/usr/include/openssl/evp.h': 'libssl-dev',
  });
  const directory = await mkdtemp(join(tmpdir(), 'kvmplay-key-'));
  const provider = join(directory, 'provider.so');
  const finger = join(directory, 'finger');
  const touches = join(directory, 'touches');
  const pin = '271828';
  const values = Object.entries({ TOUCHES: touches, FINGER: finger, PIN: pin });
  // The program that loads it has libcrypto at hand.
  await run('gcc', [
    ...['-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', provider],
    ...values.map(([name, value]) => `-D${name}="${value}"`),
    join(import.meta.dirname, 'security-key.c'),
  ]);

  return {
    provider,
    pin,
    async makeKey(name, verifies) {
      const file = join(directory, name);
      const verifying = verifies === undefined ? [] : ['-O', 'verify-required'];
      const words = ['-q', '-t', 'ed25519-sk', '-w', provider, '-N', '', '-C', 'test', '-f', file];
      await run('ssh-keygen', [...words, ...verifying], { env: { ...env, SSH_ASKPASS_REQUIRE: 'never' } });
      return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() };
    },
    async touches(which) {
      const text = await readFile(touches, 'utf8').catch(() => '');
      return text.split(`${which}\n`).length - 1;
    },
    async byHand(work) {
      await run('mkfifo', [finger]);
      // Opened for both directions it waits for nobody.
      const pipe = await open(finger, 'r+');
      try {
        return await work(async () => {
          await pipe.write('.');
        });
      } finally {
        await rm(finger);
        await pipe.close();
      }
    },
    remove: () => rm(directory, { recursive: true }),
  };
}
