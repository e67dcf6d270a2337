import { PlanError } from '../../errors.ts';
import type { Route } from '../../model/link.ts';
import { routeAttributes } from '../../model/route-attributes.ts';
import { formatAt, type Place, type Said } from '../boot-model.ts';
import { canonicalPrefix } from './prefix.ts';
import type { IfcfgFile } from './ifcfg-file.ts';
import { firstLine, parseIfcfg, placeOf, refuseUneditable, shellLines, valueOf } from './ifcfg-file.ts';
import type { IfcfgTree } from './ifcfg-tree.ts';
import { companionPath } from './ifcfg-tree.ts';
import { UnreadableError } from './unreadable.ts';

type Family = Route['family'];

/** Reads the routes of one family that a link's files add when it comes up, default routes included. */
export function readRoutes(
  tree: IfcfgTree,
  paths: readonly string[],
  { link, family }: { link: string; family: Family },
): readonly Said<Route>[] {
  const routes = paths.flatMap((path) =>
    parseRoutes(path, tree.text(path) ?? '', family).flatMap(({ route, at }) =>
      route === undefined ? [] : [{ value: route, at }],
    ),
  );
  const distinct = new Map(routes.map((said) => [routeKey(said.value), said])).values();
  return [...distinct].map(({ value, at }) => ({
    value: value.type === undefined ? { link, ...value } : value,
    at,
  }));
}

/** Whether two lists are the same routes to the kernel, in whatever order. */
export function sameRoutes(some: readonly Route[], others: readonly Route[]): boolean {
  const keysOf = (routes: readonly Route[]): string[] => [...new Set(routes.map(routeKey))].sort();
  return keysOf(some).join('\n') === keysOf(others).join('\n');
}

/** Recognizes a default route of the main table; ifcfg files call it the gateway. */
export function isGateway(route: Route): boolean {
  return route.destination === 'default' && route.table === undefined && route.via !== undefined;
}

/** Makes the files of one family hold exactly `wanted`. Lines of kept routes, and comments beside them, stay. */
export function editRoutes(
  tree: IfcfgTree,
  paths: readonly string[],
  { link, family, wanted }: { link: string; family: Family; wanted: readonly Route[] },
): void {
  const missing = new Map(wanted.map((route) => [routeKey(route), route]));
  const main = companionPath(family === 4 ? 'route' : 'route6', link);
  for (const path of new Set([...paths.filter((one) => one !== main), main])) {
    const text = tree.text(path) ?? '';
    const lines = parseRoutes(path, text, family);
    // A file is read as variables or as arguments, never as both.
    const print = (line: RouteLine): string =>
      isVariables(text) && line.route !== undefined ? printRoute(line.route, link) : line.text;
    const kept = lines.filter(({ route }) => route === undefined || missing.has(routeKey(route)));
    for (const { route } of kept) if (route !== undefined) missing.delete(routeKey(route));
    const added = path === main ? [...missing.values()] : [];
    if (kept.length === lines.length && added.length === 0) continue;

    const isBare = added.length === 0 && kept.every(({ route }) => route === undefined);
    if (isBare) tree.delete(path);
    else tree.write(path, joinLines([...kept.map(print), ...added.map((route) => printRoute(route, link))]));
  }
}

interface RouteLine {
  readonly text: string;
  readonly route: Route | undefined;
  readonly at: Place;
}

