import { describe, expect, it } from 'vitest';
import { readPointer } from './json-pointer.ts';
import { parseStrictJson } from './strict-json.ts';

function point(text: string, pointer: string): unknown {
  const value = parseStrictJson(new TextEncoder().encode(text), { depth: 32, members: 1000 });
  if ('refused' in value) throw new TypeError(value.refused);
  const found = readPointer(value, pointer);
  return 'refused' in found
    ? found.refused
    : found.map((scalar) => ('text' in scalar ? scalar.text : scalar.kind));
}

describe('a pointer into strict JSON', () => {
  it.each([
    ['{"a":"1"}', '/a', ['1']],
    ['{"a":{"b":[7,8]}}', '/a/b/1', ['8']],
    ['{"a/b":{"c~d":1}}', '/a~1b/c~0d', ['1']],
    ['{"":1}', '/', ['1']],
    ['5', '', ['5']],
    ['{"people":[{"id":1},{"id":"2"}]}', '/people/*/id', ['1', '2']],
    ['[[1,2],[3]]', '/*/*', ['1', '2', '3']],
    ['{"people":[]}', '/people/*/id', []],
    ['{"people":null}', '/people/*/id', []],
    ['{"b":1}', '/a', []],
    ['{"a":[1]}', '/a/1', []],
    ['{"a":null}', '/a', ['null']],
  ])('%s at %j is %j', (text, pointer, found) => {
    expect(point(text, pointer)).toEqual(found);
  });

  it.each([
    ['A098', 'not-scalar', '{"id":["1","2"]}', '/id'],
    ['A098', 'not-scalar', '{"id":{"$in":["1","2"]}}', '/id'],
    ['A098', 'not-scalar', '[1,2]', ''],
    ['A098', 'not-this-shape', '{"people":{"7":{"id":1}}}', '/people/*/id'],
    ['A098', 'not-this-shape', '{"people":"1,2"}', '/people/*'],
    ['A098', 'not-this-shape', '{"people":[{"id":1}]}', '/people/id'],
    ['A098', 'not-this-shape', '[1]', '/01'],
    ['A098', 'not-this-shape', '[1]', '/ '],
    ['A098', 'not-this-shape', '{"id":"1"}', '/id/x'],
    ['A098', 'missing-in-item', '{"people":[{"id":1},{"name":"x"}]}', '/people/*/id'],
    ['A095', 'ambiguous-member', '{"patientId":"1","PatientID":"2"}', '/patientId'],
    ['A095', 'ambiguous-member', '{"PatientID":"2"}', '/patientId'],
  ])('%s: is refused (%s): %s at %j', (_id, reason, text, pointer) => {
    expect(point(text, pointer)).toBe(reason);
  });

  it('control: a reader that skips what does not fit counts one person where the portal shows two', () => {
    const people = JSON.parse('[{"id":1},{"name":"x"}]') as readonly { readonly id?: number }[];
    expect(people.flatMap(({ id }) => (id === undefined ? [] : [id]))).toHaveLength(1);
  });
});
