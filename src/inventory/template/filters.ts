import { nearestName } from '../../model/nearest-name.ts';
import { collectionFilters, combine } from './collection-filters.ts';
import { listFilters } from './list-filters.ts';
import { textFilters } from './text-filters.ts';
import { defined, TemplateError, Undefined } from './template-error.ts';
import { isTrue } from './values.ts';

/** A filter of Jinja or Ansible. Values are never undefined. */
export interface Filter {
  /** Names of what follows the input, so that it can be given by name. */
  readonly parameters?: readonly string[];
  readonly run: (input: unknown, ...given: readonly unknown[]) => unknown;
}

const filters: Readonly<Record<string, Filter>> = {
  ...textFilters,
  ...listFilters(callFilter),
  ...collectionFilters,
};

/** `input | NAME(positional, named)` */
export function callFilter(
  name: string,
  input: unknown,
  positional: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
): unknown {
  switch (name) {
    case 'default':
    case 'd': {
      const [value = '', boolean = false] = arrange(name, ['default_value', 'boolean'], positional, named);
      return input instanceof Undefined || (isTrue(boolean) && !isTrue(input)) ? value : input;
    }
    case 'mandatory':
      return defined(input);
    case 'combine': {
      const options = arrange(name, ['recursive', 'list_merge'], [], named);
      const [recursive = false, listMerge = 'replace'] = options;
      return combine(defined(input), positional.map(defined), { isRecursive: isTrue(recursive), listMerge });
    }
    default: {
      const filter = filterNamed(name);
      const given = arrange(name, filter.parameters ?? [], positional, named);
      return filter.run(
        defined(input),
        ...given.map((value) => (value === undefined ? undefined : defined(value))),
      );
    }
  }
}

function filterNamed(name: string): Filter {
  const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (filter !== undefined) return filter;
  const hint = nearestName(name, ['default', 'mandatory', 'combine', ...Object.keys(filters)]);
  throw new TemplateError(
    `uses the filter ${name}, which kvmplay does not know${hint === undefined ? '' : `; is it ${hint}?`}`,
  );
}

function arrange(
  filter: string,
  parameters: readonly string[],
  positional: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
): readonly unknown[] {
  const given = [...positional];
  for (const [name, value] of named) {
    const index = parameters.indexOf(name);
    if (index === -1)
      throw new TemplateError(`gives ${name} to the filter ${filter}, which does not take it`);
    given[index] = value;
  }
  return Array.from(given);
}
