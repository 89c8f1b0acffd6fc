import { Secret } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { compilePolicy, undeclared } from '../policy/policy.ts';
import type { BodyRule, Matched } from '../policy/route.ts';
import { createRecordKeys } from './record-keys.ts';
import type { RecordRule } from './record-rule.ts';
import { recordTypes } from './record-types.ts';
import { recordsOfRequest } from './records.ts';

const [one, two, three] = ['1990199999001', '2990299999002', '1990399999003'];
const keys = createRecordKeys({ current: new Secret(new Uint8Array(32)) }, 'portal', recordTypes([]));
const nir = { as: 'nir' } as const;

interface Asked {
  readonly path?: string;
  readonly query?: string;
  readonly body?: string | Uint8Array;
  readonly members?: BodyRule['members'];
  readonly type?: string;
}

/** The ids counted, or the reason of the refusal. */
async function idsOf(
  rules: readonly RecordRule[],
  { path, query, body = '', members = 'any', type = '' }: Asked,
): Promise<readonly string[] | string> {
  const base = undeclared(compilePolicy([], 'default'));
  const parameters = new Map(path === undefined ? [] : [['nir', path]]);
  const route = { ...base.route, records: rules, body: { types: [], limit: 65_536, members } };
  const matched: Matched = { route, parameters };
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const request = { query, bodyLength: bytes.length, headers: new Map([['content-type', type]]) };
  const found = await recordsOfRequest(matched, request, async () => bytes, keys);
  return 'refusal' in found ? found.refusal.reason : found.records.map(({ id }) => id);
}

const inPath: RecordRule = { from: 'path', name: 'nir', ...nir };
const inQuery: RecordRule = { from: 'query', name: 'nir', ...nir };
const inForm: RecordRule = { from: 'form', name: 'nir', ...nir };
const inJson = (pointer: string): RecordRule => ({ from: 'json', pointer, ...nir });

