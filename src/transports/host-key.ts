import type { ServerHostKeyAlgorithm } from 'ssh2';

import { HostKeyError } from '../errors.ts';
import { fingerprint, keyTypeOf, knownHostsName, type KnownHosts, type Verdict } from './known-hosts.ts';
import { quote, quoteCommand } from './shell-quote.ts';

/**
 * What to do with a host whose key is not on record. `yes`: refuse. `accept-new`: put the key on record, but refuse a changed
 * one. `no`: accept any key but a revoked one.
 */
export type HostKeyChecking = 'yes' | 'accept-new' | 'no';

export interface HostAddress {
  /** `kvm1 (10.0.0.1:22)`, for messages. */
  readonly subject: string;
  readonly address: string;
  readonly port: number;
}

/** Signature algorithms of host keys by key type, best first. SHA-1 is not among them. */
const algorithmsByType = new Map<string, readonly ServerHostKeyAlgorithm[]>([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
]);

/**
 * Algorithms to offer. Of a host on record only those of the types on record: it shall show the key it is known by, else it
 * would look changed.
 */
export function hostKeyAlgorithms(
  known: KnownHosts,
  { address, port }: HostAddress,
): readonly ServerHostKeyAlgorithm[] {
  const own = algorithmsOf(known.keyTypes(address, port));
  if (own.length > 0) return own;
  const preferred = port === 22 ? [] : algorithmsOf(known.keyTypes(address, 22));
  return [...new Set([...preferred, ...algorithmsOf([...algorithmsByType.keys()])])];
}

function algorithmsOf(types: readonly string[]): readonly ServerHostKeyAlgorithm[] {
  return [...algorithmsByType].filter(([type]) => types.includes(type)).flatMap(([, names]) => names);
}

/** What the files say, judged by the policy: an error, or whether the key is to be put on record. */
export function judgeHostKey(
  known: KnownHosts,
  blob: Buffer,
  { host, policy, files }: { host: HostAddress; policy: HostKeyChecking; files: readonly string[] },
): { readonly error?: HostKeyError; readonly isNew?: boolean } {
  const verdict = known.verify(host.address, host.port, blob);
  if (verdict.verdict === 'known') return {};
  if (policy === 'no' && verdict.verdict !== 'revoked') return {};
  if (policy === 'accept-new' && verdict.verdict === 'unknown') return { isNew: true };
  return { error: new HostKeyError(explain(verdict, blob, { host, files })) };
}

/** For a host that offers none of the key types it is known by. */
export function otherKeyTypeError(types: readonly string[], host: HostAddress): HostKeyError {
  return new HostKeyError(
    `${host.subject} is known by ${types.join(' and ')}, but offers no host key of that type; if it was reinstalled, forget its old key with: ${forgetCommand(host)}`,
  );
}

function explain(
  verdict: Exclude<Verdict, { verdict: 'known' }>,
  blob: Buffer,
  { host, files }: { host: HostAddress; files: readonly string[] },
): string {
  const shown = `${keyTypeOf(blob)} ${fingerprint(blob)}`;
  switch (verdict.verdict) {
    case 'revoked':
      return `${host.subject} shows the host key ${shown}, which ${placeOf(verdict.entry)} revokes`;
    case 'changed': {
      const { entry } = verdict;
      const forget = forgetCommand(host, entry.file);
      return `${host.subject} shows the host key ${shown}, but ${placeOf(entry)} holds ${entry.type} ${fingerprint(entry.blob)}: somebody may be in between, or the host was reinstalled; in that case forget the old key with: ${forget}`;
    }
    case 'unknown': {
      const authority =
        verdict.authority === undefined
          ? ''
          : ` (the certificate authority of ${placeOf(verdict.authority)} does not help: kvmplay knows no SSH certificates)`;
      const scan = quoteCommand(['ssh-keyscan', ...portOption(host), host.address]);
      const [newKeys = 'known_hosts'] = files;
      return `${host.subject} shows the host key ${shown}, and there is none on record for ${knownHostsName(host.address, host.port)} in ${files.join(', ')}${authority}; check the fingerprint and add the key with: ${scan} >> ${quote(newKeys)}, or trust new hosts with --host-key-checking accept-new`;
    }
  }
}

function placeOf({ file, line }: { file: string; line: number }): string {
  return `${file}:${line}`;
}

function portOption({ port }: HostAddress): readonly string[] {
  return port === 22 ? [] : ['-p', String(port)];
}

function forgetCommand({ address, port }: HostAddress, file?: string): string {
  return quoteCommand([
    'ssh-keygen',
    ...(file === undefined ? [] : ['-f', file]),
    '-R',
    knownHostsName(address, port),
  ]);
}
