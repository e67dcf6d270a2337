import { isIPv6 } from 'node:net';
import { InventoryError } from '../errors.ts';
import type { Inventory, InventoryHost } from '../model/inventory.ts';
import { nearestName } from '../model/nearest-name.ts';

/**
 * The hosts that a pattern in Ansible's language names, in the order of the inventory.
 *
 * A pattern is a list of groups and hosts, separated by `:` or `,`: `kvm:!maintenance:&rack1`. `all` and `*` are every host;
 * `!x` takes x away and `&x` keeps only x, wherever they stand; `kvm*` is a glob and `~kvm[0-9]+` a regular expression from the start
 * of the name; `kvm[0]`, `kvm[-1]`, `kvm[0:9]` pick hosts of a group by position, the last one included.
 *
 * @throws InventoryError for a group or host that does not exist. A glob or an expression may match nothing.
 */
export function selectHosts(inventory: Inventory, pattern: string): readonly InventoryHost[] {
  const lookup = createLookup(inventory);
  const terms = parsePattern(pattern, lookup);

  const added = matchTerms(terms, '+', lookup);
  const kept = matchTerms(terms, '&', lookup);
  const removed = matchTerms(terms, '!', lookup);
  return inventory.hosts.filter(
    ({ name }) =>
      (added.length === 0 || added.some((names) => names.has(name))) &&
      kept.every((names) => names.has(name)) &&
      !removed.some((names) => names.has(name)),
  );
}

interface Term {
  readonly operator: '+' | '&' | '!';
  readonly operand: string;
}

interface Lookup {
  /** Names of all hosts in inventory order. */
  readonly order: readonly string[];
  readonly hosts: ReadonlySet<string>;
  /** Names of the hosts of each group and of all groups below it. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

function createLookup(inventory: Inventory): Lookup {
  const order = inventory.hosts.map(({ name }) => name);
  const groups = new Map([...inventory.groups.keys()].map((name) => [name, membersOf(name, inventory)]));
  return { order, hosts: new Set(order), groups };
}

/** Ansible's order, which slices count in: a group's own hosts, then those of its children, then those of theirs. */
function membersOf(group: string, { groups }: Inventory): readonly string[] {
  const descent = new Set([group]);
  const members = new Set<string>();
  // A Set hands out what is added while it is walked.
  for (const name of descent) {
    groups.get(name)?.hosts.forEach((host) => members.add(host));
    groups.get(name)?.children.forEach((child) => descent.add(child));
  }
  return [...members];
}

function parsePattern(pattern: string, lookup: Lookup): readonly Term[] {
  const terms = split(pattern, lookup).map(parseTerm);
  if (terms.length === 0) {
    throw new InventoryError(`pattern ${JSON.stringify(pattern)} is empty and should name groups or hosts`);
  }
  if (terms.some(({ operand }) => operand === '')) {
    throw new InventoryError(`pattern ${JSON.stringify(pattern)} has an operator with no name after it`);
  }
  return terms;
}

/** With a comma anywhere only commas separate, so that IPv6 addresses can be listed. */
function split(pattern: string, lookup: Lookup): readonly string[] {
  const name = parseTerm(pattern.trim()).operand;
  if (lookup.hosts.has(name) || isIPv6(name)) {
    return [pattern.trim()];
  }
  // A colon inside brackets belongs to a slice.
  const parts = pattern.includes(',') ? pattern.split(/,(?![^[]*\])/) : pattern.split(/:(?![^[]*\])/);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function parseTerm(text: string): Term {
  const operator = text.charAt(0);
  return operator === '&' || operator === '!'
    ? { operator, operand: text.slice(1).trim() }
    : { operator: '+', operand: text };
}

function matchTerms(
  terms: readonly Term[],
  operator: Term['operator'],
  lookup: Lookup,
): readonly ReadonlySet<string>[] {
  return terms.filter((term) => term.operator === operator).map(({ operand }) => match(operand, lookup));
}

/** A slice counts in the order of the set. */
function match(operand: string, lookup: Lookup): ReadonlySet<string> {
  if (lookup.hosts.has(operand)) {
    return new Set([operand]);
  }
  if (operand.startsWith('~')) {
    return matchNames(toRegExp(operand), lookup);
  }
  const slice = /^(.+)\[(?:(-?[0-9]+)|([0-9]*)[:-]([0-9]*))\]$/.exec(operand);
  if (slice === null) {
    return matchGlob(operand, lookup);
  }
  const [, base = '', index, first, last] = slice;
  const members = [...matchGlob(base, lookup)];
  if (index === undefined) {
    return new Set(
      members.slice(Number(first ?? 0), last === '' || last === undefined ? undefined : Number(last) + 1),
    );
  }
  const member = members.at(Number(index));
  if (member === undefined) {
    throw new InventoryError(`${operand} does not exist: ${base} has ${members.length} hosts`);
  }
  return new Set([member]);
}

function matchGlob(name: string, lookup: Lookup): ReadonlySet<string> {
  const group = lookup.groups.get(name);
  if (group !== undefined) {
    return new Set(group);
  }
  if (lookup.hosts.has(name)) {
    return new Set([name]);
  }
  if (!/[*?[]/.test(name)) {
    throw unknownName(name, lookup);
  }
  return matchNames(globToRegExp(name), lookup);
}

function matchNames(expression: RegExp, lookup: Lookup): ReadonlySet<string> {
  const groups = [...lookup.groups].filter(([name]) => expression.test(name));
  return new Set([
    ...groups.flatMap(([, members]) => members),
    ...lookup.order.filter((name) => expression.test(name)),
  ]);
}

function toRegExp(operand: string): RegExp {
  try {
    return new RegExp(`^(?:${operand.slice(1)})`);
  } catch (error) {
    throw new InventoryError(`${operand} is not a regular expression`, undefined, { cause: error });
  }
}

/** `*`, `?`, `[abc]`, `[!abc]`; an opening bracket without its closing one is an ordinary letter. */
function globToRegExp(glob: string): RegExp {
  const source = glob.replace(/\[(!?)(\]?[^\]]*)\]|[\s\S]/g, (token, not?: string, members?: string) => {
    if (members !== undefined && members !== '') {
      return `[${not === '!' ? '^' : ''}${members.replace(/[\\\]^[]/g, '\\$&')}]`;
    }
    return token === '*' ? '.*' : token === '?' ? '.' : token.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&');
  });
  try {
    return new RegExp(`^${source}$`, 's');
  } catch (error) {
    throw new InventoryError(`${glob} is not a glob`, undefined, { cause: error });
  }
}

function unknownName(name: string, lookup: Lookup): InventoryError {
  const nearest = nearestName(name, [...lookup.groups.keys(), ...lookup.order]);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return new InventoryError(
    `${JSON.stringify(name).slice(1, -1)} is neither a group nor a host of the inventory${hint}`,
  );
}
