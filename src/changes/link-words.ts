import type { Link, LinkOptions, LinkSettings } from '../model/link.ts';
import type { LinkUpdate } from './link.ts';
import { describeSetting, join, shown } from './words.ts';

export function describeLink(link: Link): string {
  return join(
    describeLinkPlace(link),
    ...describeOptions(link.options ?? {}),
    link.vlans === undefined ? undefined : `VLANs ${link.vlans.join(', ') || 'none'}`,
    link.mtu === USUAL_MTU ? undefined : `mtu ${link.mtu}`,
    link.macPinned ? `mac ${link.mac}` : undefined,
    link.controller === undefined ? undefined : `port of ${link.controller}`,
    link.up ? undefined : 'down',
  );
}

const USUAL_MTU = 1500;

export function describeLinkPlace({ kind, name, vlan }: Link): string {
  return join(
    kind === 'other' ? 'link' : kind,
    name,
    vlan === undefined ? undefined : `parent ${vlan.parent} id ${vlan.id}`,
    vlan?.protocol,
    ...(vlan?.attributes ?? []),
  );
}

function describeOptions(options: LinkOptions): string[] {
  return optionNames(options).map((name) => `${name} ${shown(options[name])}`);
}

export function describeUpdate({ name, before, after }: LinkUpdate): string {
  const settings = [
    describeFlag(before.up, after.up),
    describeSetting('mtu', before.mtu, after.mtu),
    describeSetting('mac', before.mac, after.mac),
    ...describeOptionUpdates(before, after),
  ].filter((setting) => setting !== undefined);
  return `${name} ${settings.length === 0 ? describeKept(after) : settings.join(', ')}`;
}

/** Describes a setting that is written with its present value, so that nothing else alters it. */
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

/** The mode comes first, since it decides which other options make sense. */
function optionNames(options: LinkOptions): string[] {
  const names = Object.keys(options).sort();
  return 'mode' in options ? ['mode', ...names.filter((name) => name !== 'mode')] : names;
}
