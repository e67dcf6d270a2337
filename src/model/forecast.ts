import { type Change, irreversibleKinds, type LinkUpdate, type PortAdd, type PortRemove } from './change.ts';
import { describeChange } from './describe-change.ts';
import { judgeModule, judgeSystem, type Verdict } from './forecast-system.ts';
import { addressesAfter, linksAfter, portsOf, vlansOn } from './kernel.ts';
import type { Address, Link, Links, Route } from './link.ts';
import { linksBelow } from './links-below.ts';

/** What users of a host notice: nothing; a second in which frames are lost; longer than that. */
export type Disruption = 'none' | 'blip' | 'outage';

/** From harmless to worst. */
export const disruptions: readonly Disruption[] = ['none', 'blip', 'outage'];

/** What changes will do to who uses the network of a host. */
export interface Forecast {
  readonly disruption: Disruption;
  /** How long at most. Absent: until somebody undoes it. */
  readonly seconds?: number;
  /** Sentences about what disrupts, the worst first. */
  readonly reasons: readonly string[];
  /** Whether the link that carries SSH, or one below it, is touched. Absent: it is not known which link that is. */
  readonly touchesSsh?: boolean;
  /** Taps whose frames pass a touched link. */
  readonly guests: readonly string[];
  /** Sentences about links that go with another. */
  readonly cascades: readonly string[];
  /** Changes that no rollback takes back. */
  readonly irreversible: readonly string[];
}

/** The host before the changes. */
export interface ForecastFacts {
  readonly links: Links;
  /** Those that DHCP leased, too. */
  readonly addresses: readonly Address[];
  /** The link through which the host answers the controller. */
  readonly sshLink?: string;
}

/** Foretells what changes disrupt. In doubt it says more than will happen, never less. */
export function forecastOf(changes: readonly Change[], facts: ForecastFacts): Forecast {
  const before: State = facts;
  const after = changes.reduce(stateAfter, before);
  const verdicts: Verdict[] = [];
  let now = before;
  for (const change of changes) {
    verdicts.push(...judge(change, { changes, before, now, after }));
    now = stateAfter(now, change);
  }
  verdicts.push(...judgeFollowers(before, after));

  const there = (name: string): boolean => before.links.has(name);
  const touched = touchedLinks(changes).filter(there);
  const addressed = addressedLinks(changes).filter(there);
  const irreversible = changes.filter(({ kind }) => irreversibleKinds.includes(kind));
  return {
    ...worstOf(verdicts),
    ...(facts.sshLink !== undefined && {
      touchesSsh: touchesSsh([...touched, ...addressed], facts.sshLink, before.links),
    }),
    guests: guestsOn(touched, before.links),
    cascades: cascadesOf(changes),
    irreversible: irreversible.map(describeChange),
  };
}

/** Whether a forecast is worse than what is allowed. */
export function exceeds({ disruption }: Pick<Forecast, 'disruption'>, most: Disruption): boolean {
  return disruptions.indexOf(disruption) > disruptions.indexOf(most);
}

/** The one that disrupts most. */
export function worstForecast(forecasts: readonly Forecast[]): Forecast | undefined {
  const weight = ({ seconds = FOREVER }: Forecast): number => seconds;
  return forecasts.toSorted((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)))[0];
}

/** `none`, `blip`, `outage, up to 30 s`, `outage until undone` */
export function describeDisruption({
  disruption,
  seconds,
}: Pick<Forecast, 'disruption' | 'seconds'>): string {
  if (disruption !== 'outage') return disruption;
  return seconds === undefined ? 'outage until undone' : `outage, up to ${seconds} s`;
}

interface State {
  readonly links: Links;
  readonly addresses: readonly Address[];
  readonly sshLink?: string;
}

interface Course {
  readonly changes: readonly Change[];
  readonly before: State;
  /** When the change is about to be made. */
  readonly now: State;
  readonly after: State;
}

