import type { ServerHostKeyAlgorithm } from 'ssh2';

import { HostKeyError } from '../../errors.ts';
import { bracketed } from '../../model/ip.ts';
import { fingerprint, keyTypeOf, knownHostsName, type KnownHosts, type Verdict } from './known-hosts.ts';
import { quote, quoteCommand } from '../shell-quote.ts';
import type { SshSettings } from '../ssh2/settings.ts';

/**
 * The policy for a host whose key is not on record. `yes` refuses. `accept-new` records the key, but refuses a changed one. `no`
 * accepts any key but a revoked one.
 */
export type HostKeyChecking = 'yes' | 'accept-new' | 'no';

export interface HostAddress {
  /** `kvm1 (10.0.0.1:22)`, for messages. */
  readonly subject: string;
  /** Identifies this sshd: address, port, and the way there. */
  readonly endpoint: string;
  readonly address: string;
  readonly port: number;
  /** The name under which its key is on record. */
  readonly onRecord: RecordName;
  /** Arguments for ssh-keyscan. Absent when it cannot reach the host. */
  readonly scan?: readonly string[];
}

/** `[name]:port`, or only the name when the port is 22. */
export interface RecordName {
  readonly name: string;
  readonly port: number;
}

export function hostAddressOf(settings: SshSettings): HostAddress {
  const { name, address, port, hostKeyAlias, via, proxyCommand } = settings;
  const place = `${bracketed(address)}:${port}`;
  const way = via === undefined ? '' : ` over ${via.name}`;
  const bare = name === address && port === 22;
  return {
    subject: bare && way === '' ? name : `${name} (${bare ? way.trim() : place + way})`,
    endpoint: `${place} ${via === undefined ? '' : hostAddressOf(via).endpoint}`,
    address,
    port,
    onRecord: hostKeyAlias === undefined ? { name: address, port } : { name: hostKeyAlias, port: 22 },
    ...(hostKeyAlias === undefined &&
      proxyCommand === undefined && {
        scan: [...(via === undefined ? [] : ['ssh', via.name]), ...scanArgv(address, port)],
      }),
  };
}

/** Signature algorithms of host keys by key type, best first. SHA-1 is not among them. */
const algorithmsByType = new Map<string, readonly ServerHostKeyAlgorithm[]>([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
]);

/** Decides about the keys that a host shows on one connection. */
export interface HostKeyGate {
  /** @internal */
  readonly algorithms: readonly ServerHostKeyAlgorithm[];
  /** The verifier for ssh2: true accepts the key. */
  readonly verify: (key: Buffer) => boolean;
  /** The error of a refused key. */
  readonly refusal: () => HostKeyError | undefined;
  /** The key to record once the host has proved that it owns it. */
  readonly newKey: () => Buffer | undefined;
}

export interface HostKeyCheck {
  readonly host: HostAddress;
  readonly policy: HostKeyChecking;
  /** The known_hosts files, for messages. */
  readonly files: readonly string[];
}

export function hostKeyGate(known: KnownHosts, check: HostKeyCheck): HostKeyGate {
  let accepted: Buffer | undefined;
  let judgement: Judgement = {};
  return {
    algorithms: algorithmsToOffer(known, check),
    verify(key) {
      // Keys are exchanged anew from time to time, and the host must show the same key again.
      if (accepted !== undefined) return accepted.equals(key);
      judgement = judge(known, key, check);
      if (judgement.error === undefined) accepted = key;
      return accepted !== undefined;
    },
    refusal: () => judgement.error,
    newKey: () => (judgement.isNew === true ? accepted : undefined),
  };
}

/**
 * For a host on record it offers only algorithms of the key types on record. With others the host could show another of its
 * keys, which would look changed.
 */
function algorithmsToOffer(
  known: KnownHosts,
  { host: { onRecord }, policy }: HostKeyCheck,
): readonly ServerHostKeyAlgorithm[] {
  const { name, port } = onRecord;
  const own = algorithmsOf(known.keyTypes(name, port));
  if (own.length > 0 && policy !== 'no') return own;
  const preferred = port === 22 ? own : [...own, ...algorithmsOf(known.keyTypes(name, 22))];
  return [...new Set([...preferred, ...algorithmsOf([...algorithmsByType.keys()])])];
}

function algorithmsOf(types: readonly string[]): readonly ServerHostKeyAlgorithm[] {
  return [...algorithmsByType].filter(([type]) => types.includes(type)).flatMap(([, names]) => names);
}

interface Judgement {
  readonly error?: HostKeyError;
  readonly isNew?: boolean;
}

function judge(known: KnownHosts, blob: Buffer, { host, policy, files }: HostKeyCheck): Judgement {
  const verdict = known.verify(host.onRecord.name, host.onRecord.port, blob);
  if (verdict.verdict === 'known') return {};
  if (policy === 'no' && verdict.verdict !== 'revoked') return {};
  if (policy === 'accept-new' && verdict.verdict === 'unknown') return { isNew: true };
  return { error: new HostKeyError(explain(verdict, blob, { host, files })) };
}

/** The error for a host that offers none of its recorded key types. */
export function otherKeyTypeError(types: readonly string[], host: HostAddress): HostKeyError {
  return new HostKeyError(
    `${host.subject} is known by ${types.join(' and ')}, but offers no host key of that type; if it was reinstalled, forget its old key with: ${forgetCommand(host.onRecord)}`,
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
      const forget = forgetCommand(host.onRecord, entry.file);
      return `${host.subject} shows the host key ${shown}, but ${placeOf(entry)} holds ${entry.type} ${fingerprint(entry.blob)}: somebody may be in between, or the host was reinstalled; in that case forget the old key with: ${forget}`;
    }
    case 'unknown': {
      const authority =
        verdict.authority === undefined
          ? ''
          : ` (the certificate authority of ${placeOf(verdict.authority)} helps with ansible_connection: openssh only)`;
      const { name, port } = host.onRecord;
      const [newKeys = 'known_hosts'] = files;
      const add =
        host.scan === undefined
          ? 'put it on record'
          : `add the key with: ${quoteCommand(host.scan)} >> ${quote(newKeys)}`;
      return `${host.subject} shows the host key ${shown}, and there is none on record for ${knownHostsName(name, port)} in ${files.join(', ') || 'any file'}${authority}; check the fingerprint and ${add}, or trust new hosts with --host-key-checking accept-new`;
    }
  }
}

function placeOf({ file, line }: { file: string; line: number }): string {
  return `${file}:${line}`;
}

/** The command that asks a host for its keys. */
export function scanCommand({ name, port }: RecordName): string {
  return quoteCommand(scanArgv(name, port));
}

function scanArgv(address: string, port: number): readonly string[] {
  return ['ssh-keyscan', ...(port === 22 ? [] : ['-p', String(port)]), address];
}

/** The command that removes a host's key from the record. */
export function forgetCommand({ name, port }: RecordName, file?: string): string {
  return quoteCommand([
    'ssh-keygen',
    ...(file === undefined ? [] : ['-f', file]),
    '-R',
    knownHostsName(name, port),
  ]);
}
