import * as z from 'zod';
import { type Change, kinds } from './index.ts';

/**
 * A change as a file holds it. Data that a program wrote is checked like any other before it becomes commands. What a newer
 * kvmplay wrote is refused, and `unknownIn` names it.
 */
export const changeSchema: z.ZodType<Change> = z
  .looseObject({ kind: z.string() })
  .transform((value, { issues }) => {
    const schema = schemaOfKind(value.kind);
    const refuse = (path: PropertyKey[], message: string, unknown?: string): void => {
      issues.push({ code: 'custom', input: value, path, message, params: { unknown } });
    };
    if (schema === undefined) {
      refuse(['kind'], `there is no kind ${value.kind}`, `kind ${value.kind}`);
      return z.NEVER;
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const [key] = issue.code === 'unrecognized_keys' ? issue.keys : [];
      refuse(issue.path, issue.message, key && `${[...issue.path, key].join('.')} of kind ${value.kind}`);
    }
    return z.NEVER;
  });

const schemas = new Map<string, z.ZodType<Change>>();

function schemaOfKind(kind: string): z.ZodType<Change> | undefined {
  const schema = schemas.get(kind) ?? kinds.get(kind)?.schema();
  if (schema !== undefined) schemas.set(kind, schema);
  return schema;
}

/**
 * What of changes this kvmplay does not know: `kind tunnel.create`, `pvid of kind port.add`. A member that is not known may be
 * what makes a change safe to repeat or to take back, so it is never left out. Undefined: the error is another one.
 */
export function unknownIn({ issues }: z.ZodError): string | undefined {
  return issues
    .map((issue): unknown => (issue.code === 'custom' ? issue.params?.['unknown'] : undefined))
    .find((unknown) => typeof unknown === 'string');
}

/** The first thing that is wrong, as `hosts[0].changes[2].kind: Invalid input`. */
export function explainMismatch(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it is empty';
  const place = issue.path
    .map((key, index) =>
      typeof key === 'number' ? `[${String(key)}]` : `${index === 0 ? '' : '.'}${String(key)}`,
    )
    .join('');
  return place === '' ? issue.message : `${place}: ${issue.message}`;
}
