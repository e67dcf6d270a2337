import type * as z from 'zod';

/**
 * Describes a wrong input: the field, its value and what it should be. An unknown field comes first: it is often a misspelt one that is missing elsewhere.
 * No message contains the value of a field in `secrets`.
 */
export function inputProblem(error: z.ZodError, input: unknown, secrets: readonly string[] = []): string {
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0];
  if (issue === undefined) return 'the input is invalid';
  const place = formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') return `${place} ${issue.message}`.trimStart();

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

/** Returns true if the content of the file must not be shown. */
function isSecret(input: unknown): boolean {
  return typeof input === 'object' && input !== null && Reflect.get(input, 'secret') === true;
}

function formatValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (value instanceof RegExp) return String(value);
  const text = JSON.stringify(value) as string | undefined;
  return text ?? String(value);
}
