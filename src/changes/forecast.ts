import type { Forecast } from '../model/forecast.ts';
import { isTapOfGuest, portsOf } from '../model/kernel.ts';
import type { Link, Links } from '../model/link.ts';
import { linksBelow } from '../model/links-below.ts';
import {
  BLIP,
  coursesOf,
  FOREVER,
  isUsed,
  linksOn,
  type NetworkState,
  stateAfter,
  type Verdict,
} from './course.ts';
import { type Change, describeChange, inverseOf, kindOf } from './index.ts';

/** Forecasts the disruption by changes. When unsure it is pessimistic. `others` are further verdicts, about work besides the changes. */
export function forecastOf(
  changes: readonly Change[],
  before: NetworkState,
  others: readonly Verdict[] = [],
): Forecast {
  const after = changes.reduce(stateAfter, before);
  const verdicts = coursesOf(changes, before).flatMap(
    ({ change, course }) => kindOf(change).judge?.(change, course) ?? [],
  );
  const there = (name: string): boolean => before.links.has(name);
  const touches = changes.map((change) => kindOf(change).touches(change));
  const touched = touches.flatMap(({ frames = [] }) => frames).filter(there);
  const addressed = touches.flatMap(({ addresses = [] }) => addresses).filter(there);
  return {
    ...worstOf([...verdicts, ...others, ...judgeFollowers(before, after)]),
    ...(before.sshLink !== undefined && {
      touchesSsh: touchesSsh([...touched, ...addressed], before.sshLink, before.links),
    }),
    guests: guestsOn(touched, before.links),
    cascades: cascadesOf(changes, before),
    irreversible: changes.filter((change) => inverseOf(change) === undefined).map(describeChange),
  };
}

/** Returns true if a forecast of the change depends on the links. */
export function needsLinks(change: Change): boolean {
  return Object.keys(kindOf(change).touches(change)).length > 0;
}

/** Judges MAC and MTU, also where they follow another link. */
function judgeFollowers(before: NetworkState, after: NetworkState): readonly Verdict[] {
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
    // Drivers of NICs restart them for a new MTU.
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

function worstOf(verdicts: readonly Verdict[]): Pick<Forecast, 'disruption' | 'seconds' | 'reasons'> {
  const ranked = verdicts.toSorted((a, b) => (a.seconds === b.seconds ? 0 : b.seconds - a.seconds));
  const reasons = [...new Set(ranked.map(({ reason }) => reason))];
  const seconds = ranked[0]?.seconds ?? 0;
  const disruption = seconds === 0 ? 'none' : seconds <= BLIP ? 'blip' : 'outage';
  return { disruption, ...(seconds !== FOREVER && { seconds }), reasons };
}

function touchesSsh(touched: readonly string[], sshLink: string, links: Links): boolean {
  const below = linksBelow(links, sshLink);
  return touched.some((name) => below.has(name));
}

/** Returns the taps on touched bridges, and on bridges above a touched link. */
function guestsOn(touched: readonly string[], links: Links): readonly string[] {
  const reached = new Set<string>();
  const climb = (name: string): void => {
    const link = links.get(name);
    if (link === undefined || reached.has(name)) return;
    reached.add(name);
    // A change of one guest's tap leaves the other taps of the bridge alone.
    if (!isTapOfGuest(link)) for (const upper of linksOn(link, links)) climb(upper.name);
  };
  for (const name of touched) climb(name);
  return [...links.values()]
    .filter((link) => isTapOfGuest(link) && (reached.has(link.name) || reached.has(link.controller ?? '')))
    .map(({ name }) => name);
}

function cascadesOf(changes: readonly Change[], before: NetworkState): readonly string[] {
  const doomed = coursesOf(changes, before).flatMap(({ change, course }) => vanishing(change, course.now));
  const names = new Set(doomed.map(({ name }) => name));
  return doomed.flatMap(({ name, vlan }) =>
    vlan !== undefined && names.has(vlan.parent) ? [`${name} goes with ${vlan.parent}`] : [],
  );
}

/** Returns the links that a change removes. */
export function vanishing(change: Change, now: NetworkState): readonly Link[] {
  const { links } = stateAfter(now, change);
  return links === now.links ? [] : [...now.links.values()].filter(({ name }) => !links.has(name));
}
