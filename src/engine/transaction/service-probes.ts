import type { Change } from '../../model/change.ts';
import { quote } from '../../model/shell-quote.ts';
import type { Probe } from './probes.ts';

/** Seconds that a service must have run: a wrong file or a port that is taken ends most within one. */
const settled = 2;

/** What services that a transaction starts must come to: systemd takes most for started once they have a process. */
export function serviceProbes(changes: readonly Change[]): readonly Probe[] {
  return startedUnits(changes).map((name) => ({
    failure: `service ${name} does not stay up`,
    script: settling(name),
    isRequired: true,
  }));
}

/** Seconds that it takes to see that services stay up. */
export function settlingSeconds(changes: readonly Change[]): number {
  return startedUnits(changes).length === 0 ? 0 : settled + 3;
}

function startedUnits(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) =>
    change.kind === 'service.set' && change.manager === 'systemd' && change.after.running === true
      ? [change.name]
      : [],
  );
}

/**
 * Passes as soon as it is decided whether the unit stays up, whichever way: the survey that follows tells which. While systemd
 * starts it again and again that is not, since the survey might see it between two deaths.
 */
function settling(name: string): string {
  return `unit=$(systemctl show -p ActiveState -p SubState -p ActiveEnterTimestampMonotonic -- ${quote(name)})
value() { printf '%s\\n' "$unit" | sed -n "s/^$1=//p"; }
echo "$(value ActiveState) ($(value SubState))"
case $(value ActiveState)/$(value SubState) in
  active/running) ;;
  active/* | inactive/* | failed/* | deactivating/*) exit 0 ;;
  *) exit 1 ;;
esac
read -r uptime rest < /proc/uptime
up=$((\${uptime%.*}\${uptime#*.} - $(value ActiveEnterTimestampMonotonic) / 10000))
# A container may have an uptime of its own, which tells nothing.
[ $up -lt 0 ] || [ $up -ge ${String(settled * 100)} ]`;
}
