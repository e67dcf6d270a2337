import { PlanError } from '../../errors.ts';
import { addresses, links, routes } from '../../facts/index.ts';
import { type Change, inverseOf, type LinkUpdate } from '../../model/change.ts';
import { describeChange } from '../../model/describe-change.ts';
import type { Answers, Fact, FactSet } from '../../model/fact.ts';
import { isSameRoute, portsOf, vlansOn } from '../../model/kernel.ts';
import type { Address, Link, LinkSettings, Links, Route } from '../../model/link.ts';
import type { Task } from '../../model/task.ts';
import { checkSystem, missingOf, systemFacts } from './redo-system.ts';

interface RedoFacts extends FactSet {
  readonly links: Fact<Links>;
  readonly addresses: Fact<readonly Address[]>;
  readonly routes: Fact<readonly Route[]>;
}

type RedoAnswers = Answers<RedoFacts>;

/** What `redoChanges` takes. */
export interface RedoOptions {
  /** Of the task, as reports show it: `undo`, `apply`. */
  readonly name: string;
  /** Where the changes come from: `run 20261123-194512-12345`, `plan.json`. */
  readonly origin: string;
  /** What the user should know when there is something to do. */
  readonly warnings?: readonly string[];
}

/**
 * The task that makes exactly these changes and plans nothing of its own. A host that is as before the first of them gets
 * them all, one that is as after the last gets none, and any other is refused, with what differs.
 */
export function redoChanges(
  changes: readonly Change[],
  { name, origin, warnings = [] }: RedoOptions,
): Task<undefined, RedoFacts, undefined> {
  const facts: RedoFacts = { ...systemFacts(changes), links, addresses, routes };
  const drift = (list: readonly Change[], answers: RedoAnswers): readonly string[] =>
    driftOf(list, answers, facts);
  return {
    name,
    facts,
    validate: () => undefined,
    subject: () => origin,
    plan: (_, answers, host) => {
      const missing = changes.flatMap((change) => missingOf(change, answers));
      const fromAfter = [...drift(inverseChanges(changes), answers), ...missing];
      if (fromAfter.length === 0) return { changes: [], warnings: [] };
      const fromBefore = drift(changes, answers);
      if (fromBefore.length === 0) return { changes, warnings };
      const [first = '', ...details] = fromAfter.length < fromBefore.length ? fromAfter : fromBefore;
      throw new PlanError(`${host.name} has drifted from ${origin}: ${first}`, { details });
    },
    output: () => undefined,
  };
}

/** What takes changes back, the last one first; irreversible ones are left out. */
export function inverseChanges(changes: readonly Change[]): readonly Change[] {
  return changes.toReversed().flatMap((change) => inverseOf(change) ?? []);
}

/** Where changes, done one after the other, would not find what they were planned on. */
function driftOf(changes: readonly Change[], start: RedoAnswers, facts: RedoFacts): readonly string[] {
  let answers = start;
  const switched = new Set<string>();
  return changes.flatMap((change) => {
    const drift = checkBefore(change, answers, { start, switched });
    if (change.kind === 'link.update' && change.after.up !== undefined) switched.add(change.name);
    const now: Readonly<Record<string, unknown>> = answers;
    answers = Object.fromEntries(
      Object.entries(facts as FactSet).map(([key, fact]) => [key, fact.after(now[key], change)]),
    ) as RedoAnswers;
    return drift;
  });
}

interface Earlier {
  /** The host before the first change. */
  readonly start: RedoAnswers;
  /** Links that earlier changes brought up or down. */
  readonly switched: ReadonlySet<string>;
}

function checkBefore(change: Change, facts: RedoAnswers, earlier: Earlier): readonly string[] {
  switch (change.kind) {
    case 'link.create':
      return facts.links.has(change.link.name) ? [`link ${change.link.name} is there already`] : [];
    case 'link.delete':
      return checkDoomed(change.link, facts);
    case 'link.update':
      return checkSettings(
        change.name,
        withoutFollowed(change, facts.links, earlier),
        facts.links.get(change.name),
      );
    case 'port.add':
    case 'port.remove': {
      const { port, controller } = change;
      const wanted = change.kind === 'port.add' ? undefined : controller;
      const link = facts.links.get(port);
      if (link === undefined) return [gone(port)];
      return [
        ...compare(`controller of ${port}`, wanted, link.controller),
        ...(facts.links.has(controller) ? [] : [gone(controller)]),
        ...(wanted === undefined ? checkSettings(port, change.alone, link) : []),
      ];
    }
    case 'address.add':
    case 'address.delete': {
      const { link, address } = change.address;
      const isThere = facts.addresses.some((item) => item.link === link && item.address === address);
      return checkPresence(`address ${address} on ${link}`, change.kind === 'address.delete', isThere);
    }
    case 'route.add':
    case 'route.delete': {
      const isThere = facts.routes.some((route) => isSameRoute(route, change.route));
      const [, ...words] = describeChange(change).split(' ');
      return checkPresence(words.join(' '), change.kind === 'route.delete', isThere);
    }
    case 'file.write':
    case 'file.update':
    case 'file.delete':
    case 'module.load':
    case 'module.unload':
    case 'sysctl.set':
    case 'service.set':
    case 'package.install':
    case 'package.remove':
      return checkSystem(change, facts);
  }
}

