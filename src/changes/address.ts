import * as z from 'zod';
import { addresses } from '../facts/index.ts';
import type { Address } from '../model/link.ts';
import { quote } from '../model/shell-quote.ts';
import { BLIP, type Course, FOREVER, type Verdict } from './course.ts';
import { ip } from './ip.ts';
import type { Drift, Family } from './kind.ts';
import { name, schemaOf, text } from './shape.ts';
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
  broadcast: z.exactOptional(text),
  scope: z.exactOptional(text),
});

export const addressFamily: Family<AddressAdd | AddressDelete> = {
  'address.add': {
    schema: () => schemaOf<AddressAdd>()({ kind: z.literal('address.add'), address: addressSchema }),
    describe: ({ address }) => `+ ${describeAddress(address)}`,
    inverse: ({ address }) => ({ kind: 'address.delete', address }),
    compile: ({ address }) => [
      { ...ip('address', 'add', ...wordsOf(address)), unless: `[ -n ${look(address)} ]` },
    ],
    touches: ({ address }) => ({ addresses: [address.link] }),
    drift: ({ address }) => driftOf(address, false),
  },
  'address.delete': {
    schema: () => schemaOf<AddressDelete>()({ kind: z.literal('address.delete'), address: addressSchema }),
    describe: ({ address }) => `- ${describeAddress(address)}`,
    inverse: ({ address }) => ({ kind: 'address.add', address }),
    compile: ({ address }) => [
      {
        ...ip('address', 'delete', address.address, 'dev', address.link),
        unless: `[ -z ${look(address)} ]`,
      },
    ],
    touches: ({ address }) => ({ addresses: [address.link] }),
    judge: ({ address }, course) => [judge(address, course)],
    drift: ({ address }) => driftOf(address, true),
  },
};

function describeAddress({ address, link, broadcast, scope }: Address): string {
  return join(
    `address ${address} on ${link}`,
    broadcast === undefined ? undefined : `broadcast ${broadcast}`,
    scope === undefined || scope === 'global' ? undefined : `scope ${scope}`,
  );
}

function wordsOf({ link, address, broadcast, scope }: Address): readonly string[] {
  return [
    address,
    ...(broadcast === undefined ? [] : ['broadcast', broadcast]),
    ...(scope === undefined ? [] : ['scope', scope]),
    'dev',
    link,
    // Duplicate address detection would leave the address unusable for a second after each move.
    ...(address.includes(':') ? ['nodad'] : []),
  ];
}

/** Returns a shell word: the host's line about exactly this address, or nothing. */
function look({ link, address }: Address): string {
  const [host = ''] = address.split('/');
  // `to` takes a whole prefix. With the length of a single address it finds that address; grep compares the length.
  const all = `ip -o address show dev ${quote(link)} to ${quote(host)} 2>/dev/null`;
  const length = address.includes('/') ? address.slice(address.indexOf('/')) : '';
  return `"$(${all} | grep -e ${quote(`${length} `)})"`;
}

function judge({ link, address }: Address, { after }: Course): Verdict {
  const there = after.addresses.find((other) => other.address === address);
  if (there === undefined) return { seconds: FOREVER, reason: `address ${address} of ${link} goes away` };
  return there.link === link
    ? { seconds: BLIP, reason: `address ${address} of ${link} is set anew` }
    : { seconds: BLIP, reason: `address ${address} moves from ${link} to ${there.link}` };
}

function driftOf({ link, address }: Address, isWanted: boolean): Drift {
  return {
    facts: [addresses],
    check: (answer) => {
      const isThere = answer(addresses).some((item) => item.link === link && item.address === address);
      return checkPresence(`address ${address} on ${link}`, isWanted, isThere);
    },
  };
}
