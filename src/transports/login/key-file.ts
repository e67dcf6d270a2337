import { readFile } from 'node:fs/promises';

import ssh2, { type ParsedKey } from 'ssh2';

import { AuthenticationError } from '../../errors.ts';

/** A private key file, as far as it can be used. */
export type KeyFile =
  | { readonly state: 'plain'; readonly file: string; readonly key: ParsedKey }
  | { readonly state: 'encrypted'; readonly file: string; readonly text: string }
  | { readonly state: 'missing' | 'unusable' | 'hardware'; readonly file: string; readonly reason: string };

export async function readKeyFile(file: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const missing = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
    const reason = missing ? `private key ${file} does not exist` : `private key ${file} cannot be read`;
    return { state: 'missing', file, reason };
  }
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) {
    return {
      state: 'unusable',
      file,
      reason: `private key ${file} is in PKCS#8 format, which is not understood: OpenSSH's own format is; "ssh-keygen -p -f ${file}" converts it`,
    };
  }
  if (isOfSecurityKey(text)) {
    const reason = `key ${file} is in a security key (FIDO), which needs ansible_connection: openssh`;
    return { state: 'hardware', file, reason };
  }
  const key = ssh2.utils.parseKey(text);
  if (isParsed(key)) {
    return key.isPrivateKey()
      ? { state: 'plain', file, key }
      : { state: 'unusable', file, reason: `${file} is a public key: the private one is needed` };
  }
  if (/^Encrypted/.test(key.message)) return { state: 'encrypted', file, text };
  return { state: 'unusable', file, reason: `private key ${file} is not understood: ${key.message}` };
}

/** The type stands before what a passphrase protects. */
function isOfSecurityKey(text: string): boolean {
  const [, body = ''] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----/.exec(text) ?? [];
  return /sk-(ssh|ecdsa)-[a-z0-9-]+@openssh\.com/.test(Buffer.from(body, 'base64').toString('latin1'));
}

export function decryptKey(file: string, text: string, passphrase: string): ParsedKey {
  const key = ssh2.utils.parseKey(text, passphrase);
  if (!isParsed(key)) throw new AuthenticationError(`the passphrase of ${file} is wrong`);
  return key;
}

/** The public key beside a private one, which tells it apart without its passphrase. */
export async function readPublicKey(file: string): Promise<ParsedKey | undefined> {
  const text = await readFile(`${file}.pub`, 'utf8').catch(() => '');
  const key = ssh2.utils.parseKey(text);
  return isParsed(key) ? key : undefined;
}

export function isSameKey(a: ParsedKey, b: ParsedKey): boolean {
  return a.getPublicSSH().equals(b.getPublicSSH());
}

/** `parseKey` returns its error, which may come from another realm. */
function isParsed(key: ParsedKey | Error): key is ParsedKey {
  return 'getPublicSSH' in key;
}