describe('the records of a request', () => {
  it('are read where they are declared, in any spelling', async () => {
    expect(await idsOf([inPath], { path: `${one}10` })).toEqual([one]);
    expect(await idsOf([inQuery], { query: 'a=1&nir=1+99+01+99+999+001' })).toEqual([one]);
    expect(await idsOf([inQuery], { query: 'nir=%31990199999001' })).toEqual([one]);
    expect(await idsOf([inForm], { body: 'nir=1%C2%A099%C2%A001%C2%A099%C2%A0999%C2%A0001&x=y' })).toEqual([
      one,
    ]);
    expect(await idsOf([inJson('/patient/nir')], { body: `{"patient":{"nir":${one}}}` })).toEqual([one]);
  });

  it('are counted one by one in arrays and batches, each person once', async () => {
    const body = JSON.stringify({
      items: [{ nir: one }, { nir: two }, { nir: `${one}10` }],
      doctor: { nir: three },
    });
    expect(await idsOf([inJson('/items/*/nir')], { body })).toEqual([one, two]);
    expect(await idsOf([inJson('/items/*/nir'), inJson('/doctor/nir')], { body })).toEqual([one, two, three]);
    expect(await idsOf([inJson('/items/*/nir')], { body: '{"items":[]}' })).toBe('record-id-missing');
  });

  it('must be the same wherever several places name one', async () => {
    const body = JSON.stringify({ nir: one });
    expect(await idsOf([inPath, inJson('/nir')], { path: `${one}10`, body })).toEqual([one]);
    expect(await idsOf([inPath, inJson('/nir')], { path: two, body })).toBe('record-ids-disagree');
    expect(await idsOf([inPath, inQuery], { path: two, query: `nir=${one}` })).toBe('record-ids-disagree');
  });

  it.each<[string, readonly RecordRule[], Asked, string]>([
    ['no id', [inQuery], { query: 'x=1' }, 'record-id-missing'],
    ['no query at all', [inQuery], {}, 'record-id-missing'],
    ['two ids (A103)', [inQuery], { query: `nir=${one}&nir=${two}` }, 'record-id-twice'],
    ['the same id twice', [inForm], { body: `nir=${one}&nir=${one}` }, 'record-id-twice'],
    ['an alias in brackets', [inQuery], { query: `nir=${one}&nir[]=${two}` }, 'record-id-alias'],
    ['an alias in capitals', [inForm], { body: `nir=${one}&NIR=${two}` }, 'record-id-alias'],
    ['a wildcard (A098)', [inPath], { path: '*' }, 'record-id-malformed'],
    ['two ids in one', [inPath], { path: `${one},${two}` }, 'record-id-malformed'],
    [
      'an array where one is wanted (A098)',
      [inJson('/nir')],
      { body: `{"nir":["${one}"]}` },
      'record-id-not-scalar',
    ],
    ['null', [inJson('/nir')], { body: '{"nir":null}' }, 'record-id-not-text'],
    ['a fraction (A097)', [inJson('/nir')], { body: `{"nir":${one}.0}` }, 'record-id-malformed'],
    [
      'a duplicate key (A095)',
      [inJson('/nir')],
      { body: `{"nir":"${one}","nir":"${two}"}` },
      'json-duplicate-key',
    ],
    [
      'an item without the member',
      [inJson('/items/*/nir')],
      { body: `{"items":[{"nir":"${one}"},{"x":"${two}"}]}` },
      'record-id-missing-in-item',
    ],
    ['an empty body', [inJson('/nir')], {}, 'json-not-json'],
    ['a form in UTF-16', [inForm], { body: new Uint8Array([0xff, 0xfe, 0x6e, 0]) }, 'form-not-ascii'],
    ['a missing member', [inJson('/nir')], { body: '{}' }, 'record-id-missing'],
  ])('with %s are refused', async (_what, rules, asked, reason) => {
    expect(await idsOf(rules, asked)).toMatch(reason);
  });

  it.each<[string, readonly RecordRule[], Asked, readonly string[] | string]>([
    ['another field', [inForm], { body: `nir=${one}&patientId=${two}` }, 'form-field-not-declared'],
    [
      'another member',
      [inJson('/nir')],
      { body: `{"nir":"${one}","x":"${two}"}` },
      'json-member-not-declared',
    ],
    [
      'a member below a counted item',
      [inJson('/items/*/nir')],
      { body: `{"items":[{"nir":"${one}","alias":"${two}"}]}` },
      'json-member-not-declared',
    ],
    [
      'an item of a list beside the counted one',
      [inJson('/nirs/0')],
      { body: `{"nirs":["${one}","${two}"]}` },
      'json-member-not-declared',
    ],
    [
      'a form beside a path',
      [inPath],
      { path: one, body: `nir=${two}`, type: 'application/x-www-form-urlencoded' },
      'form-field-not-declared',
    ],
    [
      'JSON beside a path',
      [inPath],
      { path: one, body: `{"nir":"${two}"}`, type: 'application/fhir+json; charset=utf-8' },
      'json-member-not-declared',
    ],
    [
      'what nobody can read, beside a path',
      [inPath],
      { path: one, body: '%PDF', type: 'application/pdf' },
      'body-unreadable',
    ],
    ['declared fields', [inForm], { body: `nir=${one}&debut=2026-01-01`, members: ['debut', 'fin'] }, [one]],
    [
      'declared members, one with all below it',
      [inJson('/items/*/nir')],
      {
        body: `{"items":[{"nir":"${one}","why":{"text":"x"}}],"by":{"a":[1,2]}}`,
        members: ['by', '/items/*/why'],
      },
      [one],
    ],
    ['nothing at all beside a path', [inPath], { path: one, type: 'application/pdf' }, [one]],
  ])('whose body holds %s: %j %j', async (_what, rules, asked, expected) => {
    expect(await idsOf(rules, { members: [], ...asked })).toEqual(expected);
  });

  it('A095 control: with members: any a portal that reads the other name shows a person nobody counts', async () => {
    const body = `nir=${one}&patientId=${two}`;
    expect(await idsOf([inForm], { body, members: 'any' })).toEqual([one]);
    expect(new URLSearchParams(body).get('patientId')).toBe(two);
  });

  it('are at most 500', async () => {
    const nirs = Array.from({ length: 501 }, (_, index) => `1990199999${String(index).padStart(3, '0')}`);
    expect(await idsOf([inJson('/*')], { body: JSON.stringify(nirs.slice(1)) })).toHaveLength(500);
    expect(await idsOf([inJson('/*')], { body: JSON.stringify(nirs) })).toBe('too-many-records');
  });

  it('of a request that names none are none, and its body stays on the socket', async () => {
    expect(
      await idsOf([{ from: 'answer-header', name: 'x', as: 'nir', atMost: 1 }], { body: 'anything' }),
    ).toEqual([]);
  });
});
