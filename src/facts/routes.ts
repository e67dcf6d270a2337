import { FactParseError } from '../errors.ts';
import type { Fact } from '../model/fact.ts';
import { routesAfter } from '../model/kernel.ts';
import type { NextHop, Route } from '../model/link.ts';
import { routeAttributes } from '../model/route-attributes.ts';
import { linesOf } from './text.ts';

/** A kernel without IPv6 answers `ip -6` with the IPv4 routes. */
const script = `
command -v ip >/dev/null || { echo 'the host has no ip command: install iproute2' >&2; exit 127; }
ip -o -4 route show table all || exit
echo IPv6
[ ! -e /proc/net/if_inet6 ] || ip -o -6 route show table all
`;

/**
 * Routes that somebody set, of all tables. The fact leaves out what comes and goes by itself: connected and local routes,
 * redirects, routes with a limited life, and the 169.254.0.0/16 that initscripts add to every link.
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
  if (border === -1) throw new FactParseError('the list of IPv4 routes ends too early');

  const ofFamily = (part: readonly string[], family: 4 | 6) =>
    part.flatMap((line) => parseRoute(line, family) ?? []);
  return [...ofFamily(lines.slice(0, border), 4), ...ofFamily(lines.slice(border + 1), 6)];
}

const ownTypes = new Set(['local', 'broadcast', 'multicast', 'anycast']);
const namedTypes = new Set(['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw', 'nat', ...ownTypes]);

/** Words with one value each that a `Route` has a member for. */
const members = new Set(['via', 'dev', 'src', 'metric', 'table', 'scope', 'proto']);

/** The state of a route, not the route. */
const states = new Set([
  'linkdown',
  'dead',
  'pervasive',
  'offload',
  'trap',
  'notify',
  'rt_offload',
  'rt_trap',
]);

/** Words of a route with a lifetime: the kernel drops it when that ends. */
const leased = new Set(['expires', 'cache']);

/** `default via 10.0.0.254 dev br0 proto static metric 100`, `blackhole 10.6.0.0/16` */
function parseRoute(line: string, family: 4 | 6): Route | undefined {
  const words = line.split(/[ \t\\]+/).filter((word) => word !== '');
  const type = namedTypes.has(words[0] ?? '') ? words.shift() : undefined;
  const [destination = '', ...rest] = words;
  if (!/^(default|[0-9a-f.:]+(\/\d+)?)$/i.test(destination)) {
    throw new FactParseError(`cannot read a line about routes: ${JSON.stringify(line)}`);
  }
  const firstHop = rest.indexOf('nexthop');
  const read = readWords(firstHop === -1 ? rest : rest.slice(0, firstHop));
  const { via, dev: link, src: source, metric, table, scope, proto: protocol } = read.values;
  const isUnicast = type === undefined || type === 'unicast';
  if (ownTypes.has(type ?? '') || table === 'local' || read.isLeased) return undefined;
  if (isConnected(read, family) || isZeroconf(destination, read)) return undefined;

  const hops = firstHop === -1 ? [] : nextHopsOf(rest.slice(firstHop));
  const unsettable = read.unknown ?? hops.find(({ unknown }) => unknown !== undefined)?.unknown;
  return {
    family,
    destination,
    ...(via !== undefined && { via }),
    // The kernel reports `dev lo` for an IPv6 route that leads nowhere.
    ...(link !== undefined && isUnicast && { link }),
    ...(source !== undefined && { source }),
    ...metricOf(metric, family),
    ...(table !== undefined && table !== 'main' && { table }),
    ...(scope !== undefined && scope !== 'global' && { scope }),
    ...(protocol !== undefined && { protocol }),
    ...(read.isOnlink && { onlink: true }),
    ...(!isUnicast && { type }),
    ...(hops.length > 0 && { nexthops: hops.map(({ hop }) => hop) }),
    ...(read.attributes.length > 0 && { attributes: read.attributes }),
    ...(unsettable !== undefined && { unsettable }),
  };
}

interface RouteWords {
  readonly values: Readonly<Partial<Record<string, string>>>;
  readonly attributes: readonly string[];
  readonly isOnlink: boolean;
  readonly isLeased: boolean;
  /** The first word that has no meaning here. */
  readonly unknown: string | undefined;
}

function readWords(words: readonly string[]): RouteWords {
  const values: Record<string, string> = {};
  const further: string[] = [];
  let [isOnlink, isLeased] = [false, false];
  let unknown: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const next = (): string => words[(at += 1)] ?? '';
    if (word === 'onlink') isOnlink = true;
    else if (leased.has(word)) isLeased = true;
    else if (members.has(word)) values[word] = word === 'via' ? viaOf(next, words[at + 1]) : next();
    else if (word === 'error') next();
    // The kernel chooses its default again by itself.
    else if (word === 'pref' && words[at + 1] === 'medium') next();
    else if (routeAttributes.has(word))
      further.push(word, ...(words[at + 1] === 'lock' ? [next()] : []), next());
    else if (!states.has(word)) unknown ??= word;
  }
  return { values, attributes: further, isOnlink, isLeased, unknown };
}

/** `via 10.0.0.1`, or `via inet6 fe80::1` for an IPv4 route over an IPv6 neighbour. */
function viaOf(next: () => string, first: string | undefined): string {
  if (first === 'inet6' || first === 'inet') next();
  return next();
}

/** The kernel's own route to the network of an address. */
function isConnected({ values }: RouteWords, family: 4 | 6): boolean {
  const { proto, via, src, scope, metric } = values;
  if (proto === 'redirect') return true;
  if (proto !== 'kernel' || via !== undefined) return false;
  // 4294967295: the entry that ends the list of a host without IPv6 routes.
  const ownMetrics = [undefined, '256', '4294967295'];
  return family === 6 ? ownMetrics.includes(metric) : src !== undefined && scope === 'link';
}

function isZeroconf(destination: string, { values }: RouteWords): boolean {
  return destination === '169.254.0.0/16' && values['via'] === undefined;
}

/** `nexthop via 10.0.0.1 dev eno3 weight 1 nexthop via 10.0.0.2 dev eno4 weight 1` */
function nextHopsOf(words: readonly string[]): readonly { hop: NextHop; unknown: string | undefined }[] {
  const starts = words.flatMap((word, at) => (word === 'nexthop' ? [at] : []));
  return starts.map((start, index) => {
    const own = words.slice(start + 1, starts[index + 1]);
    const at = own.indexOf('weight');
    const weight = at === -1 ? 1 : Number(own[at + 1]);
    const read = readWords(at === -1 ? own : own.toSpliced(at, 2));
    const { via, dev: link } = read.values;
    const hop = {
      ...(via !== undefined && { via }),
      ...(link !== undefined && { link }),
      ...(weight !== 1 && { weight }),
      ...(read.isOnlink && { onlink: true }),
    };
    return { hop, unknown: read.unknown ?? read.attributes[0] };
  });
}

/** Without a given metric the kernel sets 1024 for an IPv6 route. */
function metricOf(text: string | undefined, family: 4 | 6): Pick<Route, 'metric'> {
  return text === undefined || (family === 6 && text === '1024') ? {} : { metric: Number(text) };
}