/** A link that is to go: what stands on it must have gone before, and be none but what these changes take away. */
function checkDoomed(doomed: Link, facts: RedoAnswers): readonly string[] {
  const { name, kind, vlan, up, mtu, options = {} } = doomed;
  const link = facts.links.get(name);
  if (link === undefined) return [gone(name)];
  const known = Object.entries(options).filter(([option]) => link.options?.[option] !== undefined);
  return [
    ...compare(`kind of ${name}`, kind, link.kind),
    ...compare(`parent of ${name}`, vlan?.parent, link.vlan?.parent),
    ...compare(`VLAN id of ${name}`, vlan?.id, link.vlan?.id),
    // The MTU of a bridge follows its ports.
    ...checkSettings(
      name,
      { up, options: Object.fromEntries(known), ...(kind !== 'bridge' && { mtu }) },
      link,
    ),
    ...portsOf(facts.links, name).map((port) => `${name} got port ${port.name}`),
    ...vlansOn(facts.links, name).map((one) => `${name} got VLAN ${one.name}`),
    ...facts.addresses
      .filter((address) => address.link === name)
      .map(({ address }) => `${name} got address ${address}`),
    ...facts.routes
      .filter((route) => route.link === name)
      .map(({ destination }) => `${name} got route ${destination}`),
  ];
}

/**
 * Whether a bridge was told its MTU or follows its ports cannot be seen (hazard 39): what an earlier change should have made
 * of it is a guess, and no reason to refuse. The same goes for a VLAN that came up with its parent.
 */
function withoutFollowed(
  { name, linkKind, before }: LinkUpdate,
  now: Links,
  { start, switched }: Earlier,
): LinkSettings {
  const { mtu, up, ...rest } = before;
  const link = now.get(name);
  const isMtuGuessed = linkKind === 'bridge' && link?.mtu !== start.links.get(name)?.mtu;
  const isUpFollowed = ancestorsOf(name, now).some((one) => switched.has(one));
  return {
    ...rest,
    ...(mtu !== undefined && !isMtuGuessed && { mtu }),
    ...(up !== undefined && !isUpFollowed && { up }),
  };
}

/** What a VLAN stands on. */
function ancestorsOf(name: string, links: Links): readonly string[] {
  const parent = links.get(name)?.vlan?.parent;
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent, links)];
}

function checkSettings(name: string, wanted: LinkSettings, link: Link | undefined): readonly string[] {
  if (link === undefined) return [gone(name)];
  const { up, mtu, mac, options = {} } = wanted;
  return [
    ...(up === undefined || up === link.up ? [] : [`${name} is ${flag(link.up)}, not ${flag(up)}`]),
    ...(mtu === undefined ? [] : compare(`mtu of ${name}`, mtu, link.mtu)),
    // Empty: what the kernel makes up for a controller without ports.
    ...(mac === undefined || mac === '' ? [] : compare(`mac of ${name}`, mac, link.mac)),
    ...Object.entries(options).flatMap(([option, value]) =>
      compare(`${option} of ${name}`, value, link.options?.[option]),
    ),
  ];
}

function checkPresence(what: string, isWanted: boolean, isThere: boolean): readonly string[] {
  if (isWanted === isThere) return [];
  return [`${what} is ${isThere ? 'there already' : 'gone'}`];
}

function compare(
  what: string,
  wanted: string | number | undefined,
  current: string | number | undefined,
): readonly string[] {
  return wanted === current ? [] : [`${what} is ${shown(current)}, not ${shown(wanted)}`];
}

function shown(value: string | number | undefined): string {
  return value === undefined || value === '' ? 'none' : String(value);
}

function flag(up: boolean): string {
  return up ? 'up' : 'down';
}

function gone(name: string): string {
  return `link ${name} is gone`;
}
