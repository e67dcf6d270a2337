import type * as z from 'zod';
import { TaskInputError } from '../errors.ts';

/** What is to be known of a task or action to check its input. `D` is the input after validation. */
export interface InputRules<D> {
  readonly name: string;
  /** Of zod. The message of each field says what the value should be, such as `a whole number from 1 to 4094`. */
  readonly schema: z.ZodType<D>;
  /** What is wrong across fields, as the end of a sentence that begins with task and subject. */
  readonly check?: ((input: D) => string | undefined) | undefined;
  readonly subject: (input: D) => string;
  /** Fields whose values no message may hold. */
  readonly secrets?: readonly string[] | undefined;
}

/** Throws TaskInputError that names the task, the field, what it is and what it should be. */
export function validateInput<D>(rules: InputRules<D>, input: unknown): D {
  const { name, schema, check, subject, secrets = [] } = rules;
  const result = schema.safeParse(input);
  if (!result.success) {
    throw new TaskInputError(
      `${joinWords(name, guessSubject(input))}: ${problemOf(result.error, input, secrets)}`,
    );
  }

  const problem = check?.(result.data);
  if (problem !== undefined) throw new TaskInputError(`${joinWords(name, subject(result.data))}: ${problem}`);
  return result.data;
}

/** An unknown field comes first: it is often a misspelt one that is missing elsewhere. */
function problemOf(error: z.ZodError, input: unknown, secrets: readonly string[]): string {
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0];
  if (issue === undefined) return 'the input is wrong';
  const place = formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') return joinWords(place, issue.message);

  if (secrets.includes(String(issue.path[0])) || isSecret(input))
    return `${place} should be ${issue.message}`;
  const value = valueAt(input, issue.path);
  const subject = place === '' ? 'the input' : place;
  return value === undefined
    ? `${subject} is missing, it should be ${issue.message}`
    : `${subject} is ${formatValue(value)}, it should be ${issue.message}`;
}

/** `routes[0].via` */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) =>
      typeof key === 'number' ? `[${String(key)}]` : `${index === 0 ? '' : '.'}${String(key)}`,
    )
    .join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}

/** A file whose content is to be shown to nobody. */
function isSecret(input: unknown): boolean {
  return typeof input === 'object' && input !== null && Reflect.get(input, 'secret') === true;
}

function formatValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (value instanceof RegExp) return String(value);
  const text = JSON.stringify(value) as string | undefined;
  return text ?? String(value);
}

/** What a wrong input is about, as far as it tells. */
function guessSubject(input: unknown): string {
  if (typeof input !== 'object' || input === null) return '';
  const field = (key: string): string => {
    const value: unknown = Reflect.get(input, key);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const vlan = field('parent') === '' ? '' : [field('parent'), field('id')].filter(Boolean).join('.');
  return field('name') || field('path') || field('key') || field('link') || vlan;
}

function joinWords(...words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
