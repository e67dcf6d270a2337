import { linksBelow } from '../model/links-below.ts';
import type { Links } from '../model/link.ts';
import { quote } from '../model/shell-quote.ts';
import { linksOn, type NetworkState } from './course.ts';
import { type Change, kindOf } from './index.ts';

/**
 * The shell text that prints what `ip` and `bridge` say of the links that changes touch, and all routes and rules, one line
 * each. Undefined when no change touches a link. Facts see what kvmplay models; this sees the rest of it.
 */
export function snapshotOf(changes: readonly Change[], before: NetworkState): string | undefined {
  const touched = touchedLinks(changes, before.links);
  return touched.size === 0 ? undefined : snapshotScript([...touched]);
}

/** The links that changes name, what stands on them, and what all these stand on. Taps of guests come and go by themselves. */
function touchedLinks(changes: readonly Change[], links: Links): ReadonlySet<string> {
  const named = changes.flatMap((change) => {
    const { frames = [], addresses = [] } = kindOf(change).touches(change);
    return [...frames, ...addresses];
  });
  const touched = new Set(named);
  for (const name of touched) {
    const link = links.get(name);
    if (link !== undefined) for (const upper of linksOn(link, links)) touched.add(upper.name);
  }
  const below = [...touched].flatMap((name) => [...linksBelow(links, name)]);
  return new Set([...touched, ...below.filter((name) => links.get(name)?.kind !== 'tap')]);
}

/** Words that are followed by a value, and change by themselves: counters, timers, elections, carrier. */
const restless = [
  ...['qdisc', 'state', 'promiscuity', 'allmulti', 'usedbcqueuelen'],
  // Bridges elect and number.
  ...['root_port', 'root_path_cost', 'topology_change', 'topology_change_detected', 'topology_change_ack'],
  ...['hello_timer', 'tcn_timer', 'topology_change_timer', 'gc_timer', 'hold_timer', 'message_age_timer'],
  ...['forward_delay_timer', 'designated_root', 'designated_bridge', 'designated_port', 'designated_cost'],
  ...['bridge_id', 'port_id', 'port_no', 'config_pending', 'fdb_n_learned'],
  // Bonds elect and number, too.
  ...['active_slave', 'ad_aggregator', 'ad_num_ports', 'ad_actor_key', 'ad_partner_key', 'ad_partner_mac'],
  ...['mii_status', 'link_failure_count', 'ad_aggregator_id', 'ad_actor_oper_port_state'],
  ...['ad_partner_oper_port_state', 'expires'],
];

/** Words alone that come and go by themselves. `\` parts the lines of one entry. */
const fleeting = ['\\\\', 'tentative', 'optimistic', 'deprecated', 'linkdown', 'dead', 'offload', 'trap'];

/** Routing daemons and router advertisements set what nobody here has to bring back. */
const daemons = 'ra redirect bird babel bgp dnrouted eigrp gated isis mrt ntk openr ospf rip xorp zebra';

/** Path costs that the kernel gives by the speed of a port when it joins. */
const automaticCosts = [1, 2, 3, 4, 5, 19, 100];

