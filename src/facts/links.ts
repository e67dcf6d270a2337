import { FactParseError } from '../errors.ts';
import type { Fact } from '../model/fact.ts';
import { furtherBridgeOptions, linksAfter } from '../model/kernel.ts';
import type { Link, LinkKind, LinkOptions, Links, PortSettings, VlanPlace } from '../model/link.ts';
import { bondOptionRules } from '../model/bond-options.ts';
import { tellPermanentMacs } from './permanent-macs.ts';
import { linesOf, parseNumber } from './text.ts';

const bondOptions = Object.keys(bondOptionRules);

const bridgeOptions = [
  'stp_state',
  'forward_delay',
  'hello_time',
  'max_age',
  'ageing_time',
  'priority',
  'vlan_filtering',
  'multicast_snooping',
];

/**
 * Extended regular expressions for what ip(8) tells of a port of a bridge to which somebody gave another value than the
 * kernel does. Taps are many, so all other ports stay on the host. A cost may be one that the kernel gives by the speed.
 */
const unusualPort = [
  ' bridge_slave .* (hairpin|guard|root_block|fastleave|proxy_arp|proxy_arp_wifi|mcast_to_unicast) on ',
  ' bridge_slave .* (neigh_suppress|neigh_vlan_suppress|vlan_tunnel|isolated|locked|mab) on ',
  ' bridge_slave .* (learning|flood|mcast_flood|bcast_flood) off ',
  ' bridge_slave .* (mcast_router [^1]|group_fwd_mask [1-9]|backup_port )',
  ' bridge_slave state [a-z]+ priority ([0-9]|[0-24-9][0-9]|3[013-9]) ',
  ' cost ([6-9]|1[0-8]|[2-9][0-9]|10[1-9]|1[1-9][0-9]|[2-9][0-9][0-9]|[0-9][0-9][0-9][0-9]+) ',
];

/** Settings of a new port, by the words of ip(8). Its other words tell a state, or a cost by the speed. */
const usualPort: LinkOptions = {
  priority: '32',
  hairpin: 'off',
  guard: 'off',
  root_block: 'off',
  fastleave: 'off',
  learning: 'on',
  flood: 'on',
  proxy_arp: 'off',
  proxy_arp_wifi: 'off',
  mcast_router: '1',
  mcast_flood: 'on',
  bcast_flood: 'on',
  mcast_to_unicast: 'off',
  neigh_suppress: 'off',
  neigh_vlan_suppress: 'off',
  group_fwd_mask: '0',
  vlan_tunnel: 'off',
  isolated: 'off',
  locked: 'off',
  mab: 'off',
  backup_port: '',
};

/** The kernel gives a port these by its speed, and changes them with it. */
const automaticCosts: readonly string[] = ['1', '2', '3', '4', '5', '19', '100'];

/**
 * Reads every network interface with its settings from sysfs and procfs. Only the shell's own `read` is used: with 500 taps a process per link would take
 * seconds. Each file of a tap counts too; a tun device is recognised by its missing MAC. Values that a kernel lacks or refuses (`ad_*` in other modes) are
 * left out.
 *
 * ip(8) reports VLAN settings that /proc lacks; one call serves all VLANs.
 *
 * A controller that is neither bridge nor bond (team, vrf, Open vSwitch) is named only by the target of the `master` link.
 */
