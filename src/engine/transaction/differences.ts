import { isDeepStrictEqual } from 'node:util';
import type { AnyFact } from '../../model/task.ts';

/** Where answers to facts differ in what a rollback must bring back, as `links eno4.up: was true, is false`. */
export function answerDifferences(
  facts: readonly AnyFact[],
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly string[] {
  return facts.flatMap((fact) => {
    const part = (answers: ReadonlyMap<string, unknown>): unknown => {
      const value = answers.get(fact.name);
      return fact.comparable === undefined ? value : fact.comparable(value);
    };
    return differences(part(before), part(after)).map((difference) => `${fact.name} ${difference}`);
  });
}

/** What facts say came about and no rollback takes back. */
export function lastingEffects(
  facts: readonly AnyFact[],
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly string[] {
  return facts.flatMap((fact) => {
    const [was, is] = [before.get(fact.name), after.get(fact.name)];
    return was === undefined || is === undefined ? [] : (fact.lasting?.(was, is) ?? []);
  });
}

/** Where two answers differ, as `eno4.up: was true, is false`; lists compare in any order. */
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

/** Maps as records, lists in an order of their own, so that equal answers are deeply equal. */
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
