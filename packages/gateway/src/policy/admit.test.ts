import { secondsOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest, CanonicalTarget } from '../request/request.ts';
import { admit } from './admit.ts';
import type { Route } from './route.ts';

const nir = { from: 'path', name: 'nir', as: 'nir' } as const;

const counted: Route = {
  id: 'GET,POST /patients/{nir}',
  methods: ['GET', 'POST'],
  segments: [
    { kind: 'literal', text: 'patients' },
    { kind: 'parameter', name: 'nir' },
  ],
  requirement: { kind: 'step-up', accept: ['totp'], maxAge: secondsOf(3600) },
  records: [nir],
  client: undefined,
  query: [],
  body: undefined,
  upgrade: undefined,
  bind: 'session',
  upstream: 'default',
  through: undefined,
  fields: [],
  conditions: [],
  signsOut: false,
  line: 1,
};
const form: Route = {
  ...counted,
  records: [{ from: 'form', name: 'nir', as: 'nir' }],
  body: { types: ['application/x-www-form-urlencoded'], limit: 100, members: [] },
};
const json: Route = {
  ...counted,
  records: [{ from: 'json', pointer: '/nir', as: 'nir' }],
  body: { types: ['application/json'], limit: 100, members: [] },
};
const plain: Route = {
  ...counted,
  records: [],
  query: undefined,
  body: { types: ['*'], limit: 1000, members: 'any' },
};

interface Sent {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bodyLength?: number | 'chunked';
  readonly upgrade?: 'websocket';
}

function judged(
  route: Route,
  { method = 'POST', query, headers = {}, bodyLength = 0, upgrade }: Sent,
): string | undefined {
  const request: CanonicalRequest = {
    method,
    target: '/patients/1' as CanonicalTarget,
    path: '/patients/1',
    segments: ['patients', '1'],
    query,
    host: 'portal.test',
    headers: new Map(Object.entries(headers)),
    peer: '127.0.0.1',
    bodyLength,
    upgrade,
  };
  const flaw = admit({ route, parameters: new Map() }, request);
  return flaw && `${flaw.status} ${flaw.reason}`;
}

const type = (given: string, encoding?: string): Readonly<Record<string, string>> => ({
  'content-type': given,
  ...(encoding !== undefined && { 'content-encoding': encoding }),
});

describe('a request that fits its route', () => {
  it.each([
    [counted, {}],
    [{ ...counted, query: ['page', 'size'] }, { query: 'page=2&size=10' }],
    [form, { bodyLength: 100, headers: type('application/x-www-form-urlencoded') }],
    [form, { bodyLength: 'chunked', headers: type('application/x-www-form-urlencoded; charset=UTF-8') }],
    [json, { bodyLength: 5, headers: type('Application/JSON;charset=utf-8') }],
    [plain, { bodyLength: 1000, query: 'a=1&a=2&%zz', headers: type('text/anything', 'gzip') }],
    [plain, { method: 'GET', headers: { range: 'bytes=0-1' } }],
    [
      { ...plain, upgrade: 'websocket' },
      { method: 'GET', upgrade: 'websocket' },
    ],
  ] as readonly (readonly [Route, Sent])[])('%#', (route, sent) => {
    expect(judged(route, sent)).toBeUndefined();
  });
});