const script = `
cd /sys/class/net || exit
tell_options() {
  for option in $2; do
    value=
    read -r value <"$link/$1/$option" && printf 'option %s %s %s\\n' "$link" "$option" "$value"
  done
}
set --
tunnels= own= filters= bridged=
newline='
'
for link in *; do
  [ -d "$link" ] || continue
  flags= mtu= mac= assigned= type= kind= lower=
  read -r flags <"$link/flags"
  read -r mtu <"$link/mtu"
  read -r mac <"$link/address"
  if [ -e "$link/tun_flags" ]; then
    type=\${mac:+1} kind=tun
  else
    read -r type <"$link/type"
    read -r assigned <"$link/addr_assign_type"
    while IFS='=' read -r key value; do
      if [ "$key" = DEVTYPE ]; then kind=$value; fi
    done <"$link/uevent"
    case $kind in
      bridge|bond|vlan) ;;
      *)
        for name in "$link"/lower_*; do
          [ -e "$name" ] && lower="$lower \${name##*/lower_}"
        done
        [ -n "$lower" ] && [ -d "$link/macvtap" ] && kind=macvtap
        [ -n "$lower" ] && [ -d "$link/ipvtap" ] && kind=ipvtap
        [ -z "$lower" ] || printf 'lower %s%s\\n' "$link" "$lower"
        case $type in
          1|772|65534) ;;
          *)
            iflink=0
            read -r iflink <"$link/iflink"
            [ "$iflink" = 0 ] || tunnels="$tunnels $link $iflink"
        esac
    esac
  fi
  [ -n "$flags" ] && [ -n "$mtu" ] || continue
  printf 'link %s %s %s %s %s %s %s\\n' "$link" "$flags" "$mtu" "\${type:-0}" "\${assigned:--}" "\${kind:--}" "\${mac:--}"
  if [ -d "$link/bridge" ]; then
    tell_options bridge '${[...bridgeOptions, ...Object.keys(furtherBridgeOptions)].join(' ')}'
    own="$own$mac dev $link $newline" filtering=
    read -r filtering <"$link/bridge/vlan_filtering"
    [ "$filtering" = 1 ] && filters=1
    for port in "$link"/brif/*; do
      [ -e "$port" ] && printf 'port %s %s\\n' "$link" "\${port##*/}" && bridged=1
    done
  elif [ -d "$link/bonding" ]; then
    tell_options bonding '${bondOptions.join(' ')}'
    ports=
    read -r ports <"$link/bonding/slaves"
    printf 'ports %s %s\\n' "$link" "$ports"
    ${tellPermanentMacs}
  fi
  if [ -e "$link/brport" ]; then
    own="$own$mac dev $link $newline"
  elif [ -e "$link/master" ] && [ ! -e "$link/bonding_slave" ]; then
    set -- "$@" "$link/master"
  fi
done 2>/dev/null
if [ -n "$bridged" ]; then
  ip -d -o link show type bridge_slave | grep -E ${unusualPort.map((pattern) => `-e '${pattern}'`).join(' ')}
  bridge fdb show | grep -e ' master .*static' -e ' master .*permanent' | grep -vF -e "\${own%?}"
fi 2>/dev/null
if [ -n "$filters" ]; then
  if command -v bridge >/dev/null; then
    echo 'vlans seen'
    bridge vlan show 2>/dev/null | while IFS= read -r line; do printf 'vids %s\\n' "$line"; done
  else
    echo 'vlans unseen'
  fi
fi
if [ -n "$tunnels" ]; then
  printf 'tunnels%s\\n' "$tunnels"
  for link in *; do
    index=
    read -r index <"$link/ifindex" && printf 'index %s %s\\n' "$link" "$index"
  done 2>/dev/null
fi
if [ -r /proc/net/vlan/config ]; then
  vlans=
  while IFS= read -r line; do
    printf 'vlan %s\\n' "$line"
    case $line in *'| '[0-9]*'| '*) vlans=1 ;; esac
  done </proc/net/vlan/config
  [ -z "$vlans" ] || ip -d -o link show type vlan 2>/dev/null || :
fi
[ $# -eq 0 ] || ls -ldn -- "$@" 2>/dev/null || :
`;

/** Every link of the host, sorted by name. */
export const links: Fact<Links> = {
  name: 'links',
  script,
  parse,
  after: linksAfter,
  // A MAC that was set once stays pinned. A rollback restores the MAC but cannot unpin it.
  // A guest that starts or stops meanwhile is nobody's fault.
  comparable: (value, other = value) =>
    new Map(
      [...value]
        .filter(([name, { kind }]) => kind !== 'tap' || other.has(name))
        .map(([name, { macPinned: _macPinned, options, ...rest }]) => [
          name,
          { ...rest, options: settledOptions(options) },
        ]),
    ),
  fake: (state) => state.links,
};

