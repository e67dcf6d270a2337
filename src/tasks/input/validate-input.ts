import type * as z from 'zod';
import { TaskInputError } from '../../errors.ts';
import { inputProblem } from './input-problem.ts';

/** Rules for the input of a task or action. `D` is the validated input. */
export interface InputRules<D> {
  readonly name: string;
  /** Zod schema. The message of each field says what the value should be, such as `a whole number from 1 to 4094`. */
  readonly schema: z.ZodType<D>;
  /** Checks rules across fields. Returns the end of a sentence that begins with task and subject; undefined if the input is valid. */
  readonly check?: ((input: D) => string | undefined) | undefined;
  readonly subject: (input: D) => string;
  /** Fields whose values must not appear in messages. */
  readonly secrets?: readonly string[] | undefined;
}

/** Throws TaskInputError that names the task, the field, its value and what it should be. */
export function validateInput<D>(rules: InputRules<D>, input: unknown): D {
  const { name, schema, check, subject, secrets = [] } = rules;
  const result = schema.safeParse(input);
  if (!result.success) {
    throw new TaskInputError(
      `${joinWords(name, guessSubject(input))}: ${inputProblem(result.error, input, secrets)}`,
    );
  }

  const problem = check?.(result.data);
  if (problem !== undefined) throw new TaskInputError(`${joinWords(name, subject(result.data))}: ${problem}`);
  return result.data;
}

/** Guesses the subject of a wrong input from its fields. */
function guessSubject(input: unknown): string {
  if (typeof input !== 'object' || input === null) return '';
  const field = (key: string): string => {
    const value: unknown = Reflect.get(input, key);
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'string') return '';
    // A message is one line: a line break in a name would cut off the reason.
    return /\p{Cc}/u.test(value) ? JSON.stringify(value) : value;
  };
  const vlan = field('parent') === '' ? '' : [field('parent'), field('id')].filter(Boolean).join('.');
  return field('name') || field('path') || field('key') || field('link') || vlan;
}

function joinWords(...words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
