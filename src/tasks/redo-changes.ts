import { PlanError } from '../errors.ts';
import { addresses, configFilesFact, links, routes } from '../facts/index.ts';
import { type Change, inverseOf, type LinkUpdate } from '../model/change.ts';
import type { ConfigFiles } from '../model/config-file.ts';
import { describeChange } from '../model/describe-change.ts';
import type { Answers, Fact, FactSet } from '../model/fact.ts';
import { isSameRoute, portsOf, vlansOn } from '../model/kernel.ts';
import type { Address, Link, LinkSettings, Links, Route } from '../model/link.ts';
import type { Task } from '../model/task.ts';

interface RedoFacts extends FactSet {
  readonly links: Fact<Links>;
  readonly addresses: Fact<readonly Address[]>;
  readonly routes: Fact<readonly Route[]>;
  readonly files: Fact<ConfigFiles>;
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
  return {
    name,
    facts: factsFor(changes),
    validate: () => undefined,
    subject: () => origin,
    plan: (_, facts, host) => {
      const fromAfter = driftOf(inverseChanges(changes), facts);
      if (fromAfter.length === 0) return { changes: [], warnings: [] };
      const fromBefore = driftOf(changes, facts);
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

function factsFor(changes: readonly Change[]): RedoFacts {
  const paths = changes.flatMap((change) =>
    change.kind === 'file.write' || change.kind === 'file.delete' ? [change.path] : [],
  );
  return { links, addresses, routes, files: configFilesFact([...new Set(paths)].sort()) };
}

/** Where changes, done one after the other, would not find what they were planned on. */
function driftOf(changes: readonly Change[], start: RedoAnswers): readonly string[] {
  let facts = start;
  return changes.flatMap((change) => {
    const drift = checkBefore(change, facts, start);
    facts = {
      links: links.after(facts.links, change),
      addresses: addresses.after(facts.addresses, change),
      routes: routes.after(facts.routes, change),
      files: filesFact.after(facts.files, change),
    };
    return drift;
  });
}

const filesFact = configFilesFact([]);

function checkBefore(change: Change, facts: RedoAnswers, start: RedoAnswers): readonly string[] {
  switch (change.kind) {
    case 'link.create':
      return facts.links.has(change.link.name) ? [`link ${change.link.name} is there already`] : [];
    case 'link.delete':
      return checkDoomed(change.link, facts);
    case 'link.update':
      return checkSettings(
        change.name,
        withoutFollowed(change, facts.links, start.links),
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
    case 'file.delete':
      return checkFile(change.path, change.before, facts.files.get(change.path)?.content);
    case 'module.load':
      return [];
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
 * of it is a guess, and no reason to refuse.
 */
function withoutFollowed({ name, linkKind, before }: LinkUpdate, now: Links, start: Links): LinkSettings {
  if (linkKind !== 'bridge' || now.get(name)?.mtu === start.get(name)?.mtu) return before;
  const { mtu: _, ...rest } = before;
  return rest;
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

/** Contents are not shown: they may hold secrets. */
function checkFile(path: string, wanted: string | undefined, content: string | undefined): readonly string[] {
  if (wanted === content) return [];
  if (content === undefined) return [`file ${path} is gone`];
  return [wanted === undefined ? `file ${path} is there already` : `content of file ${path} is another`];
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