/** Leaves out the ageing time under STP: during a topology change the kernel reports twice the forward delay instead. */
function settledOptions(options: LinkOptions | undefined): LinkOptions | undefined {
  if (options?.['stp_state'] === undefined || options['stp_state'] === '0') return options;
  const { ageing_time: _, ...settled } = options;
  return settled;
}

interface Survey {
  readonly links: Map<string, LinkLine>;
  readonly options: Map<string, Record<string, string>>;
  readonly controllers: Map<string, string>;
  readonly permanentMacs: Map<string, string>;
  readonly vlans: Map<string, VlanPlace>;
  readonly vlanDetails: Map<string, Pick<VlanPlace, 'protocol' | 'attributes'>>;
  readonly lower: Map<string, readonly string[]>;
  readonly portOptions: Map<string, Record<string, string>>;
  readonly entries: Map<string, string[]>;
  /** Rows of the table of VLANs: an id and what it is for the link. */
  readonly vids: Map<string, string[]>;
  /** The link that the last rows were of. */
  lastOfVids: string;
  /** Undefined: no bridge filters VLANs. */
  seesVids: boolean | undefined;
  /** Tunnels with the indexes of the links that they are bound to. */
  readonly tunnels: Map<string, string>;
  /** Names of links by their indexes. */
  readonly indexes: Map<string, string>;
}

interface LinkLine {
  readonly flags: number;
  readonly mtu: number;
  readonly type: number;
  readonly assigned: string;
  readonly kind: string;
  readonly mac: string;
}

function parse(output: string): Links {
  const survey: Survey = {
    links: new Map(),
    options: new Map(),
    controllers: new Map(),
    permanentMacs: new Map(),
    vlans: new Map(),
    vlanDetails: new Map(),
    lower: new Map(),
    portOptions: new Map(),
    entries: new Map(),
    vids: new Map(),
    lastOfVids: '',
    seesVids: undefined,
    tunnels: new Map(),
    indexes: new Map(),
  };
  for (const line of linesOf(output)) readLine(survey, line);
  if (survey.links.size === 0) throw new FactParseError('/sys/class/net should list links and lists none');

  return new Map([...survey.links].map(([name, line]) => [name, toLink(name, line, survey)]));
}

function readLine(survey: Survey, line: string): void {
  const [word, name = '', ...rest] = line.split(' ');
  switch (word) {
    case 'link':
      survey.links.set(name, parseLink(name, rest));
      return;
    case 'option':
      setOption(survey, name, rest);
      return;
    case 'port':
    case 'ports':
      for (const port of rest) if (port !== '') survey.controllers.set(port, name);
      return;
    case 'permanent':
      survey.permanentMacs.set(name, (rest[0] ?? '').toLowerCase());
      return;
    case 'vids':
      readVids(survey, line.slice('vids '.length));
      return;
    case 'vlans':
      survey.seesVids = name === 'seen';
      return;
    case 'vlan':
      readVlan(survey, line.slice('vlan '.length));
      return;
    case 'lower':
      survey.lower.set(name, rest);
      return;
    case 'tunnels':
      readTunnels(survey, [name, ...rest]);
      return;
    case 'index':
      survey.indexes.set(rest[0] ?? '', name);
      return;
    default:
      if (/^\d+:$/.test(word ?? '')) readDetails(survey, line);
      else if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(word ?? '')) readEntry(survey, line);
      else readController(survey, line);
  }
}

