import { nearestName } from '../../model/nearest-name.ts';
import { toRegex } from './python-regex.ts';
import { toText } from './python-text.ts';
import { defined, TemplateError, Undefined } from './template-error.ts';
import {
  compare,
  describe,
  Float,
  isEqual,
  isMapping,
  isNumber,
  isTrue,
  itemsOf,
  LazyMapping,
  numberOf,
} from './values.ts';

type Test = (value: unknown, ...given: readonly unknown[]) => boolean;

const isInteger: Test = (value) => typeof value === 'number' && Number.isInteger(value);
const isIterable: Test = (value) =>
  typeof value === 'string' || Array.isArray(value) || isMapping(value) || value instanceof LazyMapping;

const tests: Readonly<Record<string, Test>> = {
  none: (value) => value === null,
  string: (value) => typeof value === 'string',
  number: (value) => isNumber(value) || typeof value === 'boolean',
  integer: isInteger,
  float: (value) => value instanceof Float || (typeof value === 'number' && !Number.isInteger(value)),
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  truthy: (value) => isTrue(value),
  falsy: (value) => !isTrue(value),
  mapping: (value) => isMapping(value) || value instanceof LazyMapping,
  sequence: isIterable,
  iterable: isIterable,
  odd: (value) => Math.abs(numberIn(value) % 2) === 1,
  even: (value) => numberIn(value) % 2 === 0,
  divisibleby: (value, by) => numberIn(value) % numberIn(by) === 0,
  eq: (value, other) => isEqual(value, other),
  equalto: (value, other) => isEqual(value, other),
  sameas: (value, other) => value === other,
  ne: (value, other) => !isEqual(value, other),
  lt: (value, other) => compare(value, other) < 0,
  le: (value, other) => compare(value, other) <= 0,
  gt: (value, other) => compare(value, other) > 0,
  ge: (value, other) => compare(value, other) >= 0,
  in: (value, list) =>
    typeof list === 'string'
      ? list.includes(toText(value))
      : itemsOf(list, 'looks into the items').some((item) => isEqual(item, value)),
  contains: (list, value) =>
    typeof list === 'string'
      ? list.includes(toText(value))
      : itemsOf(list, 'looks into the items').some((item) => isEqual(item, value)),
  subset: (list, all) =>
    itemsOf(list, 'compares the items').every((item) =>
      itemsOf(all, 'compares the items').some((other) => isEqual(item, other)),
    ),
  superset: (list, part) =>
    itemsOf(part, 'compares the items').every((item) =>
      itemsOf(list, 'compares the items').some((other) => isEqual(item, other)),
    ),
  match: (value, pattern) => toRegex(toText(pattern), 'y').test(toText(value)),
  search: (value, pattern) => toRegex(toText(pattern), '').test(toText(value)),
  regex: (value, pattern) => toRegex(toText(pattern), '').test(toText(value)),
  // A text without any letter is neither.
  lower: (value) => toText(value) === toText(value).toLowerCase() && hasCase(toText(value)),
  upper: (value) => toText(value) === toText(value).toUpperCase() && hasCase(toText(value)),
};

function hasCase(text: string): boolean {
  return text.toLowerCase() !== text.toUpperCase();
}

function numberIn(value: unknown): number {
  const number = numberOf(value);
  if (number === undefined) throw new TemplateError(`tests ${describe(value)}, and should test a number`);
  return number;
}

/** `value is NAME(given)` */
export function callTest(name: string, value: unknown, given: readonly unknown[]): boolean {
  if (name === 'defined') return !(value instanceof Undefined);
  if (name === 'undefined') return value instanceof Undefined;
  const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
  if (test === undefined) {
    const hint = nearestName(name, Object.keys(tests));
    throw new TemplateError(
      `uses the test ${name}, which kvmplay does not know${hint === undefined ? '' : `; is it ${hint}?`}`,
    );
  }
  return test(defined(value), ...given.map(defined));
}
