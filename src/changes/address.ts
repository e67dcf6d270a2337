import * as z from 'zod';
import { addresses } from '../facts/index.ts';
import type { Command } from '../model/command.ts';
import { familyOf, hostPart } from '../model/ip.ts';
import { isSameAddress } from '../model/kernel.ts';
import type { Address } from '../model/link.ts';
import { quote } from '../model/shell-quote.ts';
import { BLIP, type Course, FOREVER, type Verdict } from './course.ts';
import { ip } from './ip.ts';
import type { Drift, Family } from './kind.ts';
import { name, schemaOf, text, word } from './shape.ts';
import { checkPresence, join } from './words.ts';

export interface AddressAdd {
  readonly kind: 'address.add';
  readonly address: Address;
}
export interface AddressDelete {
  readonly kind: 'address.delete';
  readonly address: Address;
}

const addressSchema = schemaOf<Address>()({
  link: name,
  address: name,
  peer: z.exactOptional(name),
  broadcast: z.exactOptional(text),
  scope: z.exactOptional(text),
  label: z.exactOptional(name),
  attributes: z.exactOptional(z.array(word)),
  unsettable: z.exactOptional(text),
});

export const addressFamily: Family<AddressAdd | AddressDelete> = {
  'address.add': {
    schema: () => schemaOf<AddressAdd>()({ kind: z.literal('address.add'), address: addressSchema }),
    describe: ({ address }) => `+ ${describeAddress(address)}`,
    inverse: ({ address }) => ({ kind: 'address.delete', address }),
    compile: add,
    touches: ({ address }) => ({ addresses: [address.link] }),
    drift: ({ address }) => driftOf(address, false),
  },
  'address.delete': {
    schema: () => schemaOf<AddressDelete>()({ kind: z.literal('address.delete'), address: addressSchema }),
    describe: ({ address }) => `- ${describeAddress(address)}`,
    inverse: ({ address }) => ({ kind: 'address.add', address }),
    compile: ({ address }) => [
      {
        ...ip('address', 'delete', ...placeOf(address), 'dev', address.link),
        unless: `[ -z ${look(address)} ]`,
      },
    ],
    touches: ({ address }) => ({ addresses: [address.link] }),
    judge: ({ address }, course) => [judge(address, course)],
    drift: ({ address }) => driftOf(address, true),
  },
};

function describeAddress(one: Address): string {
  const { link, broadcast, scope, label, attributes = [] } = one;
  return join(
    `address ${placeOf(one).join(' ')} on ${link}`,
    broadcast === undefined ? undefined : `broadcast ${broadcast}`,
    scope === undefined || scope === 'global' ? undefined : `scope ${scope}`,
    label === undefined ? undefined : `label ${label}`,
    ...attributes,
  );
}

/**
 * Duplicate address detection would leave the address unusable for a second after each move. So an address is added without
 * it, and the mark that this leaves is taken off.
 */
function add({ address }: AddressAdd): readonly Command[] {
  const words = wordsOf(address);
  const isMarked = familyOf(address.address) === 6 && address.attributes?.includes('nodad') !== true;
  const added = isMarked ? [...words, 'nodad'] : words;
  const command: Command = { ...ip('address', 'add', ...added), unless: `[ -n ${look(address)} ]` };
  return isMarked ? [command, ip('address', 'change', ...words)] : [command];
}

function wordsOf(one: Address): readonly string[] {
  const { link, broadcast, scope, label, attributes = [] } = one;
  return [
    ...placeOf(one),
    ...(broadcast === undefined ? [] : ['broadcast', broadcast]),
    ...(scope === undefined ? [] : ['scope', scope]),
    ...(label === undefined ? [] : ['label', label]),
    'dev',
    link,
    ...attributes,
  ];
}

/** The words that find it among those of its link. */
function placeOf({ address, peer }: Address): readonly string[] {
  return peer === undefined ? [address] : [hostPart(address), 'peer', peer];
}

/** A word of sh: the line that the host has about this very address, or nothing. */
function look({ link, address, peer }: Address): string {
  // `to` takes a whole prefix; with the length of a single address it finds that one, whose length grep compares.
  const all = `ip -o address show dev ${quote(link)} to ${quote(hostPart(address))} 2>/dev/null`;
  const length = address.includes('/') ? address.slice(address.indexOf('/')) : '';
  const place = peer === undefined ? ` inet6* [^ ]*${length} ` : ` peer ${peer} `;
  return `"$(${all} | grep -e ${quote(place)})"`;
}

function judge({ link, address, peer }: Address, { after }: Course): Verdict {
  const there = after.addresses.find((other) => other.address === address && other.peer === peer);
  if (there === undefined) return { seconds: FOREVER, reason: `address ${address} of ${link} is removed` };
  return there.link === link
    ? { seconds: BLIP, reason: `address ${address} of ${link} is set again` }
    : { seconds: BLIP, reason: `address ${address} moves from ${link} to ${there.link}` };
}

function driftOf(one: Address, isWanted: boolean): Drift {
  return {
    facts: [addresses],
    check: (answer) => {
      const isThere = answer(addresses).some((item) => isSameAddress(item, one));
      return checkPresence(`address ${placeOf(one).join(' ')} on ${one.link}`, isWanted, isThere);
    },
  };
}
