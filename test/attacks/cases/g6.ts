// G6: a person whom the portal sees and the counter does not. All by somebody who may see persons.

import { deflateRawSync, gzipSync } from 'node:zlib';
import type { Answerer } from '../../support/recorder-upstream.ts';
import { type AttackCase, form, get, json, post, shown, spellings } from '../case.ts';

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const sent = (id: string, title: string, send: string, more: Partial<AttackCase> = {}): AttackCase => ({
  id,
  title,
  actor: 'high',
  send: [send],
  expect: [[400, 413, 415]],
  ...more,
});

const body = (id: string, text: string, more: Partial<AttackCase> = {}): AttackCase =>
  sent(id, `a body ${shown(text)}`, post('/api/lookup', json, text), more);

const typed = (
  id: string,
  type: string,
  more: Partial<AttackCase> = {},
  ...fields: readonly string[]
): AttackCase =>
  sent(
    id,
    `the type ${type === '' ? 'of nothing' : shown([type, ...fields].join(' | '))}`,
    post('/api/lookup', type, '{"nir":"{nir}"}', ...fields),
    more,
  );

const answering =
  (status: string, text: string, ...lines: readonly string[]): Answerer =>
  (_request, socket) =>
    void socket.write(
      [
        `HTTP/1.1 ${status}`,
        'Content-Type: application/json',
        ...lines,
        `Content-Length: ${text.length}`,
        '',
        text,
      ].join('\r\n'),
      'latin1',
    );

const nobody = 'the readings see the person that is counted, or none';
const people = (...nirs: readonly string[]): string =>
  JSON.stringify({ people: nirs.map((nir) => ({ nir })) });
const numbers = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `1990399999${String(index + 1).padStart(3, '0')}`);

