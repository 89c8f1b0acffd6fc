import { Secret } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { type AnswerRule, recordsOfAnswer } from './answer-records.ts';
import { createRecordKeys } from './record-keys.ts';
import { recordTypes } from './record-types.ts';

const [one, two] = ['1990199999001', '2990299999002'];
const keys = createRecordKeys({ current: new Secret(new Uint8Array(32)) }, 'portal', recordTypes([]));
const json: AnswerRule = { from: 'answer-json', pointer: '/items/*/nir', as: 'nir', atMost: 2 };
const header: AnswerRule = { from: 'answer-header', name: 'X-Records', as: 'nir', atMost: 2 };
const html: AnswerRule = {
  from: 'answer-html',
  selector: 'td.nir',
  attribute: undefined,
  as: 'nir',
  atMost: 2,
};
const attribute: AnswerRule = { ...html, selector: 'tr[data-nir]', attribute: 'data-nir' };

interface Answer {
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
}

function idsOf(
  rule: AnswerRule,
  { status = 200, headers = [], body = '' }: Answer,
): readonly string[] | 'unreadable' {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const found = recordsOfAnswer([rule], { status, headers }, bytes, keys);
  return found === 'unreadable' ? found : found.map(({ id }) => id);
}

const type = (value: string): readonly [string, string] => ['Content-Type', value];
const asJson = [type('application/json; charset=utf-8')];
const asHtml = [type('text/html; charset=UTF-8')];
const page = `<!doctype html><table><tr data-nir="${one}"><td class="nir">1 99 01 99 999 <b>001</b></td></tr><tr data-nir="${two}"><td class=nir>${two}</table><!-- <td class="nir">x</td> -->`;

describe('the records of an answer', () => {
  it('are read from JSON, a header or a page', () => {
    expect(
      idsOf(json, {
        headers: asJson,
        body: `{"items":[{"nir":"${one}"},{"nir":"${two}"},{"nir":"${one}10"}]}`,
      }),
    ).toEqual([one, two]);
    expect(idsOf(json, { headers: [type('application/fhir+json')], body: '{"items":[]}' })).toEqual([]);
    expect(idsOf(header, { headers: [['x-records', `${one}, ${two}`]] })).toEqual([one, two]);
    expect(idsOf(header, { headers: [['X-Records', '']] })).toEqual([]);
    expect(idsOf(html, { headers: asHtml, body: page })).toEqual([one, two]);
    expect(idsOf(attribute, { headers: asHtml, body: page })).toEqual([one, two]);
    expect(idsOf(html, { headers: asHtml, body: '<p>Aucun assur\u00e9</p>' })).toEqual([]);
  });

  it.each<[string, AnswerRule, Answer]>([
    [
      'more than declared',
      json,
      { headers: asJson, body: `{"items":[{"nir":"${one}"},{"nir":"${two}"},{"nir":"1990399999003"}]}` },
    ],
    [
      'an item without the member',
      json,
      { headers: asJson, body: `{"items":[{"nir":"${one}"},{"name":"x"}]}` },
    ],
    ['a null', json, { headers: asJson, body: '{"items":[{"nir":null}]}' }],
    ['no list at all: the portal changed', json, { headers: asJson, body: `{"rows":[{"nir":"${one}"}]}` }],
    ['an id that is none', json, { headers: asJson, body: '{"items":[{"nir":"12"}]}' }],
    ['a duplicate key', json, { headers: asJson, body: `{"items":[],"items":[{"nir":"${one}"}]}` }],
    ['another type', json, { headers: [type('text/plain')], body: '{"items":[]}' }],
    ['no type', json, { body: '{"items":[]}' }],
    ['two types', json, { headers: [...asJson, type('text/html')], body: '{"items":[]}' }],
    [
      'another charset (A100)',
      json,
      { headers: [type('application/json; charset=utf-16')], body: '{"items":[]}' },
    ],
    [
      'compressed bytes (A101)',
      json,
      { headers: [...asJson, ['Content-Encoding', 'gzip']], body: '{"items":[]}' },
    ],
    ['a part (206)', json, { status: 206, headers: asJson, body: '{"items":[]}' }],
    ['"as before" (304, A113)', json, { status: 304, headers: asJson }],
    ['no body (HEAD)', json, { headers: asJson }],
    ['no header', header, { headers: asJson }],
    ['bytes that are no UTF-8', html, { headers: asHtml, body: new Uint8Array([0x3c, 0xff]) }],
    ['an element without the attribute', { ...attribute, selector: 'td' }, { headers: asHtml, body: page }],
  ])('with %s is unreadable', (_what, rule, answer) => {
    expect(idsOf(rule, answer)).toBe('unreadable');
  });

  it('are none in errors, redirects and empty answers', () => {
    for (const status of [302, 401, 404, 500])
      expect(idsOf(json, { status, headers: asHtml, body: 'x' })).toEqual([]);
    expect(idsOf(json, { status: 204 })).toEqual([]);
  });
});
