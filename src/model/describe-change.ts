import type { Change, FilePermissions, LinkUpdate, ServiceSettings } from './change.ts';
import type { Address, Link, LinkOptions, LinkSettings, Route } from './link.ts';

/**
 * One line about a change, for reports and errors: `+ bond bond6 mode balance-alb miimon 100`, `~ eno4 mtu 1500 → 9000`,
 * `+ eno4 port of bond6`. `+` is there afterwards, `-` is gone, `~` is altered. Of a file it tells the path, never the content.
 */
export function describeChange(change: Change): string {
  switch (change.kind) {
    case 'link.create':
      return `+ ${describeLink(change.link)}`;
    case 'link.delete':
      return `- ${describeLinkPlace(change.link)}`;
    case 'link.update':
      return `~ ${describeUpdate(change)}`;
    case 'port.add':
      return `+ ${change.port} port of ${change.controller}`;
    case 'port.remove':
      return `- ${change.port} port of ${change.controller}`;
    case 'address.add':
      return `+ ${describeAddress(change.address)}`;
    case 'address.delete':
      return `- ${describeAddress(change.address)}`;
    case 'route.add':
      return `+ ${describeRoute(change.route)}`;
    case 'route.delete':
      return `- ${describeRoute(change.route)}`;
    case 'module.load':
      return `+ ${describeModule(change.name, change.parameters)}`;
    case 'module.unload':
      return `- module ${change.name}`;
    case 'sysctl.set':
      return `~ sysctl ${describeSetting(change.key, change.before, change.after) ?? change.key}`;
    case 'service.set':
      return `~ service ${change.name} ${describeService(change.before, change.after)}`;
    case 'package.install':
      return `+ ${describePackages(change.names)}`;
    case 'package.remove':
      return `- ${describePackages(change.names)}`;
    case 'file.write':
      return change.before === undefined
        ? `+ file ${join(change.path, ...describePermissions({}, change))}`
        : `~ file ${change.path}`;
    case 'file.update':
      return `~ file ${change.path} ${describePermissions(change.before, change.after).join(', ')}`;
    case 'file.delete':
      return `- file ${change.path}`;
  }
}

/** Permission bits as people write them: `0644`. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function describeLink(link: Link): string {
  return join(
    describeLinkPlace(link),
    ...describeOptions(link.options ?? {}),
    link.mtu === USUAL_MTU ? undefined : `mtu ${link.mtu}`,
    link.macPinned ? `mac ${link.mac}` : undefined,
    link.controller === undefined ? undefined : `port of ${link.controller}`,
    link.up ? undefined : 'down',
  );
}

const USUAL_MTU = 1500;

function describeLinkPlace({ kind, name, vlan }: Link): string {
  return join(
    kind === 'other' ? 'link' : kind,
    name,
    vlan === undefined ? undefined : `parent ${vlan.parent} id ${vlan.id}`,
  );
}

function describeOptions(options: LinkOptions): string[] {
  return optionNames(options).map((name) => `${name} ${shown(options[name])}`);
}

function describeUpdate({ name, before, after }: LinkUpdate): string {
  const settings = [
    describeFlag(before.up, after.up),
    describeSetting('mtu', before.mtu, after.mtu),
    describeSetting('mac', before.mac, after.mac),
    ...describeOptionUpdates(before, after),
  ].filter((setting) => setting !== undefined);
  return `${name} ${settings.length === 0 ? describeKept(after) : settings.join(', ')}`;
}

/** A setting that is set to what it is already, lest something else alters it. */
function describeKept({ up, mtu, mac }: LinkSettings): string {
  const kept = join(
    up === undefined ? undefined : flag(up),
    mtu === undefined ? undefined : `mtu ${mtu}`,
    mac === undefined ? undefined : `mac ${mac}`,
  );
  return `keeps ${kept}`;
}

function describeFlag(before: boolean | undefined, after: boolean | undefined): string | undefined {
  return before === after ? undefined : `${flag(before)} → ${flag(after)}`;
}

function flag(up: boolean | undefined): string {
  return up === undefined ? 'none' : up ? 'up' : 'down';
}

function describeOptionUpdates(before: LinkSettings, after: LinkSettings): (string | undefined)[] {
  const names = optionNames({ ...before.options, ...after.options });
  return names.map((name) => describeSetting(name, before.options?.[name], after.options?.[name]));
}

function describeSetting<T extends string | number>(
  name: string,
  before: T | undefined,
  after: T | undefined,
): string | undefined {
  return before === after ? undefined : `${name} ${shown(before)} → ${shown(after)}`;
}

/** What sysfs prints as an empty line would vanish from a sentence. */
function shown(value: string | number | undefined): string {
  return value === undefined || value === '' ? 'none' : String(value);
}

/** A bond's mode decides which other options make sense, so it stands first. */
function optionNames(options: LinkOptions): string[] {
  const names = Object.keys(options).sort();
  return 'mode' in options ? ['mode', ...names.filter((name) => name !== 'mode')] : names;
}

function describeAddress({ address, link, broadcast, scope }: Address): string {
  return join(
    `address ${address} on ${link}`,
    broadcast === undefined ? undefined : `broadcast ${broadcast}`,
    scope === undefined || scope === 'global' ? undefined : `scope ${scope}`,
  );
}

function describeRoute(route: Route): string {
  return join(
    'route',
    route.type,
    route.destination,
    route.family === 6 && route.destination === 'default' ? '(IPv6)' : undefined,
    route.via === undefined ? undefined : `via ${route.via}`,
    route.link === undefined ? undefined : `on ${route.link}`,
    route.source === undefined ? undefined : `source ${route.source}`,
    route.metric === undefined ? undefined : `metric ${route.metric}`,
    route.table === undefined ? undefined : `table ${route.table}`,
    route.scope === undefined ? undefined : `scope ${route.scope}`,
    route.onlink === true ? 'onlink' : undefined,
  );
}

function describeModule(name: string, parameters: Readonly<Record<string, string>>): string {
  const settings = Object.keys(parameters)
    .sort()
    .map((key) => `${key}=${shown(parameters[key])}`);
  return join('module', name, ...settings);
}

function describeService(before: ServiceSettings, after: ServiceSettings): string {
  const word = (value: boolean | undefined, yes: string, no: string): string => (value === true ? yes : no);
  const settings = [
    after.running === undefined
      ? undefined
      : `${word(before.running, 'running', 'stopped')} → ${word(after.running, 'running', 'stopped')}`,
    after.enabled === undefined
      ? undefined
      : `${word(before.enabled, 'enabled', 'disabled')} → ${word(after.enabled, 'enabled', 'disabled')}`,
  ];
  return settings.filter((setting) => setting !== undefined).join(', ');
}

function describePackages(names: readonly string[]): string {
  return `package${names.length === 1 ? '' : 's'} ${names.join(', ')}`;
}

/** Of a new file it tells the owner only when that is not root. */
function describePermissions(before: FilePermissions, after: FilePermissions): string[] {
  const mode = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : formatMode(value);
  const pair = (name: string, was: string | undefined, will: string | undefined): string | undefined => {
    if (will === undefined) return undefined;
    return was === undefined ? `${name} ${will}` : `${name} ${was} → ${will}`;
  };
  return [
    pair('mode', mode(before.mode), mode(after.mode)),
    pair('owner', before.owner, after.owner),
    pair('group', before.group, after.group),
  ].filter((setting) => setting !== undefined);
}

function join(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined).join(' ');
}
