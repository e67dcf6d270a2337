import type { Filter } from './filters.ts';
import { toText } from './python-text.ts';
import { TemplateError } from './template-error.ts';
import { describe, isMapping, isTrue, itemsOf, type Mapping } from './values.ts';

/** Filters over mappings, and the choice between two values. */
export const collectionFilters: Readonly<Record<string, Filter>> = {
  ternary: {
    parameters: ['true_val', 'false_val', 'none_val'],
    run: (input, ifTrue, ifFalse, ifNone) =>
      input === null && ifNone !== undefined ? ifNone : isTrue(input) ? ifTrue : ifFalse,
  },
  combine: {
    run: (input, ...given) =>
      given.reduce<Mapping>(
        (all, more) => ({ ...all, ...mappingOf(more, 'combine') }),
        mappingOf(input, 'combine'),
      ),
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

function mappingOf(value: unknown, filter: string): Mapping {
  if (isMapping(value)) return value;
  throw new TemplateError(`gives ${describe(value)} to the filter ${filter}, which takes mappings`);
}
