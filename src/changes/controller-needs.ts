import type { LinkKind } from '../model/link.ts';
import type { Probe } from '../model/probe.ts';
import { quote } from '../model/shell-quote.ts';
import { type NetworkState, stpDelay } from './course.ts';
import type { Wait } from './kind.ts';

/** Returns checks of a bond or bridge after a change: an LACP partner, forwarding ports. */
export function probesOf(name: string, kind: LinkKind): readonly Probe[] {
  if (kind === 'bond') return [lacp(name)];
  return kind === 'bridge' ? [forwarding(name)] : [];
}

/** Ports of a bridge with STP forward after twice its forward delay, and 2 seconds more (hazard 17). */
export function waitsOf(name: string, after: NetworkState): readonly Wait[] {
  const stp = after.links.get(name)?.options?.['stp_state'];
  return stp === undefined || stp === '0' ? [] : [{ for: 'STP', seconds: stpDelay(name, after) + 2 }];
}

/** Without a partner an 802.3ad bond looks healthy and carries one port's traffic at best (hazard 32). */
function lacp(bond: string): Probe {
  const folder = `/sys/class/net/${bond}/bonding`;
  return {
    failure: `${bond} has no LACP partner on all of its ports`,
    script: `cd ${quote(folder)} 2>/dev/null || exit 0
read -r mode number < mode
[ "$mode" = 802.3ad ] || exit 0
read -r partner < ad_partner_mac; read -r ports < ad_num_ports; read -r names < slaves
set -- $names
echo "partner $partner, $ports of $# ports aggregated"
[ "$partner" != 00:00:00:00:00:00 ] && [ "$ports" = $# ]`,
    isRequired: true,
  };
}

/** With STP a port forwards only after twice the forward delay (hazard 17). A port without carrier never does. */
function forwarding(bridge: string): Probe {
  const folder = `/sys/class/net/${bridge}`;
  return {
    failure: `a port of ${bridge} does not forward`,
    script: `cd ${quote(folder)} 2>/dev/null || exit 0
read -r stp < bridge/stp_state
[ "$stp" != 0 ] || exit 0
waiting=
for port in brif/*; do
  [ -e "$port/state" ] || continue
  read -r state < "$port/state"
  carrier=0; read -r carrier 2>/dev/null < "/sys/class/net/\${port##*/}/carrier"
  [ "$carrier" != 1 ] || [ "$state" = 3 ] || waiting="$waiting \${port##*/} in state $state"
done
echo "waiting for$waiting"
[ -z "$waiting" ]`,
    isRequired: true,
  };
}
