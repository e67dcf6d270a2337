import { FactParseError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { Fact } from '../model/fact.ts';
import { linksOfRoute } from '../model/kernel.ts';
import type { Route } from '../model/link.ts';
import { linesOf } from './text.ts';

/** A default route from any source, including DHCP and router advertisements. */
export interface DefaultRoute {
  readonly family: 4 | 6;
  readonly link: string;
  /** The kernel uses the route with the lowest metric. */
  readonly metric: number;
}

/** Procfs answers without a program. Reject routes to 0.0.0.0/0 or ::/0 do not count: a host without IPv6 routes has one. */
const script = `
while read -r link destination gateway flags references uses metric mask rest; do
  [ "$destination$mask" = 0000000000000000 ] || continue
  [ $((0x$flags & 0x200)) -ne 0 ] || printf '4 %s %s\\n' "$link" "$metric"
done </proc/net/route
[ -r /proc/net/ipv6_route ] || exit 0
while read -r destination length source source_length gateway metric references uses flags link; do
  [ "$destination$length$source_length" = 000000000000000000000000000000000000 ] || continue
  [ $((0x$flags & 0x200)) -ne 0 ] || printf '6 %s %s\\n' "$link" "$((0x$metric))"
done </proc/net/ipv6_route
`;

/** The default routes of the main table, in the kernel's order. */
export const defaultRoutes: Fact<readonly DefaultRoute[]> = {
  name: 'defaultRoutes',
  script,
  parse,
  after,
  // Not compared after a rollback: the fact `routes` is, and routes from DHCP come and go.
  comparable: () => null,
  fake: ({ routes }) =>
    routes.reduce<readonly DefaultRoute[]>((found, route) => after(found, { kind: 'route.add', route }), []),
};

function parse(output: string): readonly DefaultRoute[] {
  return linesOf(output).map((line) => {
    const [, family, link, metric] = /^([46]) (\S+) (\d+)$/.exec(line) ?? [];
    if (link === undefined)
      throw new FactParseError(`cannot read a line about default routes: ${JSON.stringify(line)}`);
    return { family: family === '4' ? 4 : 6, link, metric: Number(metric) };
  });
}

function after(routes: readonly DefaultRoute[], change: Change): readonly DefaultRoute[] {
  if (change.kind === 'link.delete') {
    const left = routes.filter(({ link }) => link !== change.link.name);
    return left.length === routes.length ? routes : left;
  }
  if (change.kind !== 'route.add' && change.kind !== 'route.delete') return routes;
  const altered = toDefaultRoute(change.route);
  if (altered === undefined) return routes;
  if (change.kind === 'route.add') return [...routes, altered];
  const at = routes.findIndex((route) => isSame(route, altered));
  return at === -1 ? routes : routes.toSpliced(at, 1);
}

/** Without a given metric the kernel sets 1024 for an IPv6 route. */
function toDefaultRoute(route: Route): DefaultRoute | undefined {
  const { family, destination, metric, table, type } = route;
  // Procfs names the first way of a multipath route.
  const [link] = linksOfRoute(route);
  if (destination !== 'default' || link === undefined || (table ?? 'main') !== 'main') return undefined;
  if (type !== undefined) return undefined;
  return { family, link, metric: metric ?? (family === 4 ? 0 : 1024) };
}

function isSame(a: DefaultRoute, b: DefaultRoute): boolean {
  return a.family === b.family && a.link === b.link && a.metric === b.metric;
}
