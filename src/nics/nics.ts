import * as z from 'zod';
import { InventoryError, isKvmplayError, PlanError } from '../errors.ts';
import { defaultRoutes, links, nics as nicsFact } from '../facts/index.ts';
import { formatPlace } from '../model/format-place.ts';
import type { Host } from '../model/host.ts';
import type { SourcePlace } from '../model/inventory.ts';
import { inputProblem } from '../tasks/input/input-problem.ts';
import { networkFacts } from '../tasks/network/network-facts.ts';
import { missingSelector, type NicSelectors, selectors } from './nic-selectors.ts';
import { resolveNics } from './resolve-nics.ts';

/** The part of a host that `nics` uses. */
export type NicHost<V = unknown> = Pick<Host<V>, 'name' | 'vars' | 'fact'> &
  Partial<Pick<Host<V>, 'varPlace'>>;

/** The names that the play's schema knows, or any when it types no `nics`. */
export type NicName<V> = V extends { readonly nics: infer S } ? keyof S & string : string;

const schema = z.object({ nics: selectors });

/**
 * Finds the links of the NICs that the host's variable `nics` selects by `name`, `mac`, `driver`, `pci` or
 * `carriesDefaultRoute`, so one playbook fits hosts whose eno3 is another's em3. Changes planned so far count: a NIC whose
 * address moves to a bridge still carries the default route.
 *
 * It also asks for the facts of network tasks, so the tasks that follow cost no further exec.
 *
 * @example
 * const { uplink0, uplink1 } = await nics(host, ['uplink0', 'uplink1']);
 * await ensureBond(host, { name: 'bond6', mode: 'balance-alb', ports: [uplink0, uplink1] });
 *
 * @throws InventoryError when the variable lacks a name or is malformed.
 * @throws PlanError when no NIC fits, several do, or two names are the same NIC; its details list the NICs of the host.
 */
export async function nics<V, const N extends NicName<V>>(
  host: NicHost<V>,
  names: readonly N[],
): Promise<{ readonly [K in N]: string }> {
  const place = host.varPlace?.('nics');
  const known = readSelectors(host, names, place);
  const [found, allLinks, routes] = await Promise.all([
    host.fact(nicsFact),
    host.fact(links),
    host.fact(defaultRoutes),
    ...Object.values(networkFacts).map((fact) => host.fact<unknown>(fact)),
  ]);
  const question = { host: host.name, selectors: known, names: [...new Set(names)] };
  const answers = { nics: found, links: allLinks, defaultRoutes: routes };
  try {
    return Object.fromEntries(resolveNics(question, answers)) as { readonly [K in N]: string };
  } catch (error) {
    if (place === undefined || !isKvmplayError(error)) throw error;
    throw new PlanError(`${formatPlace(place)}: ${error.message}`, { details: error.details });
  }
}

function readSelectors(
  { name: host, vars }: NicHost,
  names: readonly string[],
  place: SourcePlace | undefined,
): NicSelectors {
  const value = (vars as { readonly nics?: unknown } | undefined)?.nics;
  if (value === undefined) {
    throw new InventoryError(
      place === undefined
        ? `${host} should have a variable nics that says which NICs ${names.join(', ')} are`
        : `the play's schema leaves out the variable nics of ${host}, it should have \`nics: nicSelectors()\``,
      place,
    );
  }
  const result = schema.safeParse({ nics: value });
  if (!result.success) {
    throw new InventoryError(`variables of ${host}: ${inputProblem(result.error, { nics: value })}`, place);
  }
  const known = result.data.nics;
  const missing = names.find((name) => !Object.hasOwn(known, name));
  if (missing !== undefined) {
    throw new InventoryError(`nics.${missing} of ${host} ${missingSelector(missing, known)}`, place);
  }
  return known;
}
