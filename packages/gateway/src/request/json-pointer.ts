// Finds the scalars that a pointer (RFC 6901) names in a strictly read JSON value. A `*` step walks an array. Made for
// counting: where another reader could see a person this one does not, the answer is a refusal, never "nobody".
import type { JsonScalar, JsonValue } from './strict-json.ts';

export type PointerRefusal =
  /** An array or object where one value is wanted: it might hold a person nobody counted (A098). */
  | 'not-scalar'
  /** A step into something that has no members, or a `*` on something that is no array: the shape is not the declared one. */
  | 'not-this-shape'
  /** An item of a walked array without the member: a person without a name tag. */
  | 'missing-in-item'
  /** A second member that differs in case only: half the readers would take that one (A095). */
  | 'ambiguous-member';

type Refused = { readonly refused: PointerRefusal };

/**
 * Scalars in document order. A missing member is an empty list, unless it is missing inside a walked array; null on the
 * way counts as missing.
 */
export function readPointer(value: JsonValue, pointer: string): readonly JsonScalar[] | Refused {
  let found: readonly JsonValue[] = [value];
  let walked = false;
  for (const step of stepsOf(pointer)) {
    const next: JsonValue[] = [];
    for (const one of found) {
      const members = stepInto(one, step);
      if ('refused' in members) return members;
      if (members.length === 0 && walked && step !== '*') return { refused: 'missing-in-item' };
      next.push(...members);
    }
    walked ||= step === '*';
    found = next;
  }
  const scalars = found.filter((one): one is JsonScalar => one.kind !== 'array' && one.kind !== 'object');
  return scalars.length === found.length ? scalars : { refused: 'not-scalar' };
}

function stepsOf(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function stepInto(value: JsonValue, step: string): readonly JsonValue[] | Refused {
  if (value.kind === 'null') return [];
  if (value.kind === 'object')
    return step === '*' ? { refused: 'not-this-shape' } : memberOf(value.members, step);
  if (value.kind !== 'array') return { refused: 'not-this-shape' };
  if (step === '*') return value.items;
  if (!/^(0|[1-9][0-9]*)$/.test(step)) return { refused: 'not-this-shape' };
  const item = value.items[Number(step)];
  return item === undefined ? [] : [item];
}

function memberOf(members: ReadonlyMap<string, JsonValue>, step: string): readonly JsonValue[] | Refused {
  const folded = step.toLowerCase();
  for (const name of members.keys()) {
    if (name !== step && name.length === step.length && name.toLowerCase() === folded) {
      return { refused: 'ambiguous-member' };
    }
  }
  const member = members.get(step);
  return member === undefined ? [] : [member];
}
