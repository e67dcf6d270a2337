import type { Play } from '../engine/fleet/play.ts';
import { PlaybookError } from '../errors.ts';
import { type FakeHost, fakeHost } from './fake-host.ts';
import type { FakeHostOptions } from './host-options.ts';

/**
 * Runs a play on a fake host and returns that host. `host` is either the description of a new host, whose variables the play's schema checks, or an existing
 * one for a second run.
 *
 * @example
 * const host = await runPlay(bond6, { links: [ethernet('eno4'), ethernet('eno5')] });
 * host.links.get('eno4')?.controller; // 'bond6'
 *
 * @throws PlaybookError for invalid variables, and all errors of its tasks.
 */
export async function runPlay<V>(
  play: Play<V>,
  host: FakeHost<V> | FakeHostOptions<unknown> = {},
): Promise<FakeHost<V>> {
  const target = 'perform' in host ? host : fakeHost<V>({ ...host, vars: await varsFor(play, host.vars) });
  await play.run(target);
  return target;
}

async function varsFor<V>(play: Play<V>, vars: unknown = {}): Promise<V> {
  const result = await play.vars?.['~standard'].validate(vars);
  if (result === undefined) return vars as V;
  if (result.issues === undefined) return result.value;
  const [issue] = result.issues;
  const path = (issue?.path ?? [])
    .map((part) => String(typeof part === 'object' ? part.key : part))
    .join('.');
  throw new PlaybookError(
    `variable ${path} does not match the schema of play ${play.name}: ${issue?.message ?? ''}`,
  );
}
