import * as z from 'zod';

type Shape<C> = { readonly [K in keyof C]-?: z.ZodType<C[K]> };

/** The schema of an interface: it does not compile when it lacks a member, optional ones (`z.exactOptional`) included. */
export function schemaOf<C>(): <S extends Shape<C>>(shape: S) => z.ZodObject<S, z.core.$strict> {
  return (shape) => z.strictObject(shape);
}

export const text = z.string();
export const name = z.string().min(1);
export const number = z.number();
export const texts = z.record(text, text);

/** What programs take for an option begins with a dash. */
export const word = z.string().regex(/^[^-\s]\S*$/);