function parseLink(name: string, fields: readonly string[]): LinkLine {
  const [flags = '', mtu, type, assigned = '-', kind = '-', mac = '-'] = fields;
  if (!/^0x[0-9a-f]+$/i.test(flags)) {
    throw new FactParseError(`flags of link ${name} should be hexadecimal and are ${JSON.stringify(flags)}`);
  }
  return {
    flags: Number(flags),
    mtu: parseNumber(mtu, `mtu of link ${name}`),
    type: parseNumber(type, `type of link ${name}`),
    assigned,
    kind,
    mac: mac === '-' ? '' : mac.toLowerCase(),
  };
}

/** sysfs prints values with name and number as both (`balance-alb 6`), and separates the items of a list by blanks. */
function setOption({ options }: Survey, link: string, [option = '', ...values]: readonly string[]): void {
  const ofLink = options.get(link) ?? {};
  ofLink[option] = option === 'arp_ip_target' ? values.join(',') : (values[0] ?? '');
  options.set(link, ofLink);
}

/** Parses `eno5.10        | 10  | eno5`; the two heading lines do not match. */
function readVlan({ vlans }: Survey, line: string): void {
  const [, name, id, parent] = /^(\S+)\s*\| (\d+)\s*\| (\S+)$/.exec(line) ?? [];
  if (name === undefined || parent === undefined) return;
  vlans.set(name, { parent, id: Number(id) });
}

function readTunnels({ tunnels }: Survey, words: readonly string[]): void {
  for (let at = 0; at + 1 < words.length; at += 2) tunnels.set(words[at] ?? '', words[at + 1] ?? '');
}

/** Reads both kinds of details, because a VLAN may also be a port of a bridge. */
function readDetails(survey: Survey, line: string): void {
  readVlanDetails(survey, line);
  readPortOptions(survey, line);
}

/** `27: s.10@bond6: … vlan protocol 802.1ad id 10 <REORDER_HDR,GVRP> \    ingress-qos-map { 1:2 } \    egress-qos-map { 0:5 }` */
function readVlanDetails({ vlanDetails }: Survey, line: string): void {
  const start = line.indexOf(' vlan ');
  if (start === -1) return;
  const words = line
    .slice(start)
    .split(/[\s\\]+/)
    .filter((word) => word !== '');
  const protocol = wordAfter(words, 'protocol');
  // ip(8) prints no flags of a VLAN that has none.
  const flags = words.find((word) => word.startsWith('<')) ?? '<>';
  const attributes = [
    ...attributesOfFlags(flags.slice(1, -1).split(',')),
    ...attributesOfMap(words, 'ingress-qos-map'),
    ...attributesOfMap(words, 'egress-qos-map'),
  ];
  vlanDetails.set(nameIn(line), {
    ...(protocol !== undefined && protocol !== '802.1Q' && { protocol }),
    ...(attributes.length > 0 && { attributes }),
  });
}

function wordAfter(words: readonly string[], key: string): string | undefined {
  const at = words.indexOf(key);
  return at === -1 ? undefined : words[at + 1];
}

/** The kernel reorders headers unless it is told not to. */
function attributesOfFlags(flags: readonly string[]): readonly string[] {
  const others = flags.filter((flag) => flag !== '' && flag !== 'REORDER_HDR');
  return [
    ...(flags.includes('REORDER_HDR') ? [] : ['reorder_hdr', 'off']),
    ...others.flatMap((flag) => [flag.toLowerCase(), 'on']),
  ];
}

function attributesOfMap(words: readonly string[], key: string): readonly string[] {
  const start = words.indexOf(key);
  if (start === -1) return [];
  const entries = words.slice(start + 2, words.indexOf('}', start));
  return entries.length === 0 ? [] : [key, ...entries];
}

/** `502: vnet0: … bridge_slave state forwarding priority 32 cost 2 hairpin off … addrgenmode eui64` */
function readPortOptions({ portOptions }: Survey, line: string): void {
  const start = line.indexOf(' bridge_slave ');
  if (start === -1) return;
  const words = line.slice(start).split(' ');
  const options: Record<string, string> = {};
  for (const [option, usual] of Object.entries(usualPort)) {
    const value = wordAfter(words, option);
    if (value !== undefined && value !== usual) options[option] = value;
  }
  const cost = wordAfter(words, 'cost');
  if (cost !== undefined && !automaticCosts.includes(cost)) options['cost'] = cost;
  if (Object.keys(options).length > 0) portOptions.set(nameIn(line), options);
}

