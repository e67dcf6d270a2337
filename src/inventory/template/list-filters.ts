import type { callFilter, Filter } from './filters.ts';
import { itemAt } from './item-at.ts';
import { toText } from './python-text.ts';
import { defined, TemplateError, Undefined } from './template-error.ts';
import { callTest } from './tests.ts';
import { compare, Float, isEqual, isTrue, itemsOf, lengthOf, numberOf } from './values.ts';

/** Filters over lists; some apply another filter or test to every item. */
export function listFilters(call: typeof callFilter): Readonly<Record<string, Filter>> {
  const items = (input: unknown): readonly unknown[] => itemsOf(input, 'takes the items');
  const choose = (input: unknown, given: readonly unknown[], isWanted: boolean): readonly unknown[] => {
    const [test, ...rest] = given;
    return items(input).filter(
      (item) => (test === undefined ? isTrue(item) : callTest(toText(test), item, rest)) === isWanted,
    );
  };
  const chooseBy = (input: unknown, given: readonly unknown[], isWanted: boolean): readonly unknown[] => {
    const [attribute, test, ...rest] = given;
    return items(input).filter((item) => {
      const value = memberOf(item, attribute);
      return (test === undefined ? isTrue(value) : callTest(toText(test), value, rest)) === isWanted;
    });
  };
  return {
    first: {
      run: (input) => (lengthOf(input) === 0 ? new Undefined('takes the first of none') : items(input)[0]),
    },
    last: {
      run: (input) => (lengthOf(input) === 0 ? new Undefined('takes the last of none') : items(input).at(-1)),
    },
    length: { run: lengthOf },
    count: { run: lengthOf },
    list: { run: items },
    join: {
      parameters: ['d', 'attribute'],
      run: (input, glue = '', attribute) =>
        items(input)
          .map((item) => toText(attribute === undefined ? item : memberOf(item, attribute)))
          .join(toText(glue)),
    },
    unique: {
      run: (input) => {
        const all = items(input);
        return all.filter((item, index) => all.findIndex((other) => isEqual(item, other)) === index);
      },
    },
    reverse: {
      run: (input) =>
        typeof input === 'string' ? Array.from(input).reverse().join('') : [...items(input)].reverse(),
    },
    sort: {
      parameters: ['reverse', 'case_sensitive', 'attribute'],
      run: (input, reverse = false, caseSensitive = false, attribute) => {
        const key = sortKey(attribute, caseSensitive);
        const sorted = [...items(input)].sort((a, b) => compare(key(a), key(b)) * (isTrue(reverse) ? -1 : 1));
        return sorted;
      },
    },
    min: {
      parameters: ['case_sensitive', 'attribute'],
      run: (input, caseSensitive = false, attribute) =>
        extreme(items(input), sortKey(attribute, caseSensitive), -1),
    },
    max: {
      parameters: ['case_sensitive', 'attribute'],
      run: (input, caseSensitive = false, attribute) =>
        extreme(items(input), sortKey(attribute, caseSensitive), 1),
    },
    sum: {
      parameters: ['attribute', 'start'],
      run: (input, attribute, start = 0) => {
        const values = items(input).map((item) =>
          attribute === undefined ? item : defined(memberOf(item, attribute)),
        );
        if (Array.isArray(start)) return [start as unknown, ...values].flat();
        const numbers = [start, ...values].map((value) => numberOf(value));
        if (numbers.includes(undefined)) throw new TemplateError('sums up what is no number');
        const sum = numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
        return values.some((value) => value instanceof Float) ? new Float(sum) : sum;
      },
    },
    map: {
      parameters: ['filter', 'attribute', 'default'],
      run: (input, ...given) => {
        const [filter, attribute, otherwise] = given;
        if (filter === undefined) {
          return items(input).map((item) => {
            const value = memberOf(item, attribute);
            return value instanceof Undefined && otherwise !== undefined ? otherwise : defined(value);
          });
        }
        return items(input).map((item) => defined(call(toText(filter), item, given.slice(1), new Map())));
      },
    },
    select: { run: (input, ...given) => choose(input, given, true) },
    reject: { run: (input, ...given) => choose(input, given, false) },
    selectattr: { run: (input, ...given) => chooseBy(input, given, true) },
    rejectattr: { run: (input, ...given) => chooseBy(input, given, false) },
    extract: {
      run: (input, container, more) => {
        const keys = more === undefined ? [] : Array.isArray(more) ? (more as unknown[]) : [more];
        return keys.reduce((value, key) => itemAt(value, key), itemAt(container, input));
      },
    },
    flatten: {
      parameters: ['levels', 'skip_nulls'],
      run: (input, levels, skipNulls = true) => {
        const isWanted = (item: unknown): boolean =>
          !isTrue(skipNulls) || (item !== null && item !== 'None' && item !== 'null');
        const flat = (list: readonly unknown[], depth: number): readonly unknown[] =>
          list
            .filter(isWanted)
            .flatMap((item) => (Array.isArray(item) && depth > 0 ? flat(item, depth - 1) : [item]));
        return flat(items(input), numberOf(levels) ?? 64);
      },
    },
    difference: { run: (input, other) => without(unique(items(input)), (item) => has(items(other), item)) },
    intersect: { run: (input, other) => without(unique(items(input)), (item) => !has(items(other), item)) },
    union: { run: (input, other) => unique([...items(input), ...items(other)]) },
    symmetric_difference: {
      run: (input, other) =>
        unique([...items(input), ...items(other)]).filter(
          (item) => has(items(input), item) !== has(items(other), item),
        ),
    },
    zip: {
      run: (input, ...others) => {
        const lists = [items(input), ...others.map(items)];
        const length = Math.min(...lists.map((list) => list.length));
        return Array.from({ length }, (_, index) => lists.map((list) => list[index]));
      },
    },
  };
}

/** `a.b.0` leads through members. */
function memberOf(item: unknown, attribute: unknown): unknown {
  if (attribute === undefined) return item;
  const path =
    typeof attribute === 'number'
      ? [attribute]
      : toText(attribute)
          .split('.')
          .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return path.reduce<unknown>((value, key) => itemAt(value, key), item);
}

function sortKey(attribute: unknown, caseSensitive: unknown): (item: unknown) => unknown {
  return (item) => {
    const value = defined(memberOf(item, attribute));
    return typeof value === 'string' && !isTrue(caseSensitive) ? value.toLowerCase() : value;
  };
}

function extreme(items: readonly unknown[], key: (item: unknown) => unknown, sign: 1 | -1): unknown {
  if (items.length === 0) return new Undefined('takes the least or greatest of none');
  return items.reduce((best, item) => (compare(key(item), key(best)) * sign > 0 ? item : best));
}

function has(items: readonly unknown[], item: unknown): boolean {
  return items.some((other) => isEqual(other, item));
}

function unique(items: readonly unknown[]): readonly unknown[] {
  return items.filter((item, index) => items.findIndex((other) => isEqual(item, other)) === index);
}

function without(items: readonly unknown[], isLeftOut: (item: unknown) => boolean): readonly unknown[] {
  return items.filter((item) => !isLeftOut(item));
}