/** The snapshot of the links with these names. It forks nine times, whatever the host has, and needs neither sed nor awk. */
export function snapshotScript(names: readonly string[]): string {
  return `touched=${quote(` ${names.join(' ')} `)}
# Each link has entries for its own MAC, and bridge and port share them by order of joining.
own=
for file in /sys/class/net/*/address; do { read -r mac < "$file"; } 2>/dev/null && own="$own $mac"; done
set -f
tab=$(printf '\\t')
blanks=" $tab"
lines='
'
is_touched() { case $touched in *" $1 "*) ;; *) return 1 ;; esac; }
tell_flags() { # <UP,LOWER_UP>: sets word
  word=\${1#<} flags=
  IFS=,
  for flag in \${word%>}; do
    case $flag in NO-CARRIER | LOWER_UP | M-DOWN | RUNNING | DORMANT) ;; *) flags=$flags,$flag ;; esac
  done
  IFS=$blanks
  word="<\${flags#,}>"
}
tidy() { # WORD...: sets text
  text= ageing= lives=
  while [ $# -gt 0 ]; do
    word=\${1%\\\\}
    case $word in
      '' | ${fleeting.join(' | ')}) shift; continue ;;
      ${restless.join(' | ')})
        shift
        [ $# = 0 ] || shift
        continue ;;
      # With spanning tree it is shorter for a while.
      cost) case \${2-} in ${automaticCosts.join(' | ')}) shift 2; continue ;; esac ;;
      ageing_time) ageing=\${2-} ;;
      valid_lft) lives=\${2-} ;;
      '<'*'>') tell_flags "$word" ;;
    esac
    text="$text $word"
    shift
  done
  case $text in *' stp_state 0 '*) ;; *' stp_state '*) text=\${text%% ageing_time *}\${text#* ageing_time $ageing} ;; esac
  case $lives in *sec) text=\${text%% valid_lft *} ;; esac
}
# A line that begins with a blank goes on with the link of the line before.
tell_links() { # KIND COMMAND...
  kind=$1 device= bonded=
  shift
  IFS=$lines
  for line in $("$@" 2>/dev/null); do
    IFS=$blanks
    case $line in
      ' '* | "$tab"*) set -- $line ;;
      *)
        set -- $line
        case $1 in *:) shift ;; esac
        device=\${1%:}
        device=\${device%@*}
        shift
        controller=\${line#* master }
        controller=\${controller%% *}
        bonded=
        [ ! -e "/sys/class/net/$controller/bonding" ] || bonded=yes ;;
    esac
    is_touched "$device" || continue
    # Bonding swaps the working MACs of its ports; the permanent ones are facts.
    [ -z "$bonded" ] || case $1 in link/ether) continue ;; esac
    case "$*" in ''| 'inet6 '*' dynamic'* | 'inet6 fe80:'*ff:fe*'/64 scope link'*) continue ;; esac
    tidy "$@"
    printf '%s\\n' "$kind $device:$text"
  done
  IFS=$blanks
}
tell_neighbours() { # KIND PATTERN COMMAND...: lines that fit and name a touched link
  kind=$1 pattern=$2
  shift 2
  IFS=$lines
  for line in $("$@" 2>/dev/null | grep -e "$pattern" | grep -v -i -e '^33:33:' -e '^01:00:5e:' -e '^01:80:c2:'); do
    IFS=$blanks
    device=\${line#* dev }
    device=\${device%% *}
    is_touched "$device" || continue
    case "$own " in *" \${line%% *} "*) continue ;; esac
    tidy $line
    printf '%s\\n' "$kind $device:$text"
  done
  IFS=$blanks
}
# What others have on their own links comes and goes with these.
tell_routes() { # KIND COMMAND...
  kind=$1
  shift
  IFS=$lines
  for line in $("$@" 2>/dev/null); do
    IFS=$blanks
    # Initscripts add the zeroconf route to every link that they bring up.
    case $line in
      *' table local proto kernel '* | 'fe80::/64 dev '*' proto kernel '* | '169.254.0.0/16 dev '* | *' cache'*) continue ;;
    esac
    case $line in
      *' proto kernel '*' dev '* | *' dev '*' proto kernel '*)
        device=\${line#* dev }
        is_touched "\${device%% *}" || continue ;;
    esac
    case $line in *' proto '*)
      protocol=\${line#* proto }
      case ' ${daemons} ' in *" \${protocol%% *} "*) continue ;; esac ;;
    esac
    tidy $line
    printf '%s\\n' "$kind:$text"
  done
  IFS=$blanks
}
tell_links link ip -d link show
tell_links 'bridge port' bridge -d link show
tell_links 'bridge vlan' bridge vlan show
tell_neighbours 'bridge fdb' ' permanent\\| static' bridge fdb show
tell_links address ip -o address show
tell_neighbours neighbour . ip neigh show nud permanent
tell_routes route ip -4 -o route show table all
tell_routes 'IPv6 route' ip -6 -o route show table all
tell_routes 'next hop' ip -o nexthop show
tell_routes rule ip -4 rule show
tell_routes 'IPv6 rule' ip -6 rule show`;
}
