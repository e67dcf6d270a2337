import { isIPv6 } from 'node:net';
import { InventoryError } from '../errors.ts';
import type { Inventory, InventoryHost } from '../model/inventory.ts';
import { parseHostAddress } from './host-address.ts';
import { createHostLookup, type HostLookup } from './host-lookup.ts';

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
  const lookup = createHostLookup(inventory);
  return selectByTerms(inventory, splitPattern(pattern, lookup), { pattern, lookup });
}

/** As `selectHosts`, for a pattern that is split already; `pattern` is for messages. */
export function selectByTerms(
  inventory: Inventory,
  parts: readonly string[],
  { pattern, lookup }: { readonly pattern: string; readonly lookup: HostLookup },
): readonly InventoryHost[] {
  const terms = parseTerms(parts, pattern);
  const matchAll = (operator: Term['operator']): readonly ReadonlySet<string>[] =>
    terms.filter((term) => term.operator === operator).map((term) => matchTerm(term, lookup));
  const added = matchAll('+');
  const kept = matchAll('&');
  const removed = matchAll('!');
  return inventory.hosts.filter(
    ({ name }) =>
      (added.length === 0 || added.some((names) => names.has(name))) &&
      kept.every((names) => names.has(name)) &&
      !removed.some((names) => names.has(name)),
  );
}

/** With a comma anywhere only commas separate, so that IPv6 addresses can be listed; without one also spaces do. */
export function splitPattern(pattern: string, lookup: HostLookup): readonly string[] {
  const text = pattern.trim();
  if (text.includes(',')) return text.split(',').map((part) => part.trim());
  const { operand } = parseTerm(text);
  if (lookup.isHost(operand) || isIPv6(operand) || parseHostAddress(text) !== undefined) return [text];
  // A colon inside brackets belongs to a slice.
  if (/[[\]]/.test(text.replace(/\[[^\]]*\]/g, '')))
    throw new InventoryError(`pattern ${JSON.stringify(text)} has a bracket without its other half`);
  return text.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [];
}

interface Term {
  readonly operator: '+' | '&' | '!';
  readonly operand: string;
}

function parseTerms(parts: readonly string[], pattern: string): readonly Term[] {
  const terms = parts.filter((part) => part !== '').map(parseTerm);
  if (terms.length === 0) {
    throw new InventoryError(`pattern ${JSON.stringify(pattern)} is empty and should name groups or hosts`);
  }
  if (terms.some(({ operand }) => operand === '')) {
    throw new InventoryError(`pattern ${JSON.stringify(pattern)} has an operator with no name after it`);
  }
  return terms;
}

function parseTerm(text: string): Term {
  const operator = text.charAt(0);
  return operator === '&' || operator === '!'
    ? { operator, operand: text.slice(1).trim() }
    : { operator: '+', operand: text };
}

function matchTerm({ operator, operand }: Term, lookup: HostLookup): ReadonlySet<string> {
  // Where a host and a group share a name, Ansible takes the name alone for the host, and after an operator for the group.
  if (operator === '+' && lookup.isHost(operand)) return new Set([operand]);
  const slice = /^([^~].*)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]$/.exec(operand);
  if (slice === null) return new Set(lookup.find(operand));
  const [, base = '', index, first, last] = slice;
  const members = lookup.find(base);
  // As for Ansible, the first of no hosts is no host.
  if (members.length === 0) return new Set();
  // Ansible reads an end of 0 as if it were not there: kvm[2:0] is kvm[2].
  const single = index ?? (last !== undefined && last !== '' && Number(last) === 0 ? first : undefined);
  if (single === undefined) {
    return new Set(members.slice(Number(first), last === '' ? undefined : Number(last) + 1));
  }
  const member = members.at(Number(single));
  if (member === undefined) {
    throw new InventoryError(`${operand} does not exist: ${base} has ${members.length} hosts`);
  }
  return new Set([member]);
}
