import { TemplateError, Undefined } from './template-error.ts';

/** A number that Python prints with a point although it is whole: what `/` and `float` make. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A mapping whose values are evaluated when they are read: `hostvars` and its members. */
export class LazyMapping {
  readonly keys: readonly string[];
  readonly #get: (key: string) => unknown;

  constructor(keys: readonly string[], get: (key: string) => unknown) {
    this.keys = keys;
    this.#get = get;
  }

  get(key: string): unknown {
    return this.keys.includes(key) ? this.#get(key) : undefined;
  }
}

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Float) &&
    !(value instanceof LazyMapping) &&
    !(value instanceof Undefined)
  );
}

export function isNumber(value: unknown): value is number | Float {
  return typeof value === 'number' || value instanceof Float;
}

/** The number that a value is to arithmetic, where a boolean is one too. */
export function numberOf(value: unknown): number | undefined {
  if (value instanceof Float) return value.value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' ? value : undefined;
}

/** Python's `bool(value)`. */
export function isTrue(value: unknown): boolean {
  if (value instanceof Undefined) throw value.toError();
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof LazyMapping) return value.keys.length > 0;
  if (Array.isArray(value)) return value.length > 0;
  if (isMapping(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Python's `==`. */
export function isEqual(a: unknown, b: unknown): boolean {
  for (const value of [a, b]) if (value instanceof Undefined) throw value.toError();
  const left = numberOf(a);
  if (left !== undefined) return left === numberOf(b);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (isMapping(a)) {
    if (!isMapping(b)) return false;
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]))
    );
  }
  return a === b;
}

/** Negative, zero or positive, as for `sort`. Throws for what Python does not compare. */
export function compare(a: unknown, b: unknown): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left - right;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (Array.isArray(a) && Array.isArray(b)) {
    for (const [index, item] of a.entries()) {
      if (index >= b.length) return 1;
      if (!isEqual(item, b[index])) return compare(item, b[index]);
    }
    return a.length - b.length;
  }
  throw new TemplateError(`compares ${describe(a)} with ${describe(b)}`);
}

/** The items of a list, the keys of a mapping, the letters of a text. */
export function itemsOf(value: unknown, what: string): readonly unknown[] {
  if (value instanceof Undefined) throw value.toError();
  if (Array.isArray(value)) return value as readonly unknown[];
  if (typeof value === 'string') return Array.from(value);
  if (value instanceof LazyMapping) return value.keys;
  if (isMapping(value)) return Object.keys(value);
  throw new TemplateError(`${what} of ${describe(value)}, and should be of a list`);
}

/** The length of a text, list or mapping. */
export function lengthOf(value: unknown): number {
  return itemsOf(value, 'takes the length').length;
}

/** Names the type of a value for messages. The value itself may be a secret. */
export function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (value instanceof Undefined) return 'what is not defined';
  if (value instanceof Float) return 'a number';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}
