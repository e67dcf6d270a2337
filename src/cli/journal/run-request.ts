import { UsageError } from '../../errors.ts';
import type { HostVars } from '../../model/host.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { CommandArguments } from '../command-line/command-line.ts';
import type { runSpec } from '../commands/specs.ts';
import type { CliIo } from '../io.ts';
import { withRecorded } from './header.ts';
import { findRecord } from './journal.ts';
import { hostsOf, type RunRecord } from './record.ts';

type RunArguments = CommandArguments<typeof runSpec.options>;
type RunValues = RunArguments['options'];

/** The request of `kvmplay run`, completed by the earlier run that it names. */
export interface RunRequest {
  readonly playbooks: readonly string[];
  readonly options: RunValues;
  /** Variables of the earlier run, and names of those that it did not record. */
  readonly extraVars: HostVars;
  readonly leftOut: readonly string[];
  /** True when these variables win over those of settings, because a command line gave them. */
  readonly areStrong: boolean;
  /** Selects the hosts of the run from the inventory; undefined: all hosts. */
  readonly only?: ((inventory: Inventory) => readonly string[]) | undefined;
  /** Message when `only` selects no host. */
  readonly nobody?: string | undefined;
}

/** @throws UsageError for words and options that contradict each other. */
export async function readRunRequest(args: RunArguments, io: CliIo): Promise<RunRequest> {
  const { words: playbooks, options } = args;
  const { resume, 'only-failed': onlyFailed } = options;
  if (resume !== undefined && onlyFailed !== undefined) {
    throw new UsageError('run should be called with one of --resume and --only-failed');
  }
  if (resume !== undefined) return toResume(await findRecord(resume, io.env), args);
  if (playbooks.length === 0) {
    throw new UsageError('run should be followed by a PLAYBOOK; see kvmplay run --help');
  }
  if (options.inventory.length === 0) {
    throw new UsageError('option --inventory is missing; see kvmplay run --help');
  }
  const request = { playbooks, options, extraVars: {}, leftOut: [], areStrong: false };
  if (onlyFailed === undefined) return request;
  const record = await findRecord(onlyFailed, io.env);
  const failed = hostsOf(record).filter(({ outcome }) => outcome === 'failed' || outcome === 'unreachable');
  const names = failed.map(({ host }) => host);
  return {
    ...request,
    only: () => names,
    nobody: `no host failed or was unreachable in run ${record.header.id}`,
  };
}

function toResume(record: RunRecord, args: RunArguments): RunRequest {
  const { words: playbooks, options: given, origins } = args;
  const { header } = record;
  if (header.command !== 'run') {
    throw new UsageError(
      `${header.id} is the record of kvmplay ${header.command}, and should be that of a run`,
    );
  }
  const done = new Set(
    hostsOf(record)
      .filter(({ isDone }) => isDone)
      .map(({ host }) => host),
  );
  const options: RunValues = {
    ...withRecorded(args, header.options),
    inventory: origins.inventory === 'command line' ? given.inventory : header.inventory,
    limit: origins.limit === 'command line' ? given.limit : header.limit,
  };
  return {
    playbooks: playbooks.length === 0 ? header.playbooks : playbooks,
    options,
    extraVars: header.extraVars,
    leftOut: header.leftOut,
    areStrong: origins['extra-vars'] !== 'command line',
    only: ({ hosts }) => {
      const names = header.only ?? hosts.map(({ name }) => name);
      return names.filter((name) => !done.has(name));
    },
    nobody: `all hosts of run ${header.id} are done`,
  };
}

/** @throws UsageError when a secret of the earlier run was not given again. */
export function mergeExtraVars({ extraVars, leftOut, areStrong }: RunRequest, given: HostVars): HostVars {
  const missing = leftOut.filter((name) => !(name in given));
  if (missing.length > 0) {
    throw new UsageError(`${missing.join(', ')} of --extra-vars is not recorded and should be given again`);
  }
  return areStrong ? { ...given, ...extraVars } : { ...extraVars, ...given };
}