export const g6: readonly AttackCase[] = [
  body('A095', '{"nir":"{nir2}","nir":"{nir}"}'),
  body('A095', '{"nir":"{nir}","\\u006eir":"{nir2}"}', { harmless: 'the last of the two wins for both' }),
  body('A095', '{"nir":"{nir}","NIR":"{nir2}"}'),
  body('A095', '{"nir":"{nir}","patientId":"{nir2}"}'),
  body('A095', '{"nir":"{nir}","patient":{"id":["{nir2}"]}}'),
  sent('A095', 'another field beside the counted one', post('/lookup', form, 'nir={nir}&patientId={nir2}')),
  sent('A095', 'a body beside a counted path', post('/patients/{nir}/notes', json, '{"nir":"{nir2}"}')),
  sent(
    'A095',
    'a declared member beside a counted path',
    post('/patients/{nir}/notes', json, '{"text":"x"}'),
    {
      expect: [200],
      atPortal: 1,
      harmless: 'allowed',
    },
  ),
  ...['{nir}.0', '{nir}e0', '0{nir}', '" {nir}\\u0000"', '"\uff11"', '12345678901234567891', '1e400'].map(
    (value) => body('A097', `{"nir":${value}}`, { harmless: nobody }),
  ),
  body('A097', '{"nir":-{nir}}', {
    expect: [200],
    atPortal: 1,
    harmless: 'allowed: dashes are no part of a number of this kind, and it counts as that person',
  }),
  body('A097', '{"nir":{nir}}', {
    expect: [200],
    atPortal: 1,
    harmless: 'allowed: a number is the text it is written in',
  }),
  ...['["{nir}","{nir2}"]', '"{nir},{nir2}"', '"{nir}|{nir2}"', '{"$in":["{nir}","{nir2}"]}'].map((value) =>
    body('A098', `{"nir":${value}}`),
  ),
  ...['"*"', '"%"', '""', 'null', 'true', '[]', '{}'].map((value) =>
    body('A098', `{"nir":${value}}`, { harmless: nobody }),
  ),
  typed('A100', 'text/plain'),
  typed('A100', ''),
  typed('A100', 'application/json, text/plain', { harmless: nobody }),
  typed('A100', ';application/json'),
  typed('A100', 'application/fhir+json'),
  typed('A100', 'application/json;charset=utf-7', { harmless: nobody }),
  typed('A100', 'application/json;charset=utf-16', { harmless: nobody }),
  typed('A100', 'application/json;charset=ibm500', { harmless: nobody }),
  typed('A100', 'application/x-www-form-urlencoded;/json'),
  typed('A100', 'application/json', { harmless: nobody }, 'Content-Type: text/plain'),
  typed('A100', 'APPLICATION/JSON; CHARSET=UTF-8', {
    expect: [200],
    atPortal: 1,
    harmless: 'allowed: types have no case',
  }),
  sent(
    'A100',
    'a person in UTF-16',
    post('/api/lookup', json, latin(Buffer.from('{"nir":"1990199999001"}', 'utf16le'))),
    { harmless: nobody },
  ),
  ...(
    [
      ['gzip', gzipSync('{"nir":"1990199999001"}')],
      ['deflate', deflateRawSync('{"nir":"1990199999001"}')],
      ['x-gzip', gzipSync('{"nir":"1990199999001"}')],
      ['gzip, gzip', gzipSync(gzipSync('{"nir":"1990199999001"}'))],
      ['br', Buffer.from('ab')],
      ['zstd', Buffer.from('ab')],
    ] as const
  ).map(([coding, bytes]) =>
    sent(
      'A101',
      `a body coded ${coding}`,
      post('/api/lookup', json, latin(bytes), `Content-Encoding: ${coding}`),
      {
        harmless: 'the readings do not decompress',
      },
    ),
  ),
  sent(
    'A101',
    'a coding that is a lie',
    post('/api/lookup', json, '{"nir":"{nir}"}', 'Content-Encoding: identity'),
    { harmless: nobody },
  ),
  sent(
    'A103',
    'the person behind a thousand parameters',
    get(`/lookup?${Array.from({ length: 1000 }, (_, index) => `a${index}=1`).join('&')}&nir={nir2}`),
    {
      expect: [[400, 414]],
      harmless: 'the naive counter reads all of them; `query.test.ts` has the control',
    },
  ),
  sent('A103', 'the person twice', get('/lookup?nir={nir}&nir={nir2}')),
  sent('A103', 'the person in brackets', get('/lookup?nir={nir}&nir[]={nir2}')),
  sent('A103', 'the person deep in brackets', get('/lookup?nir={nir}&a[b][c][d][e][f]={nir2}')),
  ...['multipart/form-data; boundary=x', 'multipart/mixed; boundary=x', 'multipart/form-data'].map((type) =>
    sent(
      'A104',
      `a form in parts: ${type}`,
      post('/lookup', type, '--x\r\nContent-Disposition: form-data; name="nir"\r\n\r\n{nir}\r\n--x--\r\n'),
    ),
  ),
  ...spellings(
    'A106',
    'another person in the query',
    ['/patients/{nir}?id={nir2}', '/patients/{nir}?patientId={nir2}', '/patients/{nir}?nir={nir2}'],
    {
      actor: 'high',
      expect: [400],
    },
  ),
  ...spellings('A106', 'another person behind a semicolon', ['/patients/{nir};id={nir2}'], {
    actor: 'high',
    expect: [400],
    harmless: nobody,
  }),
  ...spellings('A106', 'another person behind a semicolon of the query', ['/lookup?nir={nir};nir={nir2}'], {
    actor: 'high',
    expect: [400],
  }),
  ...spellings(
    'A107',
    'a spelling of a person that is none',
    [
      '/patients/0{nir}',
      '/patients/{nir}.0',
      '/patients/{nir}%20',
      '/patients/Patient%2F{nir}',
      '/patients/%EF%BC%911990199999001',
      '/patients/{nir}x',
    ],
    { actor: 'high', expect: [400], harmless: nobody },
  ),
  {
    id: 'A107',
    title: 'a spelling of a person that is one: it is counted as that person',
    actor: 'high',
    send: [post('/lookup', form, 'nir={nir}'.replace('{nir}', '1+99+02+99+999+001'))],
    expect: [200],
    atPortal: 1,
    harmless: 'the naive counter cuts the text at thirteen characters',
  },
  sent(
    'A109',
    'a query language',
    post('/api/lookup', 'application/graphql', '{a:p(nir:"{nir}"){x} b:p(nir:"{nir2}"){x}}'),
  ),
  body('A109', '{"query":"{a:p(nir:\\"{nir}\\"){x} b:p(nir:\\"{nir2}\\"){x}}","nir":"{nir}"}'),
  body('A109', '[{"nir":"{nir}"},{"nir":"{nir2}"}]'),
  {
    id: 'A110',
    title: 'a search whose answer names forty persons: they are counted before they are shown',
    actor: 'high',
    send: [get('/patients?name=a')],
    portal: answering('200 OK', people(...numbers(40))),
    expect: [200],
    atPortal: 1,
    harmless: 'the readings see requests; `answers.test.ts` has the control',
  },
  {
    id: 'A110',
    title: 'a search whose answer names more persons than declared',
    actor: 'high',
    send: [get('/patients?name=a')],
    portal: answering('200 OK', people(...numbers(101))),
    expect: [502],
    atPortal: 1,
    harmless: '`answers.test.ts` has the control',
  },
  {
    id: 'A112',
    title: 'a search whose answer is compressed',
    actor: 'high',
    send: [get('/patients?name=a', 'Accept-Encoding: gzip')],
    portal: answering('200 OK', latin(gzipSync(people(...numbers(3)))), 'Content-Encoding: gzip'),
    expect: [502],
    atPortal: 1,
    harmless: '`answers.test.ts` has the control',
  },
  ...['404 Not Found', '500 Oops', '410 Gone', '403 Forbidden'].map(
    (status): AttackCase => ({
      id: 'A113',
      title: `a person of whom the portal says ${status}: counted all the same`,
      actor: 'high',
      send: [get('/patients/{nir}')],
      portal: answering(status, '{}'),
      expect: [Number(status.slice(0, 3))],
      atPortal: 1,
      harmless: 'charged before it is sent; `budget/answer-records.test.ts` has what would happen else',
    }),
  ),
  sent(
    'A115',
    'a body shorter than its length',
    `${post('/api/lookup', json, '{"nir":"{nir}"}', 'Content-Length: 200')}`,
    { expect: [0], settle: 50 },
  ),
  sent(
    'A116',
    'a member that is a prototype',
    post('/api/lookup', json, '{"nir":"{nir}","__proto__":{"nir":"{nir2}"}}'),
  ),
  sent(
    'A116',
    'a body that arrives as it was judged, byte for byte',
    post('/api/lookup', json, ' { "nir" :\t"{nir}" }\n'),
    {
      expect: [200],
      atPortal: 1,
      harmless: 'allowed: `answers.test.ts` compares the bytes',
    },
  ),
  body('A118', `{"nir":"{nir}","a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, { harmless: nobody }),
  body('A118', `{"nir":"{nir}","a":[${'1,'.repeat(25_000)}1]}`, { harmless: nobody }),
  body('A118', `{"nir":"{nir}","a":"${'x'.repeat(70_000)}"}`, { harmless: nobody }),
  sent(
    'A119',
    'a bomb',
    post('/api/lookup', json, latin(gzipSync(Buffer.alloc(5_000_000, ' '))), 'Content-Encoding: gzip'),
    { harmless: 'the readings do not decompress' },
  ),
  ...['text/csv', 'application/x-ndjson', 'application/json-seq'].map((type) =>
    sent('A121', `a list as ${type}`, post('/api/lookup', type, '{"nir":"{nir}"}\n{"nir":"{nir2}"}\n')),
  ),
  {
    id: 'A122',
    title: 'a person whom the portal would have kept by everybody',
    actor: 'high',
    send: [get('/patients/{nir}')],
    portal: answering(
      '200 OK',
      '{}',
      'Cache-Control: public, max-age=3600',
      'ETag: "1"',
      'Expires: Thu, 01 Jan 2099 00:00:00 GMT',
    ),
    expect: [200],
    atPortal: 1,
    keeps: true,
  },
];
