import { isDeepStrictEqual } from 'node:util';
import { type FactAnswer, type SurveyAnswers, valueOfAnswer } from '../../model/fact.ts';
import type { AnyFact } from '../../model/task.ts';

/** Describes differences between answers that a rollback must remove, as `links eno4.up: was true, is false`. */
export function answerDifferences(
  facts: readonly AnyFact[],
  before: SurveyAnswers,
  after: SurveyAnswers,
): readonly string[] {
  return facts.flatMap((fact) => {
    const [was, is] = [before.get(fact.name), after.get(fact.name)];
    // Without an earlier answer there is nothing to compare.
    if (was === undefined || 'error' in was) return [];
    if (is !== undefined && 'error' in is) return [`${fact.name}: ${messageOf(is.error)}`];
    const part = (answer: FactAnswer | undefined, other: FactAnswer | undefined): unknown => {
      const value = valueOfAnswer(answer);
      return fact.comparable === undefined ? value : fact.comparable(value, valueOfAnswer(other));
    };
    return differences(part(was, is), part(is, was)).map((difference) => `${fact.name} ${difference}`);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Describes effects that no rollback removes, as the facts report them. */
export function lastingEffects(
  facts: readonly AnyFact[],
  before: SurveyAnswers,
  after: SurveyAnswers,
): readonly string[] {
  return facts.flatMap((fact) => {
    const [was, is] = [before.get(fact.name), after.get(fact.name)];
    if (was === undefined || is === undefined || 'error' in was || 'error' in is) return [];
    return fact.lasting?.(was.value, is.value) ?? [];
  });
}

/** Describes differences of two answers, as `eno4.up: was true, is false`. Lists compare in any order. */
export function differences(before: unknown, after: unknown): readonly string[] {
  return compare('', plain(before), plain(after));
}

function compare(path: string, before: unknown, after: unknown): readonly string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys]
      .sort()
      .flatMap((key) => compare(path === '' ? key : `${path}.${key}`, before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const gone = before.filter((item) => !after.some((other) => isDeepStrictEqual(item, other)));
    const come = after.filter((item) => !before.some((other) => isDeepStrictEqual(item, other)));
    return [
      ...gone.map((item) => `${path}: ${JSON.stringify(item)} is missing`),
      ...come.map((item) => `${path}: ${JSON.stringify(item)} is new`),
    ];
  }
  return [`${path}: was ${show(before)}, is ${show(after)}`];
}

/** Converts maps to records and sorts lists, so that equal answers are deeply equal. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (Array.isArray(value))
    return value.map(plain).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, plain(item)]),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (value === undefined) return 'not there';
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
