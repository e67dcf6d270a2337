import { FactParseError } from '../errors.ts';
import type { Fact } from '../model/fact.ts';
import { routesAfter } from '../model/kernel.ts';
import type { Route } from '../model/link.ts';
import { linesOf } from './text.ts';

/** A kernel without IPv6 answers `ip -6` with the IPv4 routes. */
const script = `
command -v ip >/dev/null || { echo 'the host has no ip command: install iproute2' >&2; exit 127; }
ip -o -4 route show table all || exit
echo IPv6
[ ! -e /proc/net/if_inet6 ] || ip -o -6 route show table all
`;

/**
 * Routes that somebody set, of all tables. Left out is what comes and goes by itself (connected and local routes, those of
 * DHCP and router advertisements, the 169.254.0.0/16 that initscripts add to every link) and what a `Route` cannot say:
 * several next hops, a source prefix or TOS to match, encapsulation.
 */
export const routes: Fact<readonly Route[]> = {
  name: 'routes',
  script,
  parse,
  after: routesAfter,
  fake: (state) => state.routes,
};

function parse(output: string): readonly Route[] {
  const lines = linesOf(output);
  const border = lines.indexOf('IPv6');
  if (border === -1) throw new FactParseError('the list of IPv4 routes has no end');

  const ofFamily = (part: readonly string[], family: 4 | 6) =>
    part.flatMap((line) => parseRoute(line, family) ?? []);
  return [...ofFamily(lines.slice(0, border), 4), ...ofFamily(lines.slice(border + 1), 6)];
}

const ownTypes = new Set(['local', 'broadcast', 'multicast', 'anycast']);
const namedTypes = new Set(['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw', 'nat', ...ownTypes]);
const ownProtocols = new Set(['kernel', 'redirect', 'ra', 'dhcp']);
const unsayable = ['nexthop', 'from', 'tos', 'encap', 'expires'];

/** `default via 10.0.0.254 dev br0 proto static metric 100`, `blackhole 10.6.0.0/16` */
function parseRoute(line: string, family: 4 | 6): Route | undefined {
  const words = line.split(/[ \t]+/).filter((word) => word !== '');
  const type = namedTypes.has(words[0] ?? '') ? words.shift() : undefined;
  const [destination = '', ...rest] = words;
  if (!/^(default|[0-9a-f.:]+(\/\d+)?)$/i.test(destination)) {
    throw new FactParseError(`a line about routes is unknown: ${JSON.stringify(line)}`);
  }
  if (unsayable.some((word) => rest.includes(word))) return undefined;

  const valueOf = (key: string) => (rest.includes(key) ? rest[rest.indexOf(key) + 1] : undefined);
  const protocol = valueOf('proto');
  const table = valueOf('table');
  const isOwn = ownTypes.has(type ?? '') || ownProtocols.has(protocol ?? '') || table === 'local';
  if (isOwn || destination === '169.254.0.0/16') return undefined;

  const via = viaOf(rest);
  const link = valueOf('dev');
  const source = valueOf('src');
  const metric = metricOf(valueOf('metric'), family);
  const scope = valueOf('scope');
  const isUnicast = type === undefined || type === 'unicast';
  return {
    family,
    destination,
    ...(via !== undefined && { via }),
    // Of what leads nowhere the kernel says `dev lo` in IPv6.
    ...(link !== undefined && isUnicast && { link }),
    ...(source !== undefined && { source }),
    ...(metric !== undefined && { metric }),
    ...(table !== undefined && table !== 'main' && { table }),
    ...(scope !== undefined && scope !== 'global' && { scope }),
    ...(protocol !== undefined && { protocol }),
    ...(rest.includes('onlink') && { onlink: true }),
    ...(!isUnicast && { type }),
  };
}

/** `via 10.0.0.1`, or `via inet6 fe80::1` for an IPv4 route over an IPv6 neighbour. */
function viaOf(words: readonly string[]): string | undefined {
  const at = words.indexOf('via');
  if (at === -1) return undefined;
  const next = words[at + 1];
  return next === 'inet6' || next === 'inet' ? words[at + 2] : next;
}

/** The kernel gives an IPv6 route 1024 when nobody asked for a metric. */
function metricOf(text: string | undefined, family: 4 | 6): number | undefined {
  if (text === undefined || (family === 6 && text === '1024')) return undefined;
  return Number(text);
}
