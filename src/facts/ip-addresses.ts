import { FactParseError } from '../errors.ts';
import type { Address } from '../model/link.ts';
import { linesOf } from './text.ts';

/** Facts about addresses share this script, so a survey runs it once. */
export const readAddresses = `
command -v ip >/dev/null || { echo 'the host has no ip command: install iproute2' >&2; exit 127; }
ip -o address show
`;

export interface IpAddress {
  readonly address: Address;
  readonly isLeased: boolean;
  /** True for the fe80::/64 address that the kernel gives every link. */
  readonly isLinkLocal: boolean;
}

/**
 * Parses the text of `ip -o address show` of any version: `2: eno3 inet 10.0.0.2/24 brd 10.0.0.255 scope global dynamic eno3\ valid_lft 86sec preferred_lft
 * 86sec`
 */
export function parseIpAddresses(output: string): readonly IpAddress[] {
  return linesOf(output).flatMap((line) => parseIpAddress(line) ?? []);
}

function parseIpAddress(line: string): IpAddress | undefined {
  const [entry = '', lifetimes = ''] = line.split(/\\\s/);
  const [number = '', shownLink, family, local, ...words] = wordsOf(entry);
  if (!/^\d+:$/.test(number)) {
    throw new FactParseError(`cannot read a line about addresses: ${JSON.stringify(line)}`);
  }
  if (shownLink === undefined || local === undefined || (family !== 'inet' && family !== 'inet6'))
    return undefined;

  const link = shownLink.replace(/@[^@]*$/, '');
  const told = readWords(words, family);
  const { peer, broadcast, scope, label } = told;
  const lifetime = preferredLifetime(told, wordsOf(lifetimes));
  const attributes = [...told.attributes, ...lifetime.attributes];
  const unsettable = told.unsettable ?? lifetime.unsettable;
  const address: Address = {
    link,
    address: withPrefixLength(local, peer),
    ...(peer !== undefined && { peer }),
    ...(broadcast !== undefined && { broadcast }),
    ...(scope !== undefined && scope !== 'global' && { scope }),
    ...(label !== undefined && label !== link && { label }),
    ...(attributes.length > 0 && { attributes }),
    ...(unsettable !== undefined && { unsettable }),
  };
  return {
    address,
    isLeased: told.flags.has('dynamic'),
    isLinkLocal: family === 'inet6' && isKernelMade(address, told),
  };
}

/** A point-to-point address has its length at the peer: `inet 10.8.0.1 peer 10.8.0.2/32`. */
function withPrefixLength(local: string, peer = ''): string {
  if (local.includes('/')) return local;
  const [, length = local.includes(':') ? '128' : '32'] = peer.split('/');
  return `${local}/${length}`;
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The kernel makes its address from the MAC, or says that it made it. Others of the same network somebody set. */
function isKernelMade({ address, scope }: Address, { flags, attributes }: Told): boolean {
  if (scope !== 'link' || !/^fe80:.*\/64$/.test(address)) return false;
  return (
    flags.has('stable-privacy') ||
    attributes.includes('kernel_ll') ||
    /ff:fe[0-9a-f]{2}:[0-9a-f]{1,4}\/64$/.test(address)
  );
}

interface Told {
  readonly peer: string | undefined;
  readonly broadcast: string | undefined;
  readonly scope: string | undefined;
  readonly label: string | undefined;
  readonly attributes: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly unsettable: string | undefined;
}

const withValue = new Set(['peer', 'brd', 'any', 'scope', 'metric', 'proto']);

/** Flags that ip-address(8) takes as it shows them. `nodad` is one of those. */
const settable = new Set(['nodad', 'home', 'mngtmpaddr', 'noprefixroute', 'autojoin']);

/** Flags that the kernel gives and takes by itself. */
const momentary = new Set([
  'dynamic',
  'secondary',
  'tentative',
  'dadfailed',
  'deprecated',
  'permanent',
  'stable-privacy',
]);

/** Bits that a tool without a name for them shows as `flags 02`. */
const namesOfBits: readonly (readonly [number, string])[] = [
  [0x02, 'nodad'],
  [0x08, 'dadfailed'],
  [0x10, 'home'],
  [0x20, 'deprecated'],
  [0x40, 'tentative'],
  [0x100, 'mngtmpaddr'],
  [0x200, 'noprefixroute'],
  [0x400, 'autojoin'],
  [0x800, 'stable-privacy'],
];

function readWords(words: readonly string[], family: 'inet' | 'inet6'): Told {
  const values = new Map<string, string>();
  const flags: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const value = words[at + 1] ?? '';
    if (!withValue.has(word) && word !== 'flags') flags.push(word);
    else at += 1;
    if (word === 'flags') flags.push(...namesOf(value));
    else if (withValue.has(word)) values.set(word, value);
  }
  const unknown = flags.filter((flag) => !settable.has(flag) && !momentary.has(flag));
  // The label stands last, and only IPv4 has one.
  const label = family === 'inet' && unknown.at(-1) === flags.at(-1) ? unknown.pop() : undefined;
  return {
    peer: values.get('peer'),
    broadcast: values.get('brd'),
    scope: values.get('scope'),
    label,
    attributes: [
      ...['metric', 'proto'].flatMap((key) => {
        const value = values.get(key);
        return value === undefined ? [] : [key, value];
      }),
      ...flags.filter((flag) => settable.has(flag)),
    ],
    flags: new Set(flags),
    unsettable: values.has('any') ? 'any' : unknown[0],
  };
}

function namesOf(bits: string): readonly string[] {
  const value = Number.parseInt(bits, 16);
  return namesOfBits.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name);
}

/** An address that lives for ever may be preferred for a time only, or no longer. */
function preferredLifetime(
  { flags }: Told,
  lifetimes: readonly string[],
): { readonly attributes: readonly string[]; readonly unsettable?: string | undefined } {
  if (flags.has('dynamic')) return { attributes: [] };
  if (flags.has('deprecated')) return { attributes: ['preferred_lft', '0'] };
  const preferred = lifetimes[lifetimes.indexOf('preferred_lft') + 1];
  const isLimited = lifetimes.includes('preferred_lft') && preferred !== 'forever';
  return { attributes: [], unsettable: isLimited ? 'preferred_lft' : undefined };
}