const BLIP = 1;
const FOREVER = Infinity;

function stateAfter(state: State, change: Change): State {
  return {
    ...state,
    links: linksAfter(state.links, change),
    addresses: addressesAfter(state.addresses, change),
  };
}

function judge(change: Change, course: Course): readonly Verdict[] {
  switch (change.kind) {
    case 'link.delete':
      return judgeDelete(change.link, course);
    case 'link.update':
      return judgeUpdate(change, course);
    case 'port.add':
      return judgePortAdd(change, course);
    case 'port.remove':
      return judgePortRemove(change, course);
    case 'address.delete':
      return [judgeAddress(change.address, course)];
    case 'route.delete':
      return [judgeRoute(change.route, course)];
    case 'sysctl.set':
    case 'service.set':
    case 'package.remove':
      return judgeSystem(change);
    case 'module.load':
      return judgeModule(change, course.changes, course.before.links);
    case 'link.create':
    case 'address.add':
    case 'route.add':
    case 'module.unload':
    case 'package.install':
    case 'file.write':
    case 'file.update':
    case 'file.delete':
      return [];
  }
}

/** What sat on it was taken away before, unless it is to go with it. */
function judgeDelete({ name }: Link, { now, after }: Course): readonly Verdict[] {
  if (!isUsed(name, now)) return [];
  return after.links.has(name)
    ? [{ seconds: BLIP, reason: `${name} is made anew` }]
    : [{ seconds: FOREVER, reason: `${name} is in use and goes away` }];
}

function judgeUpdate({ name, before: was, after: will }: LinkUpdate, course: Course): readonly Verdict[] {
  const { before, after } = course;
  if (!isUsed(name, before)) return [];
  const verdicts: Verdict[] = [];
  if (was.up === true && will.up === false) {
    verdicts.push(
      after.links.get(name)?.up === false
        ? { seconds: FOREVER, reason: `${name} goes down` }
        : { seconds: BLIP, reason: `${name} goes down and up` },
    );
  }
  const alters = (option: string): boolean => was.options?.[option] !== will.options?.[option];
  if (alters('mode')) verdicts.push(judgeMode(name, after));
  if (alters('primary')) verdicts.push({ seconds: BLIP, reason: `${name} may change its active port` });
  if (alters('stp_state') && will.options?.['stp_state'] !== '0') {
    verdicts.push({ seconds: stpDelay(name, after), reason: `STP of ${name} is turned on` });
  }
  if (alters('vlan_filtering') && will.options?.['vlan_filtering'] !== '0') {
    verdicts.push({
      seconds: FOREVER,
      reason: `${name} begins to filter VLANs: tagged frames are dropped until its ports have them`,
    });
  }
  return verdicts;
}

function judgeMode(name: string, { links }: State): Verdict {
  const mode = links.get(name)?.options?.['mode'] ?? '';
  const reason = `the mode of ${name} becomes ${mode}`;
  return mode === '802.3ad'
    ? { seconds: lacpDelay(name, links), reason: `${reason}, which negotiates first` }
    : { seconds: BLIP, reason };
}

function judgePortAdd({ port, controller, controllerKind }: PortAdd, course: Course): readonly Verdict[] {
  const { before, after } = course;
  const portUsed = isUsed(port, before);
  const joined = after.links.get(controller);
  if (controllerKind === 'bridge') {
    const waits = (joined?.options?.['stp_state'] ?? '0') !== '0';
    return waits && (portUsed || isUsed(controller, before))
      ? [{ seconds: stpDelay(controller, after), reason: `${port} joins ${controller}, which does STP` }]
      : [];
  }
  if (!portUsed) return [];
  return joined?.options?.['mode'] === '802.3ad' && !keepsAggregating(controller, course)
    ? [
        {
          seconds: lacpDelay(controller, after.links),
          reason: `${port} joins ${controller}, which negotiates LACP first`,
        },
      ]
    : [{ seconds: BLIP, reason: `${port} is in use and joins ${controller}` }];
}

