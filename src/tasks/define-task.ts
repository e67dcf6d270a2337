import type * as z from 'zod';
import { TaskInputError } from '../errors.ts';
import type { Answers, FactSet } from '../model/fact.ts';
import type { Host } from '../model/host.ts';
import type { HostSettings, Plan, Task, TaskResult } from '../model/task.ts';

/** A task as playbooks call it. `I` is the input as users write it, `D` the same after validation. */
export interface TaskFunction<I, D, F, O> {
  (host: Pick<Host, 'perform'>, desired: I): Promise<TaskResult<O>>;
  /** The task as data, for whoever runs or tests it. */
  readonly task: Task<D, F, O>;
}

/** What `defineTask` takes. */
export interface TaskDefinition<I, D, F, O> {
  readonly name: string;
  /** Of zod. The message of each field says what the value should be, such as `a whole number from 1 to 4094`. */
  readonly schema: z.ZodType<D, I>;
  /** What is wrong across fields, as the end of a sentence that begins with task and subject. */
  readonly check?: (desired: D) => string | undefined;
  readonly facts: F;
  readonly subject: (desired: D) => string;
  readonly plan: (desired: D, facts: Answers<F>, host: HostSettings) => Plan;
  readonly output: (desired: D, facts: Answers<F>) => O;
}

/** Makes a task callable: `await ensureVlan(host, { parent: 'br6', id: 10 })`. */
export function defineTask<I, D, F extends FactSet, O>(
  definition: TaskDefinition<I, D, F, O>,
): TaskFunction<I, D, F, O> {
  const { name, facts, subject, plan, output } = definition;
  const task: Task<D, F, O> = {
    name,
    facts,
    subject,
    plan,
    output,
    validate: (input) => validate(definition, input),
  };
  return Object.assign((host: Pick<Host, 'perform'>, desired: I) => host.perform(task, desired), { task });
}

function validate<I, D, F, O>(
  { name, schema, check, subject }: TaskDefinition<I, D, F, O>,
  input: unknown,
): D {
  const result = schema.safeParse(input);
  if (!result.success)
    throw new TaskInputError(`${joinWords(name, guessSubject(input))}: ${problemOf(result.error, input)}`);

  const problem = check?.(result.data);
  if (problem !== undefined) throw new TaskInputError(`${name} ${subject(result.data)}: ${problem}`);
  return result.data;
}

/** An unknown field comes first: it is often a misspelt one that is missing elsewhere. */
function problemOf(error: z.ZodError, input: unknown): string {
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0];
  if (issue === undefined) return 'the input is wrong';
  const place = formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') return joinWords(place, issue.message);

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

function formatValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
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
  return field('name') || field('link') || vlan;
}

function joinWords(...words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
