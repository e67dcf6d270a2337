import * as z from 'zod';
import { type Change, kinds } from './index.ts';

/** The schema of a change in a file. It is checked strictly before it becomes commands. A change from a newer kvmplay is refused, and `unknownIn` names it. */
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
 * Names the kind or member that this kvmplay does not know: `kind tunnel.create`, `pvid of kind port.add`. An unknown member is never ignored: it may be
 * what makes a change safe to repeat or undo. Undefined: the error has another cause.
 */
export function unknownIn({ issues }: z.ZodError): string | undefined {
  return issues
    .map((issue): unknown => (issue.code === 'custom' ? issue.params?.['unknown'] : undefined))
    .find((unknown) => typeof unknown === 'string');
}

/** Returns the first error, as `hosts[0].changes[2].kind: Invalid input`. */
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