/** Ports that already aggregate go on while another negotiates. */
function keepsAggregating(bond: string, { before, changes }: Course): boolean {
  if (before.links.get(bond)?.options?.['mode'] !== '802.3ad') return false;
  const left = new Set(changes.flatMap((change) => (change.kind === 'port.remove' ? [change.port] : [])));
  return portsOf(before.links, bond).some(({ name }) => !left.has(name));
}

function judgePortRemove(
  { port, controller }: PortRemove,
  { before, now, after }: Course,
): readonly Verdict[] {
  if (before.links.get(port)?.kind === 'tap') {
    return after.links.get(port)?.controller === undefined
      ? [{ seconds: FOREVER, reason: `the guest of ${port} loses ${controller}` }]
      : [{ seconds: BLIP, reason: `the guest of ${port} leaves ${controller} for a moment` }];
  }
  if (!isUsed(controller, now, port)) return [];
  return portsOf(after.links, controller).some(({ kind }) => kind !== 'tap')
    ? [{ seconds: BLIP, reason: `${controller} loses its port ${port}, and has another` }]
    : [{ seconds: FOREVER, reason: `${controller} is in use and loses its uplink ${port}` }];
}

function judgeAddress({ link, address }: Address, { after }: Course): Verdict {
  const there = after.addresses.find((other) => other.address === address);
  if (there === undefined) return { seconds: FOREVER, reason: `address ${address} of ${link} goes away` };
  return there.link === link
    ? { seconds: BLIP, reason: `address ${address} of ${link} is set anew` }
    : { seconds: BLIP, reason: `address ${address} moves from ${link} to ${there.link}` };
}

function judgeRoute({ family, destination, table }: Route, { changes }: Course): Verdict {
  const isReplaced = changes.some(
    (change) =>
      change.kind === 'route.add' &&
      change.route.destination === destination &&
      change.route.family === family &&
      change.route.table === table,
  );
  const route =
    destination === 'default' ? `the default route of IPv${family}` : `the route to ${destination}`;
  return isReplaced
    ? { seconds: BLIP, reason: `${route} is replaced` }
    : { seconds: FOREVER, reason: `${route} goes away` };
}

/** MAC and MTU, also where they follow another link's. */
function judgeFollowers(before: State, after: State): readonly Verdict[] {
  return [...before.links.values()].flatMap((link) => {
    const { name, kind, vlan } = link;
    const later = after.links.get(name);
    const isSame = later?.mac === link.mac && later.mtu === link.mtu;
    if (later === undefined || isSame || !isUsed(name, before)) return [];
    const verdicts: Verdict[] = [];
    const parent = vlan === undefined ? undefined : after.links.get(vlan.parent);
    if (later.mac !== link.mac && parent?.mac !== later.mac) {
      verdicts.push({ seconds: BLIP, reason: `the MAC of ${name} becomes ${later.mac}` });
    }
    // Drivers of NICs stop and start them for another MTU.
    if (later.mtu !== link.mtu && kind === 'ethernet') {
      verdicts.push({ seconds: BLIP, reason: `the MTU of ${name} becomes ${later.mtu}` });
    }
    if (later.mtu < link.mtu && kind === 'bridge') {
      const taps = portsOf(after.links, name).filter((port) => port.kind === 'tap' && port.mtu > later.mtu);
      if (taps.length > 0) {
        verdicts.push({ seconds: BLIP, reason: `the MTU of ${name} falls below that of its guests` });
      }
    }
    return verdicts;
  });
}

/**
 * Whether somebody's frames pass a link: it is up, and it, or what sits on it, has an address or connects several ports.
 * `except` is a port that does not count.
 */
