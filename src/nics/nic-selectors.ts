import * as z from 'zod';
import { toBoolean } from '../model/ansible-boolean.ts';
import { nearestName } from '../model/nearest-name.ts';
import { fields, linkName, listOf, mac, matching, type Shape } from '../tasks/input/input.ts';

/** Selects a NIC of a host. A NIC must match every field that is given. */
export interface NicSelector {
  /** Name of the link, or several names of which the first existing one counts. */
  readonly name?: string | readonly string[] | undefined;
  /** MAC address: `52:54:00:12:34:56`. The port of a bond is found by its own address, not by the bond's. */
  readonly mac?: string | undefined;
  /** Driver of the kernel: `ixgbe`. */
  readonly driver?: string | undefined;
  /** Slot of the PCI bus, as `lspci` has it: `0000:01:00.0` or `01:00.0`. */
  readonly pci?: string | undefined;
  /** The NIC under the default route, also when a bridge, bond or VLAN on it has the route. */
  readonly carriesDefaultRoute?: true | undefined;
}

/** Selectors by the name that a playbook has for the NIC. */
export type NicSelectors = Readonly<Record<string, NicSelector>>;

const selector = fields(
  {
    name: z
      .union([linkName, listOf(linkName, 'names of links')], {
        error: 'the name of a link, or a list of names',
      })
      .optional(),
    mac: mac.optional(),
    driver: matching('the name of a driver, such as ixgbe', (value) => /^\S+$/.test(value)).optional(),
    pci: matching('a slot of the PCI bus, such as "0000:01:00.0"', (value) =>
      /^([0-9a-f]{4,8}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/i.test(value),
    )
      .transform(fullSlot)
      .optional(),
    carriesDefaultRoute: z
      .custom<true>((value) => toBoolean(value) === true, { error: 'true, or not there' })
      .transform((): true => true)
      .optional(),
  } satisfies Shape<NicSelector>,
  'a selector, such as { name: eno3 }',
).refine((said) => Object.values(said).some((value) => value !== undefined), {
  error: 'a selector that says one of name, mac, driver, pci and carriesDefaultRoute',
  // The error of an unknown field needs no addition.
  when: ({ issues }) => issues.length === 0,
});

/** `lspci` leaves the domain out where there is only one. */
function fullSlot(slot: string): string {
  return (slot.split(':').length === 2 ? `0000:${slot}` : slot).toLowerCase();
}

/** The schema of the variable `nics`. */
export const selectors = z.record(z.string(), selector, {
  error: 'names with a selector each, such as { uplink0: { mac: "52:54:00:12:34:56" } }',
});

/**
 * The schema of the variable `nics`, for the `vars` of a play: hosts that lack one of `names`, or whose selectors are
 * malformed, are told before the first connection.
 *
 * @example
 * const vars = z.object({ nics: nicSelectors('uplink0', 'uplink1') });
 */
export function nicSelectors<const N extends string>(
  ...names: readonly N[]
): z.ZodType<Readonly<Record<N, NicSelector>>> {
  return z.unknown().transform((value, context): Readonly<Record<N, NicSelector>> => {
    const isComplete = (known: NicSelectors): known is Readonly<Record<N, NicSelector>> =>
      names.every((name) => Object.hasOwn(known, name));
    const result = selectors.safeParse(value);
    for (const { path, message, code } of result.error?.issues ?? []) {
      const isWhole = code === 'unrecognized_keys';
      context.addIssue({
        code: 'custom',
        path: [...path],
        message: isWhole ? message : `should be ${message}`,
      });
    }
    if (result.data === undefined) return z.NEVER;
    if (isComplete(result.data)) return result.data;
    for (const name of names) {
      if (Object.hasOwn(result.data, name)) continue;
      context.addIssue({ code: 'custom', path: [name], message: missingSelector(name, result.data) });
    }
    return z.NEVER;
  });
}

/** The end of an error's sentence about a name that has no selector. */
export function missingSelector(name: string, known: NicSelectors): string {
  const names = Object.keys(known);
  const near = nearestName(name, names);
  if (near !== undefined) return `is missing, is it ${near}?`;
  return `is missing, there ${names.length === 0 ? 'is none' : `are ${names.join(', ')}`}`;
}