describe('a request that does not', () => {
  it.each([
    ['A106', '400 query-parameter-not-declared', counted, { query: 'id=2' }],
    ['A106', '400 query-parameter-not-declared', counted, { query: 'patientId=2' }],
    [
      'A106',
      '400 query-parameter-not-declared',
      { ...counted, query: ['page'] },
      { query: 'p%61ge=1&Page=2' },
    ],
    ['A091', '400 query-parameter-not-declared', counted, { query: '_format=csv' }],
    ['A091', '400 query-parameter-not-declared', counted, { query: '%24everything' }],
    ['A095', '400 query-parameter-twice', { ...counted, query: ['page'] }, { query: 'page=1&p%61ge=2' }],
    ['A103', '400 query-too-many-parameters', { ...counted, query: ['a'] }, { query: 'a=1&'.repeat(300) }],
    ['A106', '400 query-bad-escape', { ...counted, query: ['a'] }, { query: 'a=%zz' }],
    ['A086', '400 method-override', plain, { query: '_method=DELETE' }],
    ['A086', '400 method-override', plain, { query: 'a=1&%5fmethod=PUT' }],
    ['A100', '415 body-not-declared', counted, { bodyLength: 1 }],
    [
      'A100',
      '415 body-not-declared',
      { ...plain, body: { types: [], limit: 0, members: 'any' } },
      { bodyLength: 1 },
    ],
    ['A100', '415 content-type-not-declared', json, { bodyLength: 1 }],
    ['A100', '415 content-type-not-declared', json, { bodyLength: 1, headers: type('text/plain') }],
    [
      'A100',
      '415 content-type-not-declared',
      json,
      { bodyLength: 1, headers: type('application/fhir+json') },
    ],
    [
      'A100',
      '415 content-type-not-declared',
      json,
      { bodyLength: 1, headers: type('application/json, text/plain') },
    ],
    ['A100', '415 content-type-not-declared', json, { bodyLength: 1, headers: type(';application/json') }],
    [
      'A100',
      '415 content-type-not-declared',
      json,
      { bodyLength: 1, headers: type('application/json; charset=utf-16') },
    ],
    [
      'A100',
      '415 content-type-not-declared',
      json,
      { bodyLength: 1, headers: type('application/json; charset=utf-7') },
    ],
    [
      'A100',
      '415 content-type-not-declared',
      json,
      { bodyLength: 1, headers: type('application/json; charset="utf-8"') },
    ],
    [
      'A100',
      '415 content-type-not-declared',
      json,
      { bodyLength: 1, headers: type('application/json; charset=utf-8; charset=utf-7') },
    ],
    [
      'A100',
      '415 content-type-not-declared',
      form,
      { bodyLength: 1, headers: type('application/x-www-form-urlencoded;/json') },
    ],
    ['A101', '415 content-encoding', json, { bodyLength: 1, headers: type('application/json', 'gzip') }],
    ['A101', '415 content-encoding', json, { bodyLength: 1, headers: type('application/json', 'identity') }],
    [
      'A104',
      '415 content-type-not-declared',
      form,
      { bodyLength: 1, headers: type('multipart/form-data; boundary=x') },
    ],
    ['A121', '415 content-type-not-declared', json, { bodyLength: 1, headers: type('application/x-ndjson') }],
    ['A256', '413 body-too-long', json, { bodyLength: 101, headers: type('application/json') }],
    ['A256', '413 body-too-long', plain, { bodyLength: 1001 }],
    ['A083', '400 upgrade-not-declared', plain, { method: 'GET', upgrade: 'websocket' }],
    ['A083', '426 upgrade-required', { ...plain, upgrade: 'websocket' }, { method: 'GET' }],
    ['A088', '400 range-on-counted-route', counted, { method: 'GET', headers: { range: 'bytes=0-1' } }],
    [
      'A086',
      '405 head-cannot-be-counted',
      { ...counted, records: [{ from: 'answer-json', pointer: '/nir', as: 'nir', atMost: 1 }] },
      { method: 'HEAD' },
    ],
  ] as readonly (readonly [string, string, Route, Sent])[])(
    '%s: is refused (%s)',
    (_id, expected, route, sent) => {
      expect(judged(route, sent)).toBe(expected);
    },
  );

  it('A106 control: without a declaration the second id reaches the portal beside the first', () => {
    expect(judged({ ...counted, query: undefined }, { query: 'patientId=2' })).toBeUndefined();
  });

  it('A100 control: a test for the beginning of the type takes what the portal decodes as UTF-7', () => {
    expect('application/json; charset=utf-7'.startsWith('application/json')).toBe(true);
  });
});
