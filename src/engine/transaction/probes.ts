import { UsageError } from '../../errors.ts';
import type { RuntimeChange } from './commands.ts';
import { quote } from '../../model/shell-quote.ts';

/** A check that runs on the host, before a change and after it. */
export interface Probe {
  /** Ends the sentence "after the change …": `10.128.1.1 does not answer ping`. */
  readonly failure: string;
  /** POSIX sh, ended by itself within seconds: exit 0 passes. The last line it prints is the value seen. */
  readonly script: string;
  /** True: must pass after the change whatever it did before. Default: only when it passed before. */
  readonly isRequired?: boolean;
}

/**
 * The host can ping an address.
 *
 * @example
 * play({ name: 'bond6', hosts: 'kvm', probes: [ping('10.128.1.1')], run });
 */
export function ping(address: string): Probe {
  const family = address.includes(':') ? '-6' : '-4';
  return {
    failure: `${address} does not answer ping`,
    script: `ping ${family} -n -c 1 -W 1 ${quote(address)} 2>&1`,
  };
}

/** The host can open a TCP connection. Needs bash or nc on the host; where there is neither, it never passes. Throws UsageError for a bad port. */
export function tcp(address: string, port: number): Probe {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UsageError(`tcp probe: port is ${String(port)}, it should be a whole number from 1 to 65535`);
  }
  const target = `${quote(address)} ${String(port)}`;
  return {
    failure: `${address} port ${String(port)} does not accept connections`,
    script: `if command -v nc >/dev/null; then nc -z -w 2 ${target}
else timeout 2 bash -c ': < "/dev/tcp/$0/$1"' ${target}; fi`,
  };
}

/** Any script of yours: POSIX sh, exit 0 passes. `failure` ends the sentence "after the change …". */
export function check(failure: string, script: string): Probe {
  return { failure, script };
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

/** What every change must leave working if it worked before, unless taking it away is what the change is for. */
export function standardProbes(changes: readonly RuntimeChange[]): readonly Probe[] {
  const defaults = (kind: 'route.add' | 'route.delete'): number =>
    changes.filter((change) => change.kind === kind && change.route.destination === 'default').length;
  return defaults('route.delete') > defaults('route.add') ? [] : [gatewayProbe, dnsProbe];
}

/** What bonds and bridges that a transaction touches must come to: an LACP partner, forwarding ports. */
export function linkProbes(changes: readonly RuntimeChange[]): readonly Probe[] {
  return [
    ...touched(changes, 'bond').map((bond) => ({ ...lacp(bond), isRequired: true })),
    ...touched(changes, 'bridge').map((bridge) => ({ ...forwarding(bridge), isRequired: true })),
  ];
}

/** Bonds or bridges of these changes that are there afterwards. */
function touched(changes: readonly RuntimeChange[], kind: 'bond' | 'bridge'): readonly string[] {
  const names = new Set<string>();
  for (const change of changes) {
    if (change.kind === 'link.create' && change.link.kind === kind) names.add(change.link.name);
    if (change.kind === 'link.update' && change.linkKind === kind) names.add(change.name);
    if (change.kind === 'port.add' && change.controllerKind === kind) names.add(change.controller);
    if (change.kind === 'link.delete') names.delete(change.link.name);
  }
  return [...names];
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
  };
}
