import { PlanError } from '../errors.ts';
import { addresses, links, routes } from '../facts/index.ts';
import type { Fact, FactSet } from '../model/fact.ts';
import type { Task } from '../model/task.ts';
import { type Change, inverseOf, kindOf } from './index.ts';
import type { Answer } from './kind.ts';

/** Options of `redoChanges`. */
export interface RedoOptions {
  /** Name of the task in reports: `undo`, `apply`. */
  readonly name: string;
  /** Origin of the changes, for messages: `run 20261123-194512-12345`, `plan.json`. */
  readonly origin: string;
  /** Notes for the user if there is something to do. */
  readonly warnings?: readonly string[];
}

/**
 * Builds a task of exactly these changes; it plans nothing of its own. A host in the state before the first change gets all of them, a host in the state
 * after the last gets none. Any other host is refused, and the error lists the differences.
 */
export function redoChanges(
  changes: readonly Change[],
  { name, origin, warnings = [] }: RedoOptions,
): Task<undefined, FactSet, undefined> {
  const facts = factsOf(changes);
  return {
    name,
    facts,
    validate: () => undefined,
    subject: () => origin,
    plan: (_, answers, host) => {
      const fromAfter = [
        ...driftOf(inverseChanges(changes), answers, facts),
        ...changes.flatMap((change) => driftFrom(change).missing?.(answersOf(answers)) ?? []),
      ];
      if (fromAfter.length === 0) return { changes: [], warnings: [] };
      const fromBefore = driftOf(changes, answers, facts);
      if (fromBefore.length === 0) return { changes, warnings };
      const [first = '', ...details] = fromAfter.length < fromBefore.length ? fromAfter : fromBefore;
      throw new PlanError(`${host.name} has drifted from ${origin}: ${first}`, { details });
    },
    output: () => undefined,
  };
}

/** Returns the inverses of changes, the last one first. Irreversible changes are left out. */
export function inverseChanges(changes: readonly Change[]): readonly Change[] {
  return changes.toReversed().flatMap((change) => inverseOf(change) ?? []);
}

type FactAnswers = Readonly<Record<string, unknown>>;

/** Returns the facts that changes and their inverses are compared with, under the facts' own names. */
function factsOf(changes: readonly Change[]): FactSet {
  const facts = [...changes, ...inverseChanges(changes)].flatMap((change) => driftFrom(change).facts);
  // The forecast always needs the network facts.
  return Object.fromEntries([links, addresses, routes, ...facts].map((fact) => [fact.name, fact]));
}

/** Returns sentences about changes that, done in order, would not find the state they were planned on. */
function driftOf(changes: readonly Change[], start: FactAnswers, facts: FactSet): readonly string[] {
  let answers = start;
  return changes.flatMap((change, index) => {
    const earlier = { changes: changes.slice(0, index), start: answersOf(start) };
    const drift = driftFrom(change).check(answersOf(answers), earlier);
    answers = Object.fromEntries(
      Object.entries(facts).map(([name, fact]) => [name, fact.after(answers[name], change)]),
    );
    return drift;
  });
}

function driftFrom(change: Change): ReturnType<ReturnType<typeof kindOf>['drift']> {
  return kindOf(change).drift(change);
}

function answersOf(answers: FactAnswers): Answer {
  return <T>(fact: Fact<T>) => answers[fact.name] as T;
}
