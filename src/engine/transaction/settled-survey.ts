import { CommandError } from '../../errors.ts';
import { readAnswer, type SurveyAnswers } from '../../model/fact.ts';
import type { AnyFact } from '../../model/task.ts';
import type { HostConnection } from '../connection/host-connection.ts';
import { foreignError, lockedError, outdatedError } from './explain-result.ts';
import { transactionState, transactionStateAfter } from './transaction-state.ts';
import { finishScript, type UnfinishedCommit, unfinishedCommits } from './unfinished-commit.ts';

export interface SettledSurveyOptions {
  /** Name of the host, for messages. */
  readonly host: string;
  readonly connection: HostConnection;
  /** Nothing may be changed: an interrupted commit is reported and not finished. */
  readonly checkMode: boolean;
  /** True for the first survey of the host. */
  readonly isFirst: boolean;
}

/**
 * Asks facts while no transaction is in progress, so that the answers describe a lasting state. First finishes a commit that a power cut interrupted. Throws
 * HostLockedError for a host that is being changed.
 */
export async function settledSurvey(
  facts: readonly AnyFact[],
  options: SettledSurveyOptions,
): Promise<SurveyAnswers> {
  const { host, connection, checkMode, isFirst } = options;
  const first = isFirst ? [unfinishedCommits] : [];
  // A commit that is under way has its mark, too, so the state is asked on both sides of it.
  const answers = await connection.survey(beside([...first, ...facts]));
  throwUnlessSettled(host, answers);
  const unfinished = isFirst ? (readAnswer(unfinishedCommits, answers) ?? []) : [];
  if (unfinished.length === 0) return answers;
  for (const commit of unfinished) throwIfConflict(host, commit);
  if (checkMode) throw pendingError(host, unfinished);
  for (const commit of unfinished) await finish(commit, options);
  return await settledSurvey(facts, { ...options, isFirst: false });
}

function beside(facts: readonly AnyFact[]): readonly AnyFact[] {
  const others = facts.filter(({ name }) => name !== transactionState.name);
  return [transactionState, ...others, transactionStateAfter];
}

function throwUnlessSettled(host: string, answers: SurveyAnswers): void {
  const before = readAnswer(transactionState, answers);
  const after = readAnswer(transactionStateAfter, answers);
  for (const state of [before, after]) {
    if (state?.phase === 'foreign') throw foreignError(host);
    // Without access to /run/kvmplay no transaction can begin either.
    if (state !== undefined && state.phase !== 'free' && state.phase !== '')
      throw lockedError(host, state.owner);
  }
  if (before?.id !== after?.id) throw outdatedError(host);
}

async function finish(commit: UnfinishedCommit, { host, connection }: SettledSurveyOptions): Promise<void> {
  const { stdout } = await connection.exec(finishScript(commit));
  const [, number] = /^outcome unfinished (\d+)/m.exec(stdout) ?? [];
  if (number !== undefined) throwIfConflict(host, { ...commit, conflict: commit.files[Number(number)] });
  const files = commit.files.join(', ');
  if (/^outcome unaccepted/m.test(stdout)) {
    throw new CommandError(
      `a power cut stopped the commit of transaction ${commit.id} on ${host}, and who reads its files does not take them: ${files} are in place; \`kvmplay guard clear\` leaves them as they are`,
    );
  }
  if (/^outcome unrestored/m.test(stdout)) {
    throw new CommandError(
      `a power cut stopped the rollback of transaction ${commit.id} on ${host}, and not every file could be put back: look at ${files}`,
    );
  }
}

function throwIfConflict(host: string, { id, conflict }: UnfinishedCommit): void {
  if (conflict === undefined) return;
  throw new CommandError(
    `a power cut stopped the commit of transaction ${id} on ${host}, and ${conflict} was changed since: \`kvmplay guard clear\` leaves the files as they are; nothing was changed`,
  );
}

function pendingError(host: string, unfinished: readonly UnfinishedCommit[]): CommandError {
  const files = unfinished.flatMap((commit) => commit.files);
  return new CommandError(
    `a power cut stopped a commit on ${host}: a run without --check first puts ${files.join(', ')} in place`,
    { details: files },
  );
}
