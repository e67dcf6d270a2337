import { CommandError, PlanError } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import type { ChangeKinds } from '../transaction/change-kinds.ts';
import { answerDifferences } from '../transaction/differences.ts';
import { answerAfter, type SurveyAnswers } from '../../model/fact.ts';
import type { Transactor } from '../transaction/transactor.ts';
import type { DoneTransaction } from './pending-changes.ts';

/**
 * Undoes committed transactions, the last one first, each by a transaction of the inverse changes. That transaction is guarded, verified over a fresh
 * connection, and rolled back if the host does not come out as it was. Throws the error of a transaction that was not committed, and PlanError if a link to
 * be removed carries links that these transactions did not create.
 */
export async function undoTransactions(
  transactions: readonly DoneTransaction[],
  transactor: Transactor,
): Promise<void> {
  for (const transaction of [...transactions].reverse()) await undoTransaction(transaction, transactor);
}

/** Describes effects that remain after an undo. */
export function remainders(
  transactions: readonly DoneTransaction[],
  { kindOf }: ChangeKinds,
): readonly string[] {
  return transactions
    .flatMap(({ changes }) => changes)
    .filter((change) => kindOf(change).inverse(change) === undefined)
    .map((change) => `stays: ${kindOf(change).describe(change)}`);
}

async function undoTransaction(done: DoneTransaction, transactor: Transactor): Promise<void> {
  const { host, kinds } = transactor;
  const { facts } = done;
  const changes = inversesOf(done.changes, kinds);
  if (changes.length === 0) return;

  const now = await transactor.survey(facts);
  // A bridge that has got a guest since then must not be removed.
  const [occupied] = kinds.occupantsOf(changes, now);
  if (occupied !== undefined) {
    throw new PlanError(`${occupied.link} of ${host} got ${occupied.occupant} since then`);
  }
  const foretold = foldAll(done, now, changes);
  const end = await transactor.run({
    facts,
    before: now,
    changes,
    replan: (answers, staged) => {
      const after = foldAll(done, answers, staged);
      // Fact by fact: guests may have come and gone since, which is not the undo's fault.
      return facts.flatMap((fact) =>
        answerDifferences([fact], done.before, after).length === 0
          ? []
          : answerDifferences([fact], foretold, after),
      );
    },
  });
  if (end.way !== 'committed') throw end.error;
  if (end.left.length > 0)
    throw new CommandError(`${host} is not as planned after the commit: ${end.left.join('; ')}`);
}

function inversesOf(changes: readonly Change[], { kindOf }: ChangeKinds): readonly Change[] {
  return changes.toReversed().flatMap((change) => kindOf(change).inverse(change) ?? []);
}

function foldAll(
  { facts }: DoneTransaction,
  answers: SurveyAnswers,
  changes: readonly Change[],
): SurveyAnswers {
  return new Map(facts.map((fact) => [fact.name, answerAfter(fact, answers.get(fact.name), changes)]));
}
