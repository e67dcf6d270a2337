import { routesAfter } from '../model/kernel.ts';
import type { Route } from '../model/link.ts';
import type { Probe } from '../model/probe.ts';
import { quote } from '../model/shell-quote.ts';
import { coursesOf, type NetworkState } from './course.ts';
import { type Change, kindOf } from './index.ts';
import type { Wait } from './kind.ts';
import { linksOnDoomed } from './link-drift.ts';
import { dropsDefault } from './route.ts';
import { vanishing } from './forecast.ts';
import { snapshotOf } from './snapshot.ts';

/** Needs of a transaction of network changes, besides their commands. */
export interface NetworkNeeds {
  /** Checks that must pass after the transaction. */
  readonly probes: readonly Probe[];
  /** Time in addition to the usual, in seconds. */
  readonly seconds: number;
  /** Prints what the kernel says of the links that they touch, and of all routes and rules. */
  readonly snapshot: string | undefined;
}

export function needsOf(changes: readonly Change[], before: NetworkState): NetworkNeeds {
  const own = changes.flatMap((change) => kindOf(change).needs?.probes?.(change) ?? []);
  // Several changes of one link may need the same probe.
  const standard = [...standardProbes(changes), ...gatewaysKept(changes, before)];
  const probes = new Map([...standard, ...own].map((probe) => [probe.failure, probe]));
  const waits = coursesOf(changes, before).flatMap(
    ({ change, course }) => kindOf(change).needs?.waits?.(change, course) ?? [],
  );
  return { probes: [...probes.values()], seconds: secondsOf(waits), snapshot: snapshotOf(changes, before) };
}

/** Returns the links that changes remove, each with the links on top of it at that moment. */
export function occupantsOf(
  changes: readonly Change[],
  before: NetworkState,
): readonly { readonly link: string; readonly occupant: string }[] {
  return coursesOf(changes, before).flatMap(({ change, course: { now } }) =>
    vanishing(change, now).flatMap(({ name }) =>
      linksOnDoomed(name, now.links).map((occupant) => ({ link: name, occupant })),
    ),
  );
}

/** Probes of services that must still work afterwards if they worked before, unless the changes are meant to remove them. */
function standardProbes(changes: readonly Change[]): readonly Probe[] {
  return changes.length === 0 || dropsDefault(changes) ? [] : [gatewayProbe, dnsProbe];
}

/**
 * A gateway of any default route, in any table, also one of several next hops. The probe of a host with several passes when
 * one of them answers; `gatewaysKept` asks each of those that stay.
 */
const gatewayProbe: Probe = {
  failure: 'the default gateway does not answer ping',
  script: `set -- $(ip -4 route show table all | while read -r first rest; do
  case $first in
    default) inside=yes ;;
    nexthop) ;;
    *) inside= ;;
  esac
  [ -n "$inside" ] || continue
  set -- $first $rest
  while [ $# -gt 1 ]; do
    [ "$1" != via ] || { [ "$2" != inet6 ] || shift; echo "$2"; }
    shift
  done
done)
[ $# -gt 0 ] || exit 1
echo "default gateway $*"
for gateway; do
  case $gateway in *:*) continue ;; esac
  ping -n -c 1 -W 1 "$gateway" >/dev/null 2>&1 && exit 0
done
exit 1`,
};

/** One probe for each gateway of a default route that is there before and after: it must not fall silent. */
function gatewaysKept(changes: readonly Change[], before: NetworkState): readonly Probe[] {
  const routes = before.routes ?? [];
  const after = changes.reduce(routesAfter, routes);
  const kept = gatewaysOf(after);
  const gateways = gatewaysOf(routes);
  return gateways.length < 2
    ? []
    : gateways
        .filter((gateway) => kept.includes(gateway))
        .map((gateway) => ({
          failure: `gateway ${gateway} does not answer ping`,
          script: `ping -n -c 1 -W 1 ${quote(gateway)} 2>&1`,
        }));
}

function gatewaysOf(routes: readonly Route[]): readonly string[] {
  const vias = routes
    .filter(
      ({ destination, type, family }) => destination === 'default' && type === undefined && family === 4,
    )
    .flatMap(({ via, nexthops = [] }) => [via, ...nexthops.map((hop) => hop.via)]);
  return [...new Set(vias.filter((via) => via !== undefined))];
}

const dnsProbe: Probe = {
  failure: 'no DNS server of /etc/resolv.conf answers ping',
  script: `while read -r word server rest; do
  [ "$word" = nameserver ] || continue
  echo "DNS server $server"
  ping -n -c 1 -W 1 "$server" >/dev/null 2>&1 && exit 0
done < /etc/resolv.conf
exit 1`,
};

function secondsOf(waits: readonly Wait[]): number {
  const longest = new Map<string, number>();
  for (const wait of waits) longest.set(wait.for, Math.max(longest.get(wait.for) ?? 0, wait.seconds));
  return [...longest.values()].reduce((sum, seconds) => sum + seconds, 0);
}
