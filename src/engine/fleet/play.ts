import { PlaybookError } from '../../errors.ts';
import { problemOfTag } from '../../model/tags.ts';
import type { Probe } from '../../model/probe.ts';
import type { Rollout } from './rollout.ts';
import type { Host, HostVars } from '../../model/host.ts';

/** A validator of the Standard Schema interface (https://standardschema.dev): zod, valibot, arktype and others have it. */
export interface StandardSchema<V> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<V> | Promise<StandardResult<V>>;
    readonly types?: { readonly input: unknown; readonly output: V } | undefined;
  };
}

export type StandardResult<V> =
  { readonly value: V; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What `play` takes. */
export interface PlayDefinition<V> {
  readonly name: string;
  /** Pattern over the inventory, in Ansible's language: `kvm:!maintenance`. */
  readonly hosts: string;
  /** Tags of every task in it. */
  readonly tags?: readonly string[];
  /**
   * Types and checks the variables of every host before the first connection: any Standard Schema, such as zod's.
   * Without it variables are `unknown`.
   */
  readonly vars?: StandardSchema<V>;
  /** What a change must not break: each that passed before it must pass after it, or the host rolls back. */
  readonly probes?: readonly Probe[];
  /** Canaries, waves, a failure budget. Default: all hosts at once, bounded by `forks`, whatever fails. */
  readonly rollout?: Rollout;
  /** Runs once per host. What it plans is one transaction. (A method, so that plays of different variables fit into one list.) */
  run(host: Host<V>): Promise<void>;
}

/** A play, ready to run. */
export interface Play<V = unknown> extends PlayDefinition<V> {
  readonly kvmplay: 'play';
}

/**
 * Declares what shall be true of which hosts. A playbook's default export is a play, or an array of plays.
 *
 * @throws PlaybookError for a tag that is no tag.
 */
export function play<V = HostVars>(definition: PlayDefinition<V>): Play<V> {
  const problem = definition.tags?.map(problemOfTag).find((found) => found !== undefined);
  if (problem !== undefined) throw new PlaybookError(`play "${definition.name}": ${problem}`);
  return { ...definition, kvmplay: 'play' };
}

/** Whether a value is a play, also of another copy of the package. */
export function isPlay(value: unknown): value is Play {
  return typeof value === 'object' && value !== null && 'kvmplay' in value && value.kvmplay === 'play';
}
