import { PlanError } from '../errors.ts';
import type { Route } from '../model/link.ts';
import { canonicalPrefix } from './ifcfg-address.ts';
import { parseIfcfg, valueOf } from './ifcfg-file.ts';
import type { IfcfgTree } from './ifcfg-tree.ts';
import { companionPath } from './ifcfg-tree.ts';

type Family = Route['family'];

/** The routes of one family that a link's files add when it comes up, default ones included. */
export function readRoutes(tree: IfcfgTree, paths: readonly string[], family: Family): readonly Route[] {
  return paths.flatMap((path) =>
    parseRoutes(path, tree.text(path) ?? '', family).flatMap(({ route }) => route ?? []),
  );
}

/** A default route of the main table: what ifcfg files call the gateway. */
export function isGateway(route: Route): boolean {
  return route.destination === 'default' && route.table === undefined && route.via !== undefined;
}

/** Makes the files of one family say exactly `wanted`. Lines of routes that stay, and comments beside them, are kept. */
export function editRoutes(
  tree: IfcfgTree,
  paths: readonly string[],
  { link, family, wanted }: { link: string; family: Family; wanted: readonly Route[] },
): void {
  const missing = new Map(wanted.map((route) => [routeKey(route), route]));
  for (const path of paths) {
    const text = tree.text(path) ?? '';
    const kept = keepRoutes(path, text, family, missing);
    if (kept === undefined) tree.delete(path);
    else tree.write(path, kept);
  }
  if (missing.size === 0) return;

  const path = companionPath(family === 4 ? 'route' : 'route6', link);
  const text = tree.text(path) ?? '';
  // A file is read as variables or as arguments, never as both.
  const converted = isVariables(text) ? parseVariables(path, text) : [];
  const lines = [...converted, ...missing.values()].map((route) => `${printRoute(route, link)}\n`);
  tree.write(path, [converted.length > 0 ? '' : endLine(text), ...lines].join(''));
}

/** The file without routes that are not in `missing`, or undefined when none is left; takes the kept ones out of `missing`. */
function keepRoutes(
  path: string,
  text: string,
  family: Family,
  missing: Map<string, Route>,
): string | undefined {
  const lines = parseRoutes(path, text, family);
  const routes = lines.flatMap(({ route }) => route ?? []);
  const isKept = (route: Route): boolean => missing.has(routeKey(route));
  if (routes.every(isKept)) {
    for (const route of routes) missing.delete(routeKey(route));
    return text;
  }
  if (isVariables(text)) return undefined;
  if (!routes.some(isKept)) return undefined;

  const kept = lines.filter(({ route }) => route === undefined || isKept(route));
  for (const { route } of kept) if (route !== undefined) missing.delete(routeKey(route));
  return kept.map((line) => line.text).join('');
}

interface RouteLine {
  readonly text: string;
  readonly route: Route | undefined;
}

function parseRoutes(path: string, text: string, family: Family): readonly RouteLine[] {
  if (isVariables(text)) return parseVariables(path, text).map((route) => ({ text: '', route }));
  return text.split(/(?<=\n)/).map((line, index) => {
    if (/^\s*(#|$)/.test(line)) return { text: line, route: undefined };
    const route = line.includes('\\') ? undefined : parseArguments(line.trim().split(/\s+/), family);
    if (route !== undefined) return { text: line, route };
    throw new PlanError(`${path}:${String(index + 1)}: kvmplay does not understand the route ${line.trim()}`);
  });
}

/** The same question, asked the same way, as EL7's ifup-routes. */
function isVariables(text: string): boolean {
  return /^\s*ADDRESS\d+=/m.test(text);
}

function parseVariables(path: string, text: string): readonly Route[] {
  const file = parseIfcfg(path, text);
  const routes: Route[] = [];
  for (let index = 0; ; index++) {
    const address = valueOf(file, `ADDRESS${String(index)}`);
    if (address === undefined || address === '') return routes;
    const mask = valueOf(file, `NETMASK${String(index)}`);
    const via = valueOf(file, `GATEWAY${String(index)}`);
    const destination = canonicalPrefix(mask === undefined ? address : `${address}/${mask}`);
    routes.push({ family: 4, destination, ...(via === undefined || via === '' ? {} : { via }) });
  }
}

const types = new Set(['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw', 'local', 'broadcast']);

/** The arguments of `ip route add`. */
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
    const value = rest.shift();
    if (value === undefined) return undefined;
    if (word === 'via') route.via = canonicalPrefix(value);
    else if (word === 'dev') route.link = value;
    else if (word === 'src') route.source = value;
    else if (word === 'metric' || word === 'preference' || word === 'priority') route.metric = Number(value);
    else if (word === 'table') route.table = value;
    else if (word === 'scope') route.scope = value;
    else if (word === 'proto' || word === 'protocol') route.protocol = value;
    else return undefined;
  }
  return withoutDefaults(route);
}

function printRoute(route: Route, link: string): string {
  const { type, destination, via, source, metric, table, scope, protocol, onlink } = withoutDefaults(route);
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
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

/** Two routes with the same key are one to the kernel. The link is that of the file. */
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
  ]);
}

/** Without what `ip route add` would add by itself. */
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

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
