// Claims by pointer (RFC 6901). Only texts count: a number might be two persons to two readers, a list is nobody.

import { readPointer } from '../request/json-pointer.ts';
import { parseStrictJson } from '../request/strict-json.ts';
import type { Claims } from './provider.ts';

/** The texts a pointer names, in their order. */
export function textsIn(claims: Claims, pointer: string): readonly string[] {
  const json = parseStrictJson(Buffer.from(JSON.stringify(claims)), { depth: 16, members: 2000 });
  if ('refused' in json) return [];
  const found = readPointer(json, pointer);
  return 'refused' in found ? [] : found.flatMap((one) => (one.kind === 'string' ? [one.text] : []));
}

/** The one text a pointer names; undefined for none and for several. */
export function textIn(claims: Claims, pointer: string | undefined): string | undefined {
  const [only, ...more] = pointer === undefined ? [] : textsIn(claims, pointer);
  return more.length === 0 ? only : undefined;
}
