import type { Filter } from './filters.ts';
import { toText } from './python-text.ts';
import { TemplateError } from './template-error.ts';
import { describe, isEqual, isMapping, isTrue, itemsOf, type Mapping } from './values.ts';

/** Filters over mappings, and the choice between two values. */
export const collectionFilters: Readonly<Record<string, Filter>> = {
  ternary: {
    parameters: ['true_val', 'false_val', 'none_val'],
    run: (input, ifTrue, ifFalse, ifNone) =>
      input === null && ifNone !== undefined ? ifNone : isTrue(input) ? ifTrue : ifFalse,
  },
  dict2items: {
    parameters: ['key_name', 'value_name'],
    run: (input, key = 'key', value = 'value') =>
      Object.entries(mappingOf(input, 'dict2items')).map(([name, item]) => ({
        [toText(key)]: name,
        [toText(value)]: item,
      })),
  },
  items: { run: (input) => Object.entries(mappingOf(input, 'items')) },
  items2dict: {
    parameters: ['key_name', 'value_name'],
    run: (input, key = 'key', value = 'value') =>
      Object.fromEntries(
        itemsOf(input, 'takes the items').map((item) => {
          const pair = mappingOf(item, 'items2dict');
          return [toText(pair[toText(key)] ?? null), pair[toText(value)]];
        }),
      ),
  },
};

type ListMerge = (ours: readonly unknown[], theirs: readonly unknown[]) => readonly unknown[];

const isIn = (list: readonly unknown[]) => (item: unknown) => list.some((other) => isEqual(item, other));
const without = (list: readonly unknown[], unwanted: readonly unknown[]): readonly unknown[] =>
  list.filter((item) => !isIn(unwanted)(item));

/** The ways in which `combine` merges a list that both mappings have. */
const listMerges: Readonly<Record<string, ListMerge>> = {
  replace: (_ours, theirs) => theirs,
  keep: (ours) => ours,
  append: (ours, theirs) => [...ours, ...theirs],
  prepend: (ours, theirs) => [...theirs, ...ours],
  append_rp: (ours, theirs) => [...without(ours, theirs), ...theirs],
  prepend_rp: (ours, theirs) => [...theirs, ...without(ours, theirs)],
};

/** `input | combine(given, recursive=..., list_merge=...)`; a list counts as the mappings in it. */
export function combine(
  input: unknown,
  given: readonly unknown[],
  { isRecursive, listMerge }: { readonly isRecursive: boolean; readonly listMerge: unknown },
): unknown {
  const name = toText(listMerge);
  const mergeLists = Object.hasOwn(listMerges, name) ? listMerges[name] : undefined;
  if (mergeLists === undefined)
    throw new TemplateError(
      `gives list_merge ${name} to the filter combine: it is one of ${Object.keys(listMerges).join(', ')}`,
    );
  const mergeValues = (ours: unknown, theirs: unknown): unknown => {
    if (Array.isArray(ours) && Array.isArray(theirs)) return mergeLists(ours, theirs);
    return isRecursive && isMapping(ours) && isMapping(theirs) ? merge(ours, theirs) : theirs;
  };
  const merge = (ours: Mapping, theirs: Mapping): Mapping =>
    // Ansible does not append lists of mappings that are the same anyway.
    isEqual(ours, theirs)
      ? theirs
      : {
          ...ours,
          ...Object.fromEntries(
            Object.entries(theirs).map(([key, value]) => [
              key,
              Object.hasOwn(ours, key) ? mergeValues(ours[key], value) : value,
            ]),
          ),
        };
  return [input, ...given]
    .flat()
    .map((part) => mappingOf(part, 'combine'))
    .reduce(merge, {});
}

function mappingOf(value: unknown, filter: string): Mapping {
  if (isMapping(value)) return value;
  throw new TemplateError(`gives ${describe(value)} to the filter ${filter}, which takes mappings`);
}
