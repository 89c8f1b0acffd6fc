// How settings are put together: strict objects (an unknown key is a problem, never ignored), and keys that may be
// left out and then read as undefined or as their default, written once, here.
import { z } from 'zod';

/** May be left out when written, and is there to be read, undefined or not. */
export type Maybe<Value> = z.ZodPipe<
  z.ZodOptional<z.ZodType<Value>>,
  z.ZodTransform<Value | undefined, Value | undefined>
>;

/** A key that may be left out; it then reads as undefined. */
export function maybe<Value>(schema: z.ZodType<Value>): Maybe<Value> {
  return z.optional(schema).transform((value) => value);
}

/** One or a list of them. */
export function oneOrMore<Value>(schema: z.ZodType<Value>): z.ZodType<readonly Value[]> {
  return z
    .union([z.array(schema).min(1), schema])
    .transform((value): readonly Value[] => (Array.isArray(value) ? value : [value as Value]));
}