function parseRoutes(path: string, text: string, family: Family): readonly RouteLine[] {
  if (isVariables(text)) return parseVariables(parseIfcfg(path, text));
  return text.split(/(?<=\n)/).map((line, index) => {
    const at = { path, line: index + 1 };
    if (/^\s*(#|$)/.test(line)) return { text: line, route: undefined, at };
    const route = line.includes('\\') ? undefined : parseArguments(line.trim().split(/\s+/), family);
    if (route !== undefined) return { text: line, route, at };
    throw new UnreadableError(at, `${formatAt(at)}: kvmplay does not understand the route ${line.trim()}`);
  });
}

/** Decides in the same way as EL7's ifup-routes. */
function isVariables(text: string): boolean {
  return text.split('\n').some((line) => /^\s*ADDRESS\d+=/.test(line));
}

/** Reads ADDRESS0, NETMASK0, GATEWAY0, ADDRESS1, ... up to the first gap. Comments come first. */
function parseVariables(file: IfcfgFile): readonly RouteLine[] {
  refuseUneditable(file);
  const [shell] = shellLines(file);
  if (shell !== undefined) {
    throw new UnreadableError(
      shell,
      `${formatAt(shell)}: is shell code and should be a plain KEY=value line`,
    );
  }
  const comments = file.statements.filter((statement) => statement.kind === 'opaque');
  const lines: RouteLine[] = comments.map(({ text }) => ({ text, route: undefined, at: firstLine(file) }));
  for (let index = 0; ; index++) {
    const address = valueOf(file, `ADDRESS${String(index)}`);
    if (address === undefined || address === '') return lines;
    const mask = valueOf(file, `NETMASK${String(index)}`);
    const via = valueOf(file, `GATEWAY${String(index)}`);
    const destination = canonicalPrefix(mask === undefined ? address : `${address}/${mask}`);
    lines.push({
      text: '',
      route: { family: 4, destination, ...(via === undefined || via === '' ? {} : { via }) },
      at: placeOf(file, `ADDRESS${String(index)}`),
    });
  }
}

const types = new Set(['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw', 'local', 'broadcast']);

/** Parses the arguments of `ip route add`. */
function parseArguments(words: readonly string[], family: Family): Route | undefined {
  const rest = [...words];
  const type = types.has(rest[0] ?? '') ? rest.shift() : undefined;
  const destination = rest.shift();
  if (destination === undefined) return undefined;
  const route: { -readonly [K in keyof Route]: Route[K] } = {
    family,
    destination: canonicalPrefix(destination),
  };
  if (type !== undefined && type !== 'unicast') route.type = type;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === 'onlink') {
      route.onlink = true;
      continue;
    }
    const lock = routeAttributes.has(word) && rest[0] === 'lock' ? rest.splice(0, 1) : [];
    const value = rest.shift();
    if (value === undefined) return undefined;
    if (word === 'via') route.via = canonicalPrefix(value);
    else if (word === 'dev') route.link = value;
    else if (word === 'src') route.source = value;
    else if (word === 'metric' || word === 'preference' || word === 'priority') route.metric = Number(value);
    else if (word === 'table') route.table = value;
    else if (word === 'scope') route.scope = value;
    else if (word === 'proto' || word === 'protocol') route.protocol = value;
    else if (routeAttributes.has(word))
      route.attributes = [...(route.attributes ?? []), word, ...lock, value];
    else return undefined;
  }
  return withoutDefaults(route);
}

/** A line of a file is run when its own link comes up; the links of the other ways may come later. */
function refuseUnsayable({ destination, nexthops, unsettable }: Route, link: string): void {
  const part = nexthops === undefined ? unsettable : 'several next hops';
  if (part === undefined) return;
  throw new PlanError(
    `ifcfg files cannot hold the route ${destination} of ${link}: it has ${part}. It should be removed first, or set by a service of yours`,
  );
}

function printRoute(route: Route, link: string): string {
  refuseUnsayable(route, link);
  const { type, destination, via, source, metric, table, scope, protocol, onlink, attributes } =
    withoutDefaults(route);
  const words = [
    type,
    destination,
    ...(via === undefined ? [] : ['via', via]),
    ...(type === undefined ? ['dev', link] : []),
    ...(source === undefined ? [] : ['src', source]),
    ...(metric === undefined ? [] : ['metric', String(metric)]),
    ...(table === undefined ? [] : ['table', table]),
    ...(scope === undefined ? [] : ['scope', scope]),
    ...(protocol === undefined ? [] : ['proto', protocol]),
    ...(onlink === true ? ['onlink'] : []),
    ...(attributes ?? []),
  ];
  return `${words.filter((word) => word !== undefined).join(' ')}\n`;
}

/** Returns the key by which the kernel identifies a route. The link is that of the file. */
function routeKey(route: Route): string {
  const { family, type, destination, via, source, metric, table, scope, protocol, onlink } =
    withoutDefaults(route);
  return JSON.stringify([
    family,
    type,
    destination,
    via,
    source,
    metric,
    table,
    scope,
    protocol,
    onlink === true,
    route.attributes ?? [],
  ]);
}

/** Removes the members that `ip route add` sets by default. */
function withoutDefaults(route: Route): Route {
  const { type, via, metric, table, scope, protocol, ...rest } = route;
  return {
    ...rest,
    destination: canonicalPrefix(route.destination),
    ...(type === undefined || type === 'unicast' ? {} : { type }),
    ...(via === undefined ? {} : { via: canonicalPrefix(via) }),
    ...(metric === undefined || metric === (route.family === 6 ? 1024 : 0) ? {} : { metric }),
    ...(table === undefined || table === 'main' || table === '254' ? {} : { table }),
    ...(scope === undefined || scope === (via === undefined ? 'link' : 'global') ? {} : { scope }),
    ...(protocol === undefined || protocol === 'boot' ? {} : { protocol }),
  };
}

/** The last line of a file may lack its newline; one in the middle may not. */
function joinLines(lines: readonly string[]): string {
  const isWhole = (line: string, index: number): boolean =>
    line === '' || line.endsWith('\n') || index === lines.length - 1;
  return lines.map((line, index) => (isWhole(line, index) ? line : `${line}\n`)).join('');
}
