import { bondOptionRules } from '../model/bond-options.ts';
import type { Command } from '../model/command.ts';
import type { Link, LinkOptions } from '../model/link.ts';
import { quote } from '../model/shell-quote.ts';
import { hasLink, ip } from './ip.ts';
import { setVlans } from './port-settings.ts';
import type { LinkUpdate } from './link.ts';

export function createLink(link: Link): readonly Command[] {
  const address = link.macPinned ? ['address', link.mac] : [];
  const commands: Command[] = [];
  const unless = hasLink(link.name);
  if (link.vlan === undefined) {
    commands.push({ ...ip('link', 'add', 'name', link.name, ...address, 'type', link.kind), unless });
  } else {
    const { parent, id, protocol, attributes = [] } = link.vlan;
    const tag = protocol === undefined ? [] : ['protocol', protocol];
    const place = ['type', 'vlan', ...tag, 'id', String(id), ...attributes];
    commands.push({ ...ip('link', 'add', 'link', parent, 'name', link.name, ...address, ...place), unless });
  }
  commands.push(...writeOptions(link, {}, link.options ?? {}));
  if (link.vlans !== undefined) commands.push(...setVlans(link.name, link.vlans, 'self'));
  // A bridge that is told its MTU no longer follows its ports (hazard 39).
  const mtu = link.kind === 'bridge' && link.mtu === 1500 ? [] : ['mtu', String(link.mtu)];
  const rest = [...mtu, ...(link.up ? ['up'] : [])];
  return rest.length === 0 ? commands : [...commands, ip('link', 'set', 'dev', link.name, ...rest)];
}

export function deleteLink({ name }: Link): readonly Command[] {
  return [{ ...ip('link', 'delete', 'dev', name), unless: `! ${hasLink(name)}` }];
}

export function updateLink({ name, linkKind, before, after }: LinkUpdate): readonly Command[] {
  const commands: Command[] = [];
  if (after.up === false) commands.push(ip('link', 'set', 'dev', name, 'down'));
  // Empty means that the kernel made up a MAC for a controller without ports.
  if (after.mac) commands.push(ip('link', 'set', 'dev', name, 'address', after.mac));
  commands.push(...writeOptions({ name, kind: linkKind }, before.options ?? {}, after.options ?? {}));
  if (after.mtu !== undefined) commands.push(ip('link', 'set', 'dev', name, 'mtu', String(after.mtu)));
  if (after.up === true) commands.push(ip('link', 'set', 'dev', name, 'up'));
  return commands;
}

const folderOf: Readonly<Record<string, string>> = { bond: 'bonding', bridge: 'bridge' };

function writeOptions(
  link: Pick<Link, 'name' | 'kind'>,
  before: LinkOptions,
  after: LinkOptions,
): readonly Command[] {
  const folder = folderOf[link.kind];
  if (folder === undefined) return [];
  return Object.keys(after)
    .sort((a, b) => optionRank(a, after) - optionRank(b, after))
    .flatMap((option) => {
      const to = `/sys/class/net/${link.name}/${folder}/${option}`;
      const value = after[option] ?? '';
      if (option === 'arp_ip_target') return writeTargets(to, before[option] ?? '', value);
      return isUnsettable(option, before[option] ?? '0', value) ? [] : [{ value, to }];
    });
}

const optionOrder = [
  ...Object.keys(bondOptionRules),
  'stp_state',
  'hello_time',
  'max_age',
  'forward_delay',
  'default_pvid',
  'vlan_protocol',
];

/** MII and ARP monitoring exclude each other: the one to switch off comes first. */
function optionRank(option: string, options: LinkOptions): number {
  const isMonitorOff = (option === 'miimon' || option === 'arp_interval') && options[option] === '0';
  const rank = optionOrder.indexOf(option);
  if (isMonitorOff) return optionOrder.indexOf('miimon') - 0.5;
  return rank === -1 ? optionOrder.length : rank;
}

/** The kernel refuses delays while MII monitoring is off, even a delay of 0, which they then have anyway. */
function isUnsettable(option: string, before: string, after: string): boolean {
  return (option === 'updelay' || option === 'downdelay') && before === '0' && after === '0';
}

/** The kernel refuses to add a target twice, and to remove a target that is not there. */
function writeTargets(to: string, before: string, after: string): readonly Command[] {
  const old = before.split(',').filter(Boolean);
  const wanted = after.split(',').filter(Boolean);
  const holds = (target: string): string => `grep -qwF -e ${quote(target)} ${quote(to)}`;
  return [
    ...wanted
      .filter((target) => !old.includes(target))
      .map((target) => ({ value: `+${target}`, to, unless: holds(target) })),
    ...old
      .filter((target) => !wanted.includes(target))
      .map((target) => ({ value: `-${target}`, to, unless: `! ${holds(target)}` })),
  ];
}
