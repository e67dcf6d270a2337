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

/** The definition that `play` takes. */
export interface PlayDefinition<V> {
  readonly name: string;
  /** Host pattern in Ansible's language: `kvm:!maintenance`. */
  readonly hosts: string;
  /** Tags of all tasks in the play. */
  readonly tags?: readonly string[] | undefined;
  /**
   * Schema that types and checks the variables of every host before the first connection: any Standard Schema, such as zod's. Without it variables are
   * `unknown`.
   */
  readonly vars?: StandardSchema<V> | undefined;
  /** Checks that a change must not break. A probe that passed before a change must pass after it, or the host rolls back. */
  readonly probes?: readonly Probe[] | undefined;
  /** Canaries, waves, failure budget. Default: all hosts at once, bounded by `forks`, regardless of failures. */
  readonly rollout?: Rollout | undefined;
  /**
   * Runs once per host and declares its desired state; the planned changes form one transaction. (A method, so that plays with different variables fit into
   * one list.)
   */
  run(host: Host<V>): Promise<void>;
}

/** A play, ready to run. */
export interface Play<V = unknown> extends PlayDefinition<V> {
  readonly kvmplay: 'play';
}

/**
 * Declares the desired state of a group of hosts. The default export of a playbook is a play, or an array of plays.
 *
 * @throws PlaybookError for an invalid tag.
 */
export function play<V = HostVars>(definition: PlayDefinition<V>): Play<V> {
  const problem = definition.tags?.map(problemOfTag).find((found) => found !== undefined);
  if (problem !== undefined) throw new PlaybookError(`play "${definition.name}": ${problem}`);
  return { ...definition, kvmplay: 'play' };
}

/** Returns true for a play, also for one made by another copy of the package. */
export function isPlay(value: unknown): value is Play {
  return typeof value === 'object' && value !== null && 'kvmplay' in value && value.kvmplay === 'play';
}
