import { isIP, isIPv4, isIPv6 } from 'node:net';
import * as z from 'zod';
import { canonicalIp, isCidr } from '../../model/ip.ts';
import { nearestName } from '../../model/nearest-name.ts';

// Building blocks of task inputs. A message says what a value should be, to complete "id is 0, it should be …".

/** Exactly one schema for each field of an input. */
export type Shape<I> = { readonly [K in keyof Required<I>]: z.ZodType<unknown, I[K]> };

/** An object with exactly these fields. */
export function fields<S extends z.ZodRawShape>(
  shape: S,
  should = 'an object of fields',
): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownField(issue.keys[0] ?? '', Object.keys(shape)) : should,
  });
}

function unknownField(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return `unknown field ${name}, ${near === undefined ? `the fields are ${known.join(', ')}` : `did you mean ${near}?`}`;
}

export const state = z.enum(['present', 'absent'], { error: "'present' or 'absent'" }).default('present');

/** The name of any existing link, by the kernel's own rule (dev_valid_name in net/core/dev.c). */
export const linkName = matching(
  'the name of a link: 1 to 15 bytes without blank, slash, colon or percent sign',
  (value) => isLinkName(value),
);

function isLinkName(value: string): boolean {
  return /^[^\s/:%]+$/.test(value) && !/^\.\.?$/.test(value) && Buffer.byteLength(value) <= 15;
}

/** Largest payload in bytes. IPv4 needs at least 68. */
export const mtu = wholeNumber(68, 65535);

export const mac = matching(
  'a MAC address of one device, such as "52:54:00:12:34:56"',
  // The lowest bit of the first byte marks group addresses, which no device can have.
  (value) => /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i.test(value) && !/^(00:){5}00$/.test(value),
).transform((value) => value.toLowerCase());

export const flag = z.boolean({ error: 'true or false' });

/** An address with its prefix length. */
export const cidr = matching(
  'an address with its prefix length, such as "10.128.1.10/24"',
  (value) => value.includes('/') && isCidr(value),
).transform(canonicalIp);

export const ip = matching('an IP address', (value) => isIP(value) !== 0).transform(canonicalIp);
export const ipv4 = matching('an IPv4 address, such as "10.128.1.1"', (value) => isIPv4(value));
export const ipv6 = matching('an IPv6 address, such as "fe80::1"', (value) => isIPv6(value)).transform(
  canonicalIp,
);

export function wholeNumber(least: number, most: number) {
  return z.custom<number>(
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most,
    { error: `a whole number from ${least} to ${most}` },
  );
}

export function oneOf<const V extends string>(...values: readonly V[]) {
  return z.enum(values, { error: `one of ${values.join(', ')}` });
}

/** A list without repetitions. */
export function listOf<T extends z.ZodType>(item: T, what: string) {
  return z
    .array(item, { error: `a list of ${what}` })
    .readonly()
    .refine((values) => new Set(values).size === values.length, {
      error: `a list of ${what} without repetitions`,
    });
}

export function matching(should: string, matches: (value: string) => boolean) {
  return z.custom<string>((value) => typeof value === 'string' && matches(value), { error: should });
}
