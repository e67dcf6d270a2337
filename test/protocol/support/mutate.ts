import type { Mutant } from './mutants.ts';

/** The model without one of its rules. */
export function mutate(model: string, { name, replace }: Mutant): string {
  return replace.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`${name}: the model does not hold once: ${from}`);
    return text.replace(from, () => to);
  }, model);
}
