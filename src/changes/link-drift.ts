import { addresses, links, routes } from '../facts/index.ts';
import { othersOn, portsOf, vlansOn } from '../model/kernel.ts';
import type { Link, Links, LinkSettings } from '../model/link.ts';
import type { Answer, Drift, Earlier } from './kind.ts';
import type { LinkUpdate } from './link.ts';
import { compare } from './words.ts';

export function driftOfNew({ name }: Link): Drift {
  return {
    facts: [links],
    check: (answer) => (answer(links).has(name) ? [`link ${name} exists already`] : []),
  };
}

/** Checks a link before deletion: nothing may depend on it except links that these changes remove first. */
export function driftOfDoomed(doomed: Link): Drift {
  return { facts: [links, addresses, routes], check: (answer) => checkDoomed(doomed, answer) };
}

export function driftOfUpdate(change: LinkUpdate): Drift {
  return {
    facts: [links],
    check: (answer, earlier) => {
      const now = answer(links);
      return checkSettings(change.name, withoutFollowed(change, now, earlier), now.get(change.name));
    },
  };
}

function checkDoomed(doomed: Link, answer: Answer): readonly string[] {
  const { name, kind, vlan, up, mtu, options = {} } = doomed;
  const link = answer(links).get(name);
  if (link === undefined) return [gone(name)];
  const known = Object.entries(options).filter(([option]) => link.options?.[option] !== undefined);
  return [
    ...compare(`kind of ${name}`, kind, link.kind),
    ...compare(`parent of ${name}`, vlan?.parent, link.vlan?.parent),
    ...compare(`VLAN id of ${name}`, vlan?.id, link.vlan?.id),
    ...compare(`VLAN protocol of ${name}`, vlan?.protocol, link.vlan?.protocol),
    ...compare(`settings of ${name}`, vlan?.attributes?.join(' '), link.vlan?.attributes?.join(' ')),
    // The MTU of a bridge follows its ports.
    ...checkSettings(
      name,
      { up, options: Object.fromEntries(known), ...(kind !== 'bridge' && { mtu }) },
      link,
    ),
    ...linksOnDoomed(name, answer(links)).map((occupant) => `${name} got ${occupant}`),
    ...answer(addresses)
      .filter((address) => address.link === name)
      .map(({ address }) => `${name} got address ${address}`),
    ...answer(routes)
      .filter((route) => route.link === name)
      .map(({ destination }) => `${name} got route ${destination}`),
  ];
}

/** Describes links that depend on one to be deleted: `port eno4`, `VLAN br0.10`. */
export function linksOnDoomed(name: string, all: Links): readonly string[] {
  return [
    ...portsOf(all, name).map((port) => `port ${port.name}`),
    ...vlansOn(all, name).map((vlan) => `VLAN ${vlan.name}`),
    ...othersOn(all, name).map((link) => `${link.type ?? 'link'} ${link.name}`),
  ];
}

/**
 * Nobody can see whether a bridge's MTU was set or follows its ports (hazard 39). The expected MTU after an earlier change is a guess, and no reason to
 * refuse. The same holds for a VLAN that came up with its parent.
 */
function withoutFollowed(
  { name, linkKind, before }: LinkUpdate,
  now: Links,
  { start, changes }: Earlier,
): LinkSettings {
  const { mtu, up, ...rest } = before;
  const switched = new Set(
    changes.flatMap((change) =>
      change.kind === 'link.update' && change.after.up !== undefined ? [change.name] : [],
    ),
  );
  const link = now.get(name);
  const isMtuGuessed = linkKind === 'bridge' && link?.mtu !== start(links).get(name)?.mtu;
  const isUpFollowed = ancestorsOf(name, now).some((one) => switched.has(one));
  return {
    ...rest,
    ...(mtu !== undefined && !isMtuGuessed && { mtu }),
    ...(up !== undefined && !isUpFollowed && { up }),
  };
}

/** Returns the links below a VLAN. */
function ancestorsOf(name: string, all: Links): readonly string[] {
  const parent = all.get(name)?.vlan?.parent;
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent, all)];
}

/** Returns sentences about settings of a link that differ from the wanted ones. */
export function checkSettings(name: string, wanted: LinkSettings, link: Link | undefined): readonly string[] {
  if (link === undefined) return [gone(name)];
  const { up, mtu, mac, options = {} } = wanted;
  return [
    ...(up === undefined || up === link.up ? [] : [`${name} is ${flag(link.up)}, not ${flag(up)}`]),
    ...(mtu === undefined ? [] : compare(`mtu of ${name}`, mtu, link.mtu)),
    // Empty: a MAC that the kernel makes up for a controller without ports.
    ...(mac === undefined || mac === '' ? [] : compare(`mac of ${name}`, mac, link.mac)),
    ...Object.entries(options).flatMap(([option, value]) =>
      compare(`${option} of ${name}`, value, link.options?.[option]),
    ),
  ];
}

function flag(up: boolean): string {
  return up ? 'up' : 'down';
}

export function gone(name: string): string {
  return `link ${name} is gone`;
}
