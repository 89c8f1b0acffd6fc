// The body of a ceremony call: one JSON object of the fields declared, 64 KiB at most. What else is in it is refused.
import type { ApiAnswer, ApiRequest } from './api-request.ts';
import { problem } from './problems.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const bodyLimit: number = 64 * 1024;

/** The fields, or the answer that refuses the body. An absent body is an empty object. */
export async function readFields(
  request: ApiRequest,
  declared: readonly string[],
): Promise<{ readonly fields: Fields } | { readonly refusal: ApiAnswer }> {
  const type = request.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return { refusal: problem('json-only', request) };
  const body = await request.body(bodyLimit);
  if (body === 'too-large') return { refusal: problem('too-large', request, {}, [['connection', 'close']]) };
  const fields = objectOf(body);
  const known = fields !== undefined && Object.keys(fields).every((name) => declared.includes(name));
  return known ? { fields } : { refusal: problem('malformed-request', request) };
}

function objectOf(body: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}