/** `27: s.10@bond6: …` */
function nameIn(line: string): string {
  const [, name = ''] = line.split(' ');
  return name.replace(/:$/, '').replace(/@[^@]*$/, '');
}

/** `02:00:00:00:00:77 dev tap0 vlan 10 master br0 static` */
function readEntry({ entries }: Survey, line: string): void {
  const words = line.split(' ').filter((word) => word !== '');
  const port = wordAfter(words, 'dev') ?? '';
  const vlan = wordAfter(words, 'vlan');
  const state = words.includes('static') ? 'static' : 'permanent';
  const entry = [words[0] ?? '', state, ...(vlan === undefined ? [] : ['vlan', vlan])].join(' ');
  entries.set(port, [...(entries.get(port) ?? []), entry]);
}

/**
 * A row of `bridge vlan show`: the name of a link, if it is the first of its rows, and an id with what it is. A link without
 * VLANs has a row without one, or with `None`.
 */
function readVids(survey: Survey, row: string): void {
  const words = row.split(/\s+/).filter((word) => word !== '');
  if (row.startsWith('port')) return;
  if (row !== '' && !/^\s/.test(row)) {
    survey.lastOfVids = words.shift() ?? '';
    survey.vids.set(survey.lastOfVids, []);
  }
  const [id = '', ...more] = words;
  if (!/^\d+(-\d+)?$/.test(id)) return;
  const marks = [
    ...(more.includes('PVID') ? ['pvid'] : []),
    ...(more.includes('Untagged') ? ['untagged'] : []),
  ];
  survey.vids.get(survey.lastOfVids)?.push([id, ...marks].join(' '));
}

const FIRST_VLAN = '1 pvid untagged';

/** Undefined: as the kernel gives them. Neighbours that are alike become a range. */
function vlansOf(name: string, { vids }: Survey): readonly string[] | undefined {
  const rows = vids.get(name) ?? [FIRST_VLAN];
  if (rows.length === 1 && rows[0] === FIRST_VLAN) return undefined;
  const ranges: { first: number; last: number; marks: string }[] = [];
  for (const row of rows) {
    const [ids = '', ...words] = row.split(' ');
    const [first = '', last = first] = ids.split('-');
    const marks = words.map((word) => ` ${word}`).join('');
    const before = ranges.at(-1);
    const continues = before?.last === Number(first) - 1 && before.marks === marks && !marks.includes('pvid');
    if (continues) before.last = Number(last);
    else ranges.push({ first: Number(first), last: Number(last), marks });
  }
  return ranges.map(({ first, last, marks }) =>
    first === last ? `${first}${marks}` : `${first}-${last}${marks}`,
  );
}

function portSettingsOf(name: string, isFiltered: boolean, survey: Survey): PortSettings | undefined {
  const options = survey.portOptions.get(name);
  const vlans = isFiltered ? vlansOf(name, survey) : undefined;
  const entries = survey.entries.get(name);
  if (options === undefined && vlans === undefined && entries === undefined) return undefined;
  return {
    ...(options !== undefined && { options }),
    ...(vlans !== undefined && { vlans }),
    ...(entries !== undefined && { entries: entries.toSorted() }),
  };
}

/** `lrwxrwxrwx 1 0 0 0 Nov 23 18:00 eth0/master -> ../../virtual/net/team0` */
function readController({ controllers }: Survey, line: string): void {
  const [shown = '', target = '', ...more] = line.split('/master -> ');
  const port = shown.startsWith('l') ? shown.slice(shown.lastIndexOf(' ') + 1) : '';
  const controller = target.slice(target.lastIndexOf('/') + 1);
  if (!isWord(port) || !isWord(controller) || more.length > 0) {
    throw new FactParseError(`cannot read a line about links: ${JSON.stringify(line)}`);
  }
  if (!controllers.has(port)) controllers.set(port, controller);
}

