import { createHash, createHmac } from 'node:crypto';

import { matchesGlob } from '../glob.ts';

/** The text of a file, to be parsed. */
export interface KnownHostsFile {
  readonly path: string;
  readonly text: string;
}

/** One entry of a known_hosts file. */
export interface KnownKey {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly type: string;
  readonly blob: Buffer;
}

/** The verdict of the files about the key that a host shows. */
export type Verdict =
  | { readonly verdict: 'known' }
  | { readonly verdict: 'revoked'; readonly entry: KnownKey }
  /** Other keys are on record for this host. */
  | { readonly verdict: 'changed'; readonly entry: KnownKey }
  /** `authority`: a certificate authority vouches for the host, which needs certificates. */
  | { readonly verdict: 'unknown'; readonly authority?: KnownKey };

/** The keys that known_hosts files hold, as sshd(8) describes their format. */
export interface KnownHosts {
  /** Types of the keys on record under this very name and port. */
  keyTypes(host: string, port: number): readonly string[];
  verify(host: string, port: number, blob: Buffer): Verdict;
}

interface Entry extends KnownKey {
  readonly marker?: 'revoked' | 'cert-authority';
  readonly matches: (name: string) => boolean;
}

/** Never throws: a line that is no entry is skipped, as every SSH client does. */
export function parseKnownHosts(files: readonly KnownHostsFile[]): KnownHosts {
  const exact = new Map<string, Entry[]>();
  const others: Entry[] = [];
  for (const { path, text } of files) {
    for (const [index, line] of text.split('\n').entries()) {
      const parsed = parseLine(line, path, index + 1);
      if (parsed === undefined) continue;
      const names = plainNames(parsed.hosts);
      if (names === undefined) others.push(parsed.entry);
      else for (const name of names) listOf(exact, name).push(parsed.entry);
    }
  }
  const found = new Map<string, readonly Entry[]>();
  const entriesFor = (name: string): readonly Entry[] => {
    const known = found.get(name) ?? [
      ...(exact.get(name) ?? []),
      ...others.filter((entry) => entry.matches(name)),
    ];
    found.set(name, known);
    return known;
  };

  return {
    keyTypes(host, port) {
      const entries = entriesFor(knownHostsName(host, port)).filter(isHostKey);
      return [...new Set(entries.map(({ type }) => type))];
    },

    verify(host, port, blob) {
      const [name = '', ...fallbacks] = namesOf(host, port);
      const entries = entriesFor(name);
      const all = [...entries, ...fallbacks.flatMap(entriesFor)];
      const revoked = all.find((entry) => entry.marker === 'revoked' && entry.blob.equals(blob));
      if (revoked !== undefined) return { verdict: 'revoked', entry: revoked };

      const hostKeys = entries.filter(isHostKey);
      const accepted = hostKeys.length > 0 ? hostKeys : all.filter(isHostKey);
      if (accepted.some((entry) => entry.blob.equals(blob))) return { verdict: 'known' };

      const type = keyTypeOf(blob);
      const other = hostKeys.find((entry) => entry.type === type) ?? hostKeys[0];
      if (other !== undefined) return { verdict: 'changed', entry: other };

      const authority = all.find((entry) => entry.marker === 'cert-authority');
      return authority === undefined ? { verdict: 'unknown' } : { verdict: 'unknown', authority };
    },
  };
}

/** The name under which a host is on record: `kvm1`, `[kvm1]:2222`. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** `SHA256:...`, as ssh-keygen -l prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replaceAll('=', '')}`;
}

/** The type that stands at the start of a key: `ssh-ed25519`. Empty when there is none. */
export function keyTypeOf(blob: Buffer): string {
  if (blob.length < 4) return '';
  return blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
}

/** A host at another port than 22 may also be recorded by its bare name. As with OpenSSH, that entry can accept a key but not refuse one. */
function namesOf(host: string, port: number): readonly string[] {
  return port === 22 ? [knownHostsName(host, port)] : [knownHostsName(host, port), knownHostsName(host, 22)];
}

function isHostKey(entry: Entry): boolean {
  return entry.marker === undefined;
}

function parseLine(text: string, file: string, line: number): { hosts: string; entry: Entry } | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return undefined;
  const fields = trimmed.split(/[ \t]+/);
  const marker = trimmed.startsWith('@') ? fields.shift()?.slice(1) : undefined;
  if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return undefined;

  const [hosts, type, base64] = fields;
  if (hosts === undefined || type === undefined || base64 === undefined) return undefined;
  const blob = Buffer.from(base64, 'base64');
  if (keyTypeOf(blob) !== type) return undefined;
  return {
    hosts,
    entry: {
      file,
      line,
      type,
      blob,
      matches: hostMatcher(hosts),
      ...(marker === undefined ? {} : { marker }),
    },
  };
}

/** The names, when they are nothing but names: they go into a map, so that a fleet's file is searched once per host. */
function plainNames(hosts: string): readonly string[] | undefined {
  return /[*?!|]/.test(hosts) ? undefined : hosts.toLowerCase().split(',');
}

function hostMatcher(hosts: string): (name: string) => boolean {
  if (hosts.startsWith('|')) return hashedMatcher(hosts);
  const patterns = hosts.toLowerCase().split(',');
  const denied = patterns.filter((p) => p.startsWith('!')).map((p) => p.slice(1));
  const wanted = patterns.filter((p) => !p.startsWith('!'));
  return (name) =>
    wanted.some((pattern) => matchesGlob(pattern, name)) &&
    !denied.some((pattern) => matchesGlob(pattern, name));
}

/** `|1|salt|hash`: the hash is an HMAC-SHA1 of the name, so that the file does not give the fleet away. */
function hashedMatcher(hosts: string): (name: string) => boolean {
  const [, version, salt = '', hash = ''] = hosts.split('|');
  if (version !== '1') return () => false;
  const key = Buffer.from(salt, 'base64');
  const wanted = Buffer.from(hash, 'base64');
  return (name) => createHmac('sha1', key).update(name).digest().equals(wanted);
}

function listOf(lists: Map<string, Entry[]>, name: string): Entry[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}