function isUsed(name: string, state: State, except?: string): boolean {
  const { links, addresses, sshLink } = state;
  const link = links.get(name);
  if (link === undefined || !link.up) return false;
  if (name === sshLink || addresses.some((address) => address.link === name)) return true;
  if (link.kind === 'tap' && link.controller !== undefined) return true;
  if (link.kind === 'bridge' && bridgesFrames(name, links, except)) return true;
  return linksOn(link, links).some((upper) => isUsed(upper.name, state, name));
}

/** A guest on it, or two ports between which it forwards. */
function bridgesFrames(bridge: string, links: Links, except: string | undefined): boolean {
  const ports = portsOf(links, bridge).filter(({ name }) => name !== except);
  return (
    ports.some(({ kind }) => kind === 'tap') || (except === undefined ? ports.length > 1 : ports.length > 0)
  );
}

/** The links that sit directly on another: its controller, its VLANs. */
function linksOn(link: Link, links: Links): readonly Link[] {
  const controller = link.controller === undefined ? undefined : links.get(link.controller);
  return [...(controller === undefined ? [] : [controller]), ...vlansOn(links, link.name)];
}

function stpDelay(bridge: string, { links }: State): number {
  return Math.ceil((2 * Number(links.get(bridge)?.options?.['forward_delay'] ?? 1500)) / 100);
}

/** The partner hears from it within a period, three of which it waits. */
function lacpDelay(bond: string, links: Links): number {
  return links.get(bond)?.options?.['lacp_rate'] === 'fast' ? 3 : 90;
}

function worstOf(verdicts: readonly Verdict[]): Pick<Forecast, 'disruption' | 'seconds' | 'reasons'> {
  const ranked = verdicts.toSorted((a, b) => (a.seconds === b.seconds ? 0 : b.seconds - a.seconds));
  const reasons = [...new Set(ranked.map(({ reason }) => reason))];
  const seconds = ranked[0]?.seconds ?? 0;
  const disruption = seconds === 0 ? 'none' : seconds <= BLIP ? 'blip' : 'outage';
  return { disruption, ...(seconds !== FOREVER && { seconds }), reasons };
}

function touchedLinks(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) => {
    switch (change.kind) {
      case 'link.delete':
        return [change.link.name];
      case 'link.update':
        return [change.name];
      case 'port.add':
      case 'port.remove':
        return [change.port, change.controller];
      default:
        return [];
    }
  });
}

/** What happens to addresses and routes is nothing to frames of guests. */
function addressedLinks(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) => {
    if (change.kind === 'address.add' || change.kind === 'address.delete') return [change.address.link];
    const isRoute = change.kind === 'route.add' || change.kind === 'route.delete';
    return isRoute && change.route.link !== undefined ? [change.route.link] : [];
  });
}

function touchesSsh(touched: readonly string[], sshLink: string, links: Links): boolean {
  const below = linksBelow(links, sshLink);
  return touched.some((name) => below.has(name));
}

/** The taps on touched bridges, and on bridges that sit on a touched link. */
function guestsOn(touched: readonly string[], links: Links): readonly string[] {
  const reached = new Set<string>();
  const climb = (name: string): void => {
    const link = links.get(name);
    if (link === undefined || reached.has(name)) return;
    reached.add(name);
    // What touches a guest's tap does not touch the others of its bridge.
    if (link.kind !== 'tap') for (const upper of linksOn(link, links)) climb(upper.name);
  };
  for (const name of touched) climb(name);
  return [...links.values()]
    .filter(
      ({ name, kind, controller }) => kind === 'tap' && (reached.has(name) || reached.has(controller ?? '')),
    )
    .map(({ name }) => name);
}

function cascadesOf(changes: readonly Change[]): readonly string[] {
  const deleted = changes.flatMap((change) => (change.kind === 'link.delete' ? [change.link] : []));
  const names = new Set(deleted.map(({ name }) => name));
  return deleted.flatMap(({ name, vlan }) =>
    vlan !== undefined && names.has(vlan.parent) ? [`${name} goes with ${vlan.parent}`] : [],
  );
}
