// Which undeclared field or member is named to the operator: what a page is called by, and no value.
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../request/query.ts';
import { parseStrictJson } from '../request/strict-json.ts';
import { type Stray, strayField, strayMember } from './declared-members.ts';

const nir = { as: 'nir' } as const;
const bodyOf = (members: readonly string[]) => ({ types: [], limit: 100, members });

function field(form: string): Stray | undefined {
  const pairs = parseQuery(form);
  if ('refused' in pairs) throw new TypeError(pairs.refused);
  return strayField(pairs, { records: [{ from: 'form', name: 'nir', ...nir }], body: bodyOf(['motif']) });
}

function member(json: string): Stray | undefined {
  const value = parseStrictJson(new TextEncoder().encode(json), { depth: 9, members: 99 });
  if ('refused' in value) throw new TypeError(value.refused);
  return strayMember(value, {
    records: [{ from: 'json', pointer: '/items/*/nir', ...nir }],
    body: bodyOf(['comment']),
  });
}

describe('what a body holds beside what was declared', () => {
  it('is a field by its name, and without one where it has no value: that may be a person', () => {
    expect(field('nir=1&motif=')).toBeUndefined();
    expect(field('nir=1&motif=2&ville=Tours')).toEqual({ name: 'ville' });
    expect(field('nir=1&DURAND&ville=Tours')).toEqual({ name: 'ville' });
    expect(field('nir=1&DURAND')).toEqual({ name: undefined });
  });

  it('is the innermost member by its name, in lists too', () => {
    expect(member('{"items":[{"nir":1}],"comment":{"any":1}}')).toBeUndefined();
    expect(member('{"items":[{"nir":1},{"nir":1,"patientId":2}]}')).toEqual({ name: 'patientId' });
    expect(member('{"items":[{"nir":1}],"page":2}')).toEqual({ name: 'page' });
  });
});