function isWord(text: string): boolean {
  return /^\S+$/.test(text);
}

function toLink(name: string, line: LinkLine, survey: Survey): Link {
  const place = survey.vlans.get(name);
  const vlan = place && { ...place, ...survey.vlanDetails.get(name) };
  const controller = survey.controllers.get(name);
  const lower = lowerOf(name, survey);
  const kind = vlan === undefined ? kindOf(line, lower) : 'vlan';
  const type = kind === 'other' ? typeOf(name, line, survey) : undefined;
  const filters = (bridge: string): boolean => survey.options.get(bridge)?.['vlan_filtering'] === '1';
  const isFiltered = filters(controller ?? name);
  const port = controller === undefined ? undefined : portSettingsOf(name, isFiltered, survey);
  const vlans = kind === 'bridge' && filters(name) ? vlansOf(name, survey) : undefined;
  const options = optionsOf(kind, survey.options.get(name));
  return {
    name,
    kind,
    up: (line.flags & IFF_UP) !== 0,
    mtu: line.mtu,
    mac: survey.permanentMacs.get(name) ?? line.mac,
    // A bond sets the MAC of its ports, so the kernel reports it as set by somebody. The bit means nothing for ports.
    macPinned: ['bond', 'bridge', 'vlan'].includes(kind) && line.assigned === NET_ADDR_SET,
    ...(controller !== undefined && { controller }),
    ...(vlan !== undefined && { vlan }),
    ...(options !== undefined && { options }),
    ...(port !== undefined && { port }),
    ...(vlans !== undefined && { vlans }),
    ...(isFiltered && survey.seesVids === false && { hasUnseenVlans: true }),
    ...(type !== undefined && { type }),
    ...(lower !== undefined && { lower }),
  };
}

/** The ports of a team or a VRF are below it, too. */
function lowerOf(
  name: string,
  { lower, tunnels, indexes, controllers }: Survey,
): readonly string[] | undefined {
  const bound = indexes.get(tunnels.get(name) ?? '');
  const below = lower.get(name) ?? (bound === undefined || bound === name ? [] : [bound]);
  const others = below.filter((link) => controllers.get(link) !== name);
  return others.length === 0 ? undefined : others;
}

function typeOf(name: string, { kind }: LinkLine, { tunnels }: Survey): string | undefined {
  if (tunnels.has(name)) return 'tunnel';
  return kind === '-' ? undefined : kind;
}

const IFF_UP = 1;
const NET_ADDR_SET = '3';
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

function kindOf({ kind, type }: LinkLine, lower: readonly string[] | undefined): LinkKind {
  switch (kind) {
    case 'bridge':
    case 'bond':
    case 'vlan':
      return kind;
    case 'tun':
      return type === ARPHRD_ETHER ? 'tap' : 'other';
    case 'vxlan':
    case 'geneve':
    case 'macvtap':
    case 'ipvtap':
      return 'other';
    case 'dsa':
      return 'ethernet';
    case 'wlan':
      // A wireless client cannot be a port: it may send with its own MAC only.
      return 'other';
    default:
      if (lower !== undefined) return 'other';
      return type === ARPHRD_LOOPBACK ? 'loopback' : type === ARPHRD_ETHER ? 'ethernet' : 'other';
  }
}

/** For these, sysfs prints nothing at all, not even a line, while they are not set. */
const silentWhenUnset = { arp_ip_target: '', primary: '' };

function optionsOf(kind: LinkKind, options: LinkOptions | undefined): LinkOptions | undefined {
  if (kind === 'bond') return { ...silentWhenUnset, ...options };
  return kind === 'bridge' ? withoutInitial({ ...options }) : undefined;
}

/** Most bridges have the further options as the kernel gives them. */
function withoutInitial(options: LinkOptions): LinkOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([option, value]) => furtherBridgeOptions[option] !== value),
  );
}
