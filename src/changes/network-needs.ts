import type { Probe } from '../model/probe.ts';
import { coursesOf, type NetworkState } from './course.ts';
import { type Change, kindOf } from './index.ts';
import type { Wait } from './kind.ts';
import { linksOnDoomed } from './link-drift.ts';
import { dropsDefault } from './route.ts';
import { vanishing } from './forecast.ts';

/** What a transaction of these changes needs besides their commands. */
export interface NetworkNeeds {
  /** What must hold after it. */
  readonly probes: readonly Probe[];
  /** Seconds that it takes beyond the usual. */
  readonly seconds: number;
}

export function needsOf(changes: readonly Change[], before: NetworkState): NetworkNeeds {
  const own = changes.flatMap((change) => kindOf(change).needs?.probes?.(change) ?? []);
  // Several changes of one link ask for the same.
  const probes = new Map([...standardProbes(changes), ...own].map((probe) => [probe.failure, probe]));
  const waits = coursesOf(changes, before).flatMap(
    ({ change, course }) => kindOf(change).needs?.waits?.(change, course) ?? [],
  );
  return { probes: [...probes.values()], seconds: secondsOf(waits) };
}

/** Links that changes take away, with what stands on them then. */
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

/** Every change must leave these working if they worked before, unless taking them away is what it is for. */
function standardProbes(changes: readonly Change[]): readonly Probe[] {
  return changes.length === 0 || dropsDefault(changes) ? [] : [gatewayProbe, dnsProbe];
}

const gatewayProbe: Probe = {
  failure: 'the default gateway does not answer ping',
  script: `set -- $(ip -4 route show default | head -n 1)
[ "$2" = via ] || exit 1
echo "default gateway $3"
ping -n -c 1 -W 1 "$3" >/dev/null 2>&1`,
};

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
