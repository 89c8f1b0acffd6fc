// G5: other methods, other protocols, parts of answers.

import { type AttackCase, fields, form, get, json, plain, post, spellings } from '../case.ts';

const clean = 'no portal of the readings shows a person for it';
const upgrade = (...more: readonly string[]): readonly string[] => [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  ...(more.length === 0 ? ['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='] : more),
];

const handshake = (
  title: string,
  target: string,
  lines: readonly string[],
  more: Partial<AttackCase> = {},
): AttackCase => ({
  id: 'A083',
  title: `a handshake ${title}`,
  send: [get(target, ...lines)],
  ...more,
});

const method = (name: string, more: Partial<AttackCase> = {}): AttackCase => ({
  id: 'A086',
  title: `${name} on a page of persons`,
  send: [plain(name, '/patients/{nir}')],
  expect: [[400, 401, 405, 0]],
  ...more,
});

export const g5: readonly AttackCase[] = [
  handshake('on a page of persons', '/patients/{nir}', upgrade(), {
    harmless: 'the naive guard sees the line of a handshake too',
  }),
  handshake('on an undeclared page', '/nowhere', upgrade()),
  handshake('on an open page', '/public/x', upgrade(), { actor: 'anon', harmless: clean }),
  handshake('without a key', '/live', [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
  ]),
  handshake('with a wrong key', '/live', upgrade('Sec-WebSocket-Key: short')),
  handshake(
    'with two keys',
    '/live',
    upgrade('Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Key: BBBBBBBBBBBBBBBBBBBBBA=='),
  ),
  handshake('of another version', '/live', [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 8',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ]),
  handshake('to something else', '/live', ['Connection: Upgrade', 'Upgrade: foo']),
  handshake('to HTTP/2', '/notes/1', [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAAP__',
  ]),
  handshake('without Connection', '/live', [
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ]),
  handshake('from another site', '/live', [...upgrade(), 'Origin: https://evil.example']),
  handshake('without an Origin', '/live', upgrade()),
  handshake('of nobody', '/live', [...upgrade(), 'Origin: http://{host}'], { actor: 'anon', expect: [401] }),
  {
    id: 'A083',
    title: 'a handshake by POST, with a body',
    send: [post('/live', form, 'a=b', ...upgrade())],
  },
  {
    id: 'A083',
    title: 'a handshake behind a request that still waits',
    send: [`${get('/notes/1')}${get('/live', ...upgrade(), 'Origin: http://{host}')}`],
    portal: (request, socket) =>
      void setTimeout(
        () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
        request.target === '/notes/1' ? 60 : 0,
      ),
    expect: [0],
    atPortal: 1,
    settle: 400,
  },
  ...[
    'PUT',
    'DELETE',
    'PATCH',
    'TRACE',
    'PROPFIND',
    'SEARCH',
    'REPORT',
    'PURGE',
    'OPTIONS',
    'FOO',
    'get',
    'CONNECT',
  ].map((name) => method(name)),
  method('HEAD'),
  {
    id: 'A086',
    title: 'QUERY with a body',
    send: [post('/lookup', form, 'nir={nir}').replace('POST', 'QUERY')],
    expect: [[400, 405, 0]],
  },
  {
    id: 'A086',
    title: 'HEAD of who may see the person, which is counted like GET',
    actor: 'high',
    send: [plain('HEAD', '/patients/{nir}')],
    expect: [200],
    atPortal: 1,
    harmless: 'the naive forwarder counts by path, whatever the method',
  },
  ...[['X-Http-Method-Override: GET'], ['X-Method-Override: DELETE'], ['X-HTTP-Method: PUT']].map(
    (list): AttackCase => ({
      id: 'A086',
      title: `another method in a header: ${list.join()}`,
      send: [plain('POST', '/notes/1', ['Content-Length: 0', ...list])],
    }),
  ),
  {
    id: 'A086',
    title: 'another method in the query',
    send: [post('/notes/1?_method=DELETE', form, '')],
    harmless: clean,
  },
  {
    id: 'A086',
    title: 'another method in the query, escaped',
    send: [post('/notes/1?%5fmethod=DELETE', form, '')],
    harmless: clean,
  },
  ...fields(
    'A088',
    'a part of a person',
    '/patients/{nir}',
    [['Range: bytes=0-10'], ['Range: bytes=0-1,2-3'], ['If-Range: x', 'Range: bytes=0-']],
    {
      actor: 'high',
      expect: [400],
      harmless: 'what a part shows cannot be counted; the readings count it whole',
    },
  ),
  ...fields(
    'A088',
    'a person only if it changed',
    '/patients/{nir}',
    [['If-None-Match: "x"'], ['If-Modified-Since: Tue, 10 Mar 2026 08:00:00 GMT'], ['If-Match: *']],
    {
      actor: 'high',
      expect: 'allowed',
      atPortal: 1,
      harmless: 'the condition stays here; `answers.test.ts` looks for it, with its control',
    },
  ),
  {
    id: 'A089',
    title: 'HTTP/1.0 that wants to stay',
    send: [get('/notes/1', 'Connection: keep-alive').replace('HTTP/1.1', 'HTTP/1.0')],
    expect: [400],
    harmless: clean,
  },
  ...spellings(
    'A091',
    'an undeclared parameter of a counted page',
    [
      '/patients/{nir}?format=csv',
      '/patients/{nir}?_format=json',
      '/patients?name=a&_count=500',
      '/patients?name=a&_include=Patient:link',
      '/patients/{nir}?$export',
    ],
    { actor: 'high', expect: [400], harmless: 'what it brings is in the answer; see A110' },
  ),
  ...spellings(
    'A091',
    'an undeclared page beside a counted one',
    ['/patients/{nir}/$everything', '/patients/$export', '/patients/{nir}.csv'],
    {
      actor: 'high',
      expect: [[400, 404]],
      harmless: clean,
    },
  ),
  {
    id: 'A092',
    title: 'early data on a form',
    actor: 'high',
    send: [post('/lookup', form, 'nir={nir}', 'Early-Data: 1')],
    expect: [425],
    harmless: 'sent twice it counts once; the action behind it is the point',
  },
  {
    id: 'A094',
    title: 'a preflight of another site',
    send: [
      plain('OPTIONS', '/patients/{nir}', ['Origin: https://evil', 'Access-Control-Request-Method: GET']),
    ],
    expect: [405],
  },
  {
    id: 'A094',
    title: 'a preflight of JSON',
    send: [
      plain('OPTIONS', '/api/lookup', [
        'Origin: https://evil',
        'Access-Control-Request-Method: POST',
        `Content-Type: ${json}`,
      ]),
    ],
    expect: [405],
  },
];
