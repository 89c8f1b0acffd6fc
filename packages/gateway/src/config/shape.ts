// How settings are put together: strict objects (an unknown key is a problem, never ignored), and keys that may be
// left out yet are always there afterwards, so that nothing inside the gateway asks whether a setting exists.
import { z } from 'zod';

/** A key that may be left out; the value is then undefined, and the key is there. */
export function maybe<Value>(schema: z.ZodType<Value>): z.ZodType<Value | undefined> {
  return z.optional(schema).transform((value) => value);
}

/** One or a list of them. */
export function oneOrMore<Value>(schema: z.ZodType<Value>): z.ZodType<readonly Value[]> {
  return z
    .union([z.array(schema).min(1), schema])
    .transform((value): readonly Value[] => (Array.isArray(value) ? value : [value as Value]));
}
