import { bondOptionRules } from '../../model/bond-options.ts';
import type { Change, FileChange, LinkUpdate, PortAdd, PortRemove } from '../../model/change.ts';
import type { Address, Link, LinkOptions, Route } from '../../model/link.ts';
import { sysctlPath } from '../../model/sysctl.ts';
import { installPackages, removePackages, setService } from './system-commands.ts';

/** One thing the host does: a program with its arguments, or a value written to a file of the kernel. */
export type Command = ProgramCommand | KernelWrite;

export interface ProgramCommand {
  readonly argv: readonly string[];
  /** Exit codes besides 0 of one that did what it should. */
  readonly alsoDone?: readonly number[];
  /** A basic regular expression of grep: where what went wrong matches it, the command is tried again for two minutes. */
  readonly busy?: string;
}

export interface KernelWrite {
  readonly value: string;
  readonly to: string;
}

/** A change that takes effect when its commands run; files are staged instead. */
export type RuntimeChange = Exclude<Change, FileChange>;

/** What makes a change happen, in order. The only place that spells ip arguments and sysfs paths; system-steps.ts does so for services and packages. */
export function toCommands(change: RuntimeChange): readonly Command[] {
  switch (change.kind) {
    case 'link.create':
      return createLink(change.link);
    case 'link.delete':
      return [ip('link', 'delete', 'dev', change.link.name)];
    case 'link.update':
      return updateLink(change);
    case 'port.add':
      return addPort(change);
    case 'port.remove':
      return removePort(change);
    case 'address.add':
      return [ip('address', 'add', ...addressWords(change.address))];
    case 'address.delete':
      return [ip('address', 'delete', change.address.address, 'dev', change.address.link)];
    case 'route.add':
      return [ip(`-${String(change.route.family)}`, 'route', 'add', ...routeWords(change.route))];
    case 'route.delete':
      return [ip(`-${String(change.route.family)}`, 'route', 'delete', ...routeWords(change.route))];
    case 'module.load':
      return [
        {
          argv: [
            'modprobe',
            change.name,
            ...Object.entries(change.parameters).map(([key, value]) => `${key}=${value}`),
          ],
        },
      ];
    case 'module.unload':
      return [{ argv: ['modprobe', '-r', change.name] }];
    case 'sysctl.set':
      return [{ value: change.after, to: sysctlPath(change.key) }];
    case 'service.set':
      return setService(change);
    case 'package.install':
      return installPackages(change);
    case 'package.remove':
      return removePackages(change);
  }
}

/** A command as an operator would type it. */
export function formatCommand(command: Command): string {
  return 'argv' in command ? command.argv.join(' ') : `echo ${command.value} > ${command.to}`;
}

function createLink(link: Link): readonly Command[] {
  const address = link.macPinned ? ['address', link.mac] : [];
  const commands: Command[] = [];
  if (link.vlan === undefined) {
    commands.push(ip('link', 'add', 'name', link.name, ...address, 'type', link.kind));
  } else {
    const { parent, id } = link.vlan;
    commands.push(
      ip('link', 'add', 'link', parent, 'name', link.name, ...address, 'type', 'vlan', 'id', String(id)),
    );
  }
  commands.push(...writeOptions(link, {}, link.options ?? {}));
  // A bridge that is told its MTU no longer follows its ports (hazard 39).
  const mtu = link.kind === 'bridge' && link.mtu === 1500 ? [] : ['mtu', String(link.mtu)];
  const rest = [...mtu, ...(link.up ? ['up'] : [])];
  return rest.length === 0 ? commands : [...commands, ip('link', 'set', 'dev', link.name, ...rest)];
}

function updateLink({ name, linkKind, before, after }: LinkUpdate): readonly Command[] {
  const commands: Command[] = [];
  if (after.up === false) commands.push(ip('link', 'set', 'dev', name, 'down'));
  // Empty: before somebody gave it one, a controller without ports had a MAC that the kernel made up.
  if (after.mac) commands.push(ip('link', 'set', 'dev', name, 'address', after.mac));
  commands.push(...writeOptions({ name, kind: linkKind }, before.options ?? {}, after.options ?? {}));
  if (after.mtu !== undefined) commands.push(ip('link', 'set', 'dev', name, 'mtu', String(after.mtu)));
  if (after.up === true) commands.push(ip('link', 'set', 'dev', name, 'up'));
  return commands;
}

function addPort({ port, controller, controllerKind }: PortAdd): readonly Command[] {
  // Bonding refuses a port that is up (hazard 25); a bridge does not mind, and its port keeps its carrier.
  const down = controllerKind === 'bond' ? [ip('link', 'set', 'dev', port, 'down')] : [];
  return [
    ...down,
    ip('link', 'set', 'dev', port, 'master', controller),
    ip('link', 'set', 'dev', port, 'up'),
  ];
}

function removePort({ port, controllerKind, alone }: PortRemove): readonly Command[] {
  const mtu = controllerKind === 'bond' ? ['mtu', String(alone.mtu)] : [];
  return [
    ip('link', 'set', 'dev', port, 'nomaster'),
    ip('link', 'set', 'dev', port, ...mtu, alone.up ? 'up' : 'down'),
  ];
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

const optionOrder = [...Object.keys(bondOptionRules), 'stp_state', 'hello_time', 'max_age', 'forward_delay'];

/** MII and ARP monitoring exclude each other: the one to be switched off comes first. */
function optionRank(option: string, options: LinkOptions): number {
  const isMonitorOff = (option === 'miimon' || option === 'arp_interval') && options[option] === '0';
  const rank = optionOrder.indexOf(option);
  if (isMonitorOff) return optionOrder.indexOf('miimon') - 0.5;
  return rank === -1 ? optionOrder.length : rank;
}

/** The kernel refuses delays while MII monitoring is off, also that of 0, which they then have anyway. */
function isUnsettable(option: string, before: string, after: string): boolean {
  return (option === 'updelay' || option === 'downdelay') && before === '0' && after === '0';
}

function writeTargets(to: string, before: string, after: string): readonly Command[] {
  const old = before.split(',').filter(Boolean);
  const wanted = after.split(',').filter(Boolean);
  return [
    ...wanted.filter((target) => !old.includes(target)).map((target) => ({ value: `+${target}`, to })),
    ...old.filter((target) => !wanted.includes(target)).map((target) => ({ value: `-${target}`, to })),
  ];
}

function addressWords({ link, address, broadcast, scope }: Address): readonly string[] {
  return [
    address,
    ...(broadcast === undefined ? [] : ['broadcast', broadcast]),
    ...(scope === undefined ? [] : ['scope', scope]),
    'dev',
    link,
    // Duplicate address detection would leave the address unusable for a second after each move.
    ...(address.includes(':') ? ['nodad'] : []),
  ];
}

function routeWords(route: Route): readonly string[] {
  const word = (name: string, value: string | number | undefined): readonly string[] =>
    value === undefined ? [] : [name, String(value)];
  return [
    ...(route.type === undefined ? [] : [route.type]),
    route.destination,
    ...word('via', route.via),
    ...word('dev', route.link),
    ...word('src', route.source),
    ...word('metric', route.metric),
    ...word('table', route.table),
    ...word('scope', route.scope),
    ...word('proto', route.protocol),
    ...(route.onlink === true ? ['onlink'] : []),
  ];
}

function ip(...words: readonly string[]): ProgramCommand {
  return { argv: ['ip', ...words] };
}
