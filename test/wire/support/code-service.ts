import { createHmac, randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pid } from 'node:process';

import { needProgram } from '../../support/packages.ts';
import { isRunning } from './is-running.ts';

/** A service of PAM that asks for one-time codes, as an authenticator on a phone shows them. */
export interface CodeService {
  /** For PAM. */
  readonly name: string;
  /** The next code; each is good for one login. */
  nextCode(): string;
  remove(): Promise<void>;
}

const prefix = 'kvmwire';
const services = '/etc/pam.d';
let count = 0;

export interface CodeServiceOptions {
  /** Asked for before the code. */
  readonly password?: boolean;
  /** Default: `Verification code: ` */
  readonly prompt?: string;
}

export async function createCodeService({
  password = false,
  prompt,
}: CodeServiceOptions = {}): Promise<CodeService> {
  await needProgram('/usr/bin/google-authenticator', 'libpam-google-authenticator');
  await removeLeftovers();
  const name = `${prefix}${pid}-codes${count++}`;
  const secret = randomBytes(20);
  const file = join(services, `.${name}`);
  await writeFile(file, `${base32(secret)}\n" HOTP_COUNTER 1\n`, { mode: 0o600 });
  const asking = prompt === undefined ? '' : ` [authtok_prompt=${prompt}]`;
  const lines = [
    ...(password ? ['auth required pam_unix.so'] : []),
    `auth required pam_google_authenticator.so secret=${file} user=root no_increment_hotp${asking}`,
    'account required pam_permit.so',
    'session required pam_permit.so',
  ];
  await writeFile(join(services, name), `${lines.join('\n')}\n`);
  let counter = 0;
  return {
    name,
    nextCode: () => codeOf(secret, ++counter),
    async remove() {
      await rm(join(services, name));
      await rm(file, { force: true });
    },
  };
}

/** RFC 4226 */
function codeOf(secret: Buffer, counter: number): string {
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac('sha1', secret).update(moment).digest();
  const place = (digest.at(-1) ?? 0) & 0xf;
  const number = digest.readUInt32BE(place) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return bits.replace(/.{5}/g, (five) => letters.charAt(parseInt(five, 2)));
}

/** A test run that was killed removes nothing: the next one does. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(services)) {
    const owner = new RegExp(String.raw`^\.?${prefix}(\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) await rm(join(services, name), { force: true });
  }
}
