import * as z from 'zod';

type Shape<C> = { readonly [K in keyof C]-?: z.ZodType<C[K]> };

/** Builds the schema of an interface. It does not compile if a member is missing, including optional ones (`z.exactOptional`). */
export function schemaOf<C>(): <S extends Shape<C>>(shape: S) => z.ZodObject<S, z.core.$strict> {
  return (shape) => z.strictObject(shape);
}

export const text = z.string();
export const name = z.string().min(1);
export const number = z.number();
export const texts = z.record(text, text);

/** A word without a dash in front, which programs would take for an option. */
export const word = z.string().regex(/^[^-\s]\S*$/);
