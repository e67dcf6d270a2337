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
  const [entry = ''] = line.split(/\\\s/);
  const words = entry.split(' ').filter((word) => word !== '');
  const [number = '', link, family, local] = words;
  if (!/^\d+:$/.test(number)) {
    throw new FactParseError(`a line about addresses is unknown: ${JSON.stringify(line)}`);
  }
  if (link === undefined || local === undefined || (family !== 'inet' && family !== 'inet6'))
    return undefined;

  const address = withPrefixLength(local, words);
  const scope = after(words, 'scope');
  const broadcast = after(words, 'brd');
  return {
    address: {
      link: link.replace(/@[^@]*$/, ''),
      address,
      ...(broadcast !== undefined && { broadcast }),
      ...(scope !== undefined && scope !== 'global' && { scope }),
    },
    isLeased: words.includes('dynamic'),
    isLinkLocal: family === 'inet6' && scope === 'link' && /^fe80:.*\/64$/.test(address),
  };
}

/** A point-to-point address has its length at the peer: `inet 10.8.0.1 peer 10.8.0.2/32`. */
function withPrefixLength(local: string, words: readonly string[]): string {
  if (local.includes('/')) return local;
  const [, length = local.includes(':') ? '128' : '32'] = (after(words, 'peer') ?? '').split('/');
  return `${local}/${length}`;
}

function after(words: readonly string[], key: string): string | undefined {
  const at = words.indexOf(key);
  return at === -1 ? undefined : words[at + 1];
}
