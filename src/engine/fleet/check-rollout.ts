import { nearestName } from '../../model/nearest-name.ts';
import type { Apart, Rollout } from './rollout.ts';

type Check = (value: unknown, place: string) => string | undefined;

/** Describes an invalid rollout in one sentence. It may come from a playbook without type check. */
export function checkRollout(rollout: unknown): string | undefined {
  return checkFields(rollout, 'rollout', {
    canary: checkShare,
    waves: checkWaves,
    window: wholeFrom(1),
    maxFailures: checkShare,
    soak: checkSoak,
    apart: checkAparts,
    onFailure: oneOf('stop', 'rollback-wave'),
  } satisfies Record<keyof Rollout, Check>);
}

const limitChecks = {
  atMost: wholeFrom(1),
  countLost: (value: unknown, place: string) =>
    typeof value === 'boolean' ? undefined : shouldBe(place, value, 'true or false'),
};

type ApartField = Apart extends infer A ? (A extends A ? keyof A : never) : never;

const apartChecks = {
  variable: checkName,
  group: checkName,
  ...limitChecks,
} satisfies Record<ApartField, Check>;

function checkAparts(value: unknown, place: string): string | undefined {
  return checkList(value, place, (rule, at) => {
    const problem = checkFields(rule, at, apartChecks);
    if (problem !== undefined) return problem;
    const named = ['variable', 'group'].filter((field) => isPresent(rule, field));
    return named.length === 1
      ? undefined
      : `${at} has ${named.length === 0 ? 'neither' : 'both'} variable ${named.length === 0 ? 'nor' : 'and'} group, it should have one of them`;
  });
}

function checkWaves(value: unknown, place: string): string | undefined {
  const problem = checkList(value, place, (share, at) => checkShare(share, at) ?? checkNotZero(share, at));
  if (problem !== undefined) return problem;
  const waves = value as readonly (number | string)[];
  if (toPercent(waves.at(-1)) !== 100) {
    return `${place} ends with ${show(waves.at(-1))}, it should end with '100%', so that every host has its wave`;
  }
  // A number and a share compare only once the hosts are known; there the larger one counts.
  for (const kind of [waves.filter(isNumber), waves.map(toPercent).filter(isNumber)]) {
    const index = kind.findIndex((size, at) => at > 0 && size <= (kind[at - 1] ?? 0));
    if (index !== -1) {
      return `${place} is ${show(value)}, each wave should be larger than the one before, since it includes it`;
    }
  }
  return undefined;
}

function checkNotZero(share: unknown, place: string): string | undefined {
  return share === 0 || toPercent(share) === 0 ? shouldBe(place, share, 'more than 0 hosts') : undefined;
}

function checkShare(value: unknown, place: string): string | undefined {
  const percent = toPercent(value);
  const isGood = percent === undefined ? isWhole(value, 0) : percent <= 100;
  return isGood ? undefined : shouldBe(place, value, "a number of hosts or a share from '0%' to '100%'");
}

function checkSoak(value: unknown, place: string): string | undefined {
  // A timer of Node fires at once beyond 2^31 milliseconds, about 24 days.
  const isGood = isNumber(value) && value >= 0 && value <= 2_000_000;
  return isGood ? undefined : shouldBe(place, value, 'seconds from 0 to 2000000');
}

function checkName(value: unknown, place: string): string | undefined {
  return typeof value === 'string' && value !== '' ? undefined : shouldBe(place, value, 'a name');
}

function wholeFrom(least: number): Check {
  return (value, place) =>
    isWhole(value, least) ? undefined : shouldBe(place, value, `a whole number from ${String(least)}`);
}

function oneOf(...words: readonly string[]): Check {
  return (value, place) =>
    words.some((word) => word === value) ? undefined : shouldBe(place, value, words.map(show).join(' or '));
}

function checkList(value: unknown, place: string, check: Check): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return shouldBe(place, value, 'a list that is not empty');
  return firstProblem(value.map((item, index) => check(item, `${place}[${String(index)}]`)));
}

/** An unknown field comes first: it is often a misspelt one. An undefined field counts as absent. */
function checkFields(
  value: unknown,
  place: string,
  checks: Readonly<Record<string, Check>>,
): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return shouldBe(place, value, 'an object of fields');
  }
  const known = Object.keys(checks);
  const stranger = Object.keys(value).find((field) => !known.includes(field));
  if (stranger !== undefined) {
    const near = nearestName(stranger, known);
    const hint = near === undefined ? `the fields are ${known.join(', ')}` : `did you mean ${near}?`;
    return `${place} has no field ${stranger}, ${hint}`;
  }
  return firstProblem(
    Object.entries(checks).map(([field, check]) => {
      const item: unknown = Reflect.get(value, field);
      return item === undefined ? undefined : check(item, `${place}.${field}`);
    }),
  );
}

function firstProblem(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

function shouldBe(place: string, value: unknown, should: string): string {
  return `${place} is ${show(value)}, it should be ${should}`;
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text: unknown = JSON.stringify(value);
  return typeof text === 'string' ? text : `a ${typeof value}`;
}

/** Returns 10 for `'10%'`; undefined for anything else. */
function toPercent(share: unknown): number | undefined {
  return typeof share === 'string' && /^\d+(\.\d+)?%$/.test(share) ? Number.parseFloat(share) : undefined;
}

function isPresent(value: unknown, field: string): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, field) !== undefined;
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}
