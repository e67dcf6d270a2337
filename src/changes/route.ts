import * as z from 'zod';
import { routes } from '../facts/index.ts';
import type { ProgramCommand } from '../model/command.ts';
import { isSameRoute, linksOfRoute } from '../model/kernel.ts';
import type { NextHop, Route } from '../model/link.ts';
import { quote } from '../model/shell-quote.ts';
import { BLIP, type Course, FOREVER, type Verdict } from './course.ts';
import type { Change } from './index.ts';
import { ip } from './ip.ts';
import type { Drift, Family, Touches } from './kind.ts';
import { name, number, schemaOf, text, word } from './shape.ts';
import { checkPresence, join } from './words.ts';

export interface RouteAdd {
  readonly kind: 'route.add';
  readonly route: Route;
}
export interface RouteDelete {
  readonly kind: 'route.delete';
  readonly route: Route;
}

const routeSchema = schemaOf<Route>()({
  family: z.literal([4, 6]),
  destination: name,
  via: z.exactOptional(text),
  link: z.exactOptional(name),
  source: z.exactOptional(text),
  metric: z.exactOptional(number),
  table: z.exactOptional(text),
  scope: z.exactOptional(text),
  protocol: z.exactOptional(text),
  onlink: z.exactOptional(z.boolean()),
  type: z.exactOptional(text),
  nexthops: z.exactOptional(
    z.array(
      schemaOf<NextHop>()({
        via: z.exactOptional(text),
        link: z.exactOptional(name),
        weight: z.exactOptional(number),
        onlink: z.exactOptional(z.boolean()),
      }),
    ),
  ),
  attributes: z.exactOptional(z.array(word)),
  unsettable: z.exactOptional(text),
});

export const routeFamily: Family<RouteAdd | RouteDelete> = {
  'route.add': {
    schema: () => schemaOf<RouteAdd>()({ kind: z.literal('route.add'), route: routeSchema }),
    describe: ({ route }) => `+ ${describeRoute(route)}`,
    inverse: ({ route }) => ({ kind: 'route.delete', route }),
    compile: ({ route }) => [{ ...command('add', route), unless: `[ -n ${look(route)} ]` }],
    touches: ({ route }) => touchesOf(route),
    drift: ({ route }) => driftOf(route, false),
  },
  'route.delete': {
    schema: () => schemaOf<RouteDelete>()({ kind: z.literal('route.delete'), route: routeSchema }),
    describe: ({ route }) => `- ${describeRoute(route)}`,
    inverse: ({ route }) => ({ kind: 'route.add', route }),
    compile: ({ route }) => [{ ...command('delete', route), unless: `[ -z ${look(route)} ]` }],
    touches: ({ route }) => touchesOf(route),
    judge: ({ route }, course) => [judge(route, course)],
    drift: ({ route }) => driftOf(route, true),
  },
};

function describeRoute(route: Route): string {
  return join(
    'route',
    route.type,
    route.destination,
    route.family === 6 && route.destination === 'default' ? '(IPv6)' : undefined,
    route.via === undefined ? undefined : `via ${route.via}`,
    route.link === undefined ? undefined : `on ${route.link}`,
    route.source === undefined ? undefined : `source ${route.source}`,
    route.metric === undefined ? undefined : `metric ${route.metric}`,
    route.table === undefined ? undefined : `table ${route.table}`,
    route.scope === undefined ? undefined : `scope ${route.scope}`,
    route.onlink === true ? 'onlink' : undefined,
    ...(route.attributes ?? []),
    ...nexthopWords(route),
  );
}

function command(verb: 'add' | 'delete', route: Route): ProgramCommand {
  const type = route.type === undefined ? [] : [route.type];
  return ip(
    `-${String(route.family)}`,
    'route',
    verb,
    ...type,
    route.destination,
    ...wordsOf(route),
    ...(route.onlink === true ? ['onlink'] : []),
    ...(route.attributes ?? []),
    ...nexthopWords(route),
  );
}

function nexthopWords({ nexthops = [] }: Route): readonly string[] {
  return nexthops.flatMap(({ via, link, weight, onlink }) => [
    'nexthop',
    ...wordPair('via', via),
    ...wordPair('dev', link),
    ...wordPair('weight', weight),
    ...(onlink === true ? ['onlink'] : []),
  ]);
}

function wordsOf(route: Route): readonly string[] {
  return [
    ...wordPair('via', route.via),
    ...wordPair('dev', route.link),
    ...wordPair('src', route.source),
    ...wordPair('metric', route.metric),
    ...wordPair('table', route.table),
    ...wordPair('scope', route.scope),
    ...wordPair('proto', route.protocol),
  ];
}

function wordPair(key: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [key, String(value)];
}

/** Returns a shell word: the host's lines about exactly this route, or nothing. */
function look(route: Route): string {
  const { family, destination, via, link, source, metric, table, type, attributes = [] } = route;
  const attribute = (key: string): string | undefined =>
    attributes.includes(key) ? attributes[attributes.indexOf(key) + 1] : undefined;
  const which = [
    ...['exact', destination],
    ...wordPair('via', via),
    ...wordPair('dev', link),
    ...wordPair('src', source),
    // The kernel's default metric of an IPv6 route.
    ...wordPair('metric', metric ?? (family === 6 ? 1024 : undefined)),
    ...wordPair('table', table),
    ...wordPair('type', type),
    ...wordPair('tos', attribute('tos')),
    ...wordPair('from', attribute('from')),
  ];
  const show = `ip -${String(family)} route show ${which.map(quote).join(' ')} 2>/dev/null`;
  // A selector cannot require that a member is absent, and another route to the same place may have it.
  const others = [
    ...(via === undefined ? ['via'] : []),
    ...(source === undefined ? ['src'] : []),
    ...(metric === undefined && family === 4 ? ['metric'] : []),
  ].map((key) => ` -e ' ${key} '`);
  return `"$(${show}${others.length === 0 ? '' : ` | grep -v${others.join('')}`})"`;
}

/** Returns true if the changes remove more default routes than they add. */
export function dropsDefault(changes: readonly Change[]): boolean {
  const defaults = (kind: 'route.add' | 'route.delete'): number =>
    changes.filter((change) => change.kind === kind && change.route.destination === 'default').length;
  return defaults('route.delete') > defaults('route.add');
}

function touchesOf(route: Route): Touches {
  const links = linksOfRoute(route);
  return links.length === 0 ? {} : { addresses: links };
}

function judge({ family, destination, table }: Route, { changes }: Course): Verdict {
  const isReplaced = changes.some(
    (change) =>
      change.kind === 'route.add' &&
      change.route.destination === destination &&
      change.route.family === family &&
      change.route.table === table,
  );
  const route =
    destination === 'default' ? `the default route of IPv${family}` : `the route to ${destination}`;
  return isReplaced
    ? { seconds: BLIP, reason: `${route} is replaced` }
    : { seconds: FOREVER, reason: `${route} is removed` };
}

function driftOf(route: Route, isWanted: boolean): Drift {
  return {
    facts: [routes],
    check: (answer) => {
      const isThere = answer(routes).some((other) => isSameRoute(other, route));
      return checkPresence(describeRoute(route), isWanted, isThere);
    },
  };
}
