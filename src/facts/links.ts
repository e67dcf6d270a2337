import { FactParseError } from '../errors.ts';
import type { Fact } from '../model/fact.ts';
import { linksAfter } from '../model/kernel.ts';
import type { Link, LinkKind, LinkOptions, Links, VlanPlace } from '../model/link.ts';
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
tunnels=
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
    tell_options bridge '${bridgeOptions.join(' ')}'
    for port in "$link"/brif/*; do
      [ -e "$port" ] && printf 'port %s %s\\n' "$link" "\${port##*/}"
    done
  elif [ -d "$link/bonding" ]; then
    tell_options bonding '${bondOptions.join(' ')}'
    ports=
    read -r ports <"$link/bonding/slaves"
    printf 'ports %s %s\\n' "$link" "$ports"
    ${tellPermanentMacs}
  fi
  [ -e "$link/master" ] && [ ! -e "$link/brport" ] && [ ! -e "$link/bonding_slave" ] && set -- "$@" "$link/master"
done 2>/dev/null
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

/** During a topology change of spanning tree the kernel reports twice the forward delay as ageing time. */
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
      if (/^\d+:$/.test(word ?? '')) readVlanDetails(survey, line);
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

/** `27: s.10@bond6: … vlan protocol 802.1ad id 10 <REORDER_HDR,GVRP> \    ingress-qos-map { 1:2 } \    egress-qos-map { 0:5 }` */
function readVlanDetails({ vlanDetails }: Survey, line: string): void {
  const [, shownName = ''] = line.split(' ');
  const name = shownName.replace(/:$/, '').replace(/@[^@]*$/, '');
  const start = line.indexOf(' vlan ');
  if (start === -1) return;
  const words = line
    .slice(start)
    .split(/[\s\\]+/)
    .filter((word) => word !== '');
  const protocol = wordAfter(words, 'protocol');
  const flags = words.find((word) => word.startsWith('<'))?.slice(1, -1);
  const attributes = [
    ...(flags === undefined ? [] : attributesOfFlags(flags.split(','))),
    ...attributesOfMap(words, 'ingress-qos-map'),
    ...attributesOfMap(words, 'egress-qos-map'),
  ];
  vlanDetails.set(name, {
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

/** `lrwxrwxrwx 1 0 0 0 Nov 23 18:00 eth0/master -> ../../virtual/net/team0` */
function readController({ controllers }: Survey, line: string): void {
  const [shown = '', target = '', ...more] = line.split('/master -> ');
  const port = shown.startsWith('l') ? shown.slice(shown.lastIndexOf(' ') + 1) : '';
  const controller = target.slice(target.lastIndexOf('/') + 1);
  if (!isWord(port) || !isWord(controller) || more.length > 0) {
    throw new FactParseError(`a line about links is unknown: ${JSON.stringify(line)}`);
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
  return kind === 'bridge' ? { ...options } : undefined;
}
