// G3: where one request ends and the next begins.

import type { Socket } from 'node:net';
import { type Answerer, echo, type Recorded } from '../../support/recorder-upstream.ts';
import { type AttackCase, fields, form, get, plain, post, shown } from '../case.ts';

const smuggled = 'GET /patients/{nir} HTTP/1.1\r\nHost: {host}\r\n\r\n';
const behindChunks = `0\r\n\r\n${smuggled}`;
const strict = 'a parser that follows RFC 9112 reads it as one request; others do not, and so it is refused';

const coded = (
  title: string,
  lines: readonly string[],
  body: string = behindChunks,
  more: Partial<AttackCase> = {},
): AttackCase => ({
  id: 'A038',
  title: `Transfer-Encoding ${title}`,
  send: [post('/notes/1', form, body, ...lines)],
  expect: [[400, 0]],
  ...more,
});

const chunks = (title: string, body: string, more: Partial<AttackCase> = {}): AttackCase => ({
  id: 'A041',
  title: `a chunk ${title}`,
  send: [post('/notes/1', form, body, 'Transfer-Encoding: chunked')],
  expect: [[400, 413, 0]],
  harmless: strict,
  ...more,
});

const named = (title: string, line: string, more: Partial<AttackCase> = {}): AttackCase => ({
  id: 'A043',
  title: `a header ${title}`,
  send: [get('/notes/1', line)],
  expect: [[400, 0]],
  harmless: strict,
  ...more,
});

const bodyOn = (method: string, framing: string, body: string): AttackCase => ({
  id: 'A044',
  title: `${method} with a body under ${framing.split(':')[0]}, and a request behind it`,
  send: [`${plain(method, '/notes/1', [framing])}${body}`],
});

/** Writes whatever, and nothing more. */
const say =
  (bytes: string): Answerer =>
  (_request: Recorded, socket: Socket) =>
    void socket.write(bytes, 'latin1');

/** Answers each byte stream as soon as its head is there, and ends it. */
const sayAndEnd =
  (bytes: string): Answerer =>
  (_request: Recorded, socket: Socket) =>
    void socket.end(bytes, 'latin1');

const ok = 'HTTP/1.1 200 OK\r\nCache-Control: no-store\r\n';

const hostile = (title: string, portal: Answerer, expect: AttackCase['expect']): AttackCase => ({
  id: 'A050',
  title: `a portal that answers with ${title}`,
  send: [get('/notes/1')],
  portal,
  atPortal: 1,
  expect: expect ?? [502],
  harmless: 'what the client gets is the oracle; `proxy/upstream.test.ts` has the control',
});

export const g3: readonly AttackCase[] = [
  {
    id: 'A037',
    title: 'a length and chunks, the chunks shorter',
    send: [post('/notes/1', form, behindChunks, 'Content-Length: {length}', 'Transfer-Encoding: chunked')],
    expect: [[400, 0]],
  },
  {
    id: 'A037',
    title: 'chunks and a length, the length shorter',
    send: [
      post('/notes/1', form, `2\r\nab\r\n${behindChunks}`, 'Transfer-Encoding: chunked', 'Content-Length: 4'),
    ],
    expect: [[400, 0]],
  },
  {
    id: 'A037',
    title: 'two lengths',
    send: [post('/notes/1', form, smuggled, 'Content-Length: 0', 'Content-Length: {length}')],
    expect: [[400, 0]],
  },
  {
    id: 'A037',
    title: 'a list of lengths',
    send: [post('/notes/1', form, 'ab', 'Content-Length: 2, 2')],
    expect: [[400, 0]],
    harmless: strict,
  },
  ...['+2', '0x2', '-2', '2a', '02', '2 2', '"2"', '1e0', '99999999999999999999'].map(
    (length): AttackCase => ({
      id: 'A037',
      title: `a length ${length}`,
      send: [post('/notes/1', form, 'ab', `Content-Length: ${length}`)],
      expect: [[400, 413, 0]],
      harmless: strict,
    }),
  ),
  coded('xchunked', ['Transfer-Encoding: xchunked', 'Content-Length: {length}']),
  coded('chunked, identity', ['Transfer-Encoding: chunked, identity']),
  coded('identity, chunked', ['Transfer-Encoding: identity, chunked']),
  coded('gzip, chunked', ['Transfer-Encoding: gzip, chunked']),
  coded('with a parameter', ['Transfer-Encoding: chunked;x']),
  coded('in quotes', ['Transfer-Encoding: "chunked"']),
  coded('with a tab behind', ['Transfer-Encoding: chunked\t']),
  coded('with a vertical tab', ['Transfer-Encoding: \x0bchunked']),
  coded(
    'with a space before the colon',
    ['Transfer-Encoding : chunked', 'Content-Length: {length}'],
    behindChunks,
    { harmless: strict },
  ),
  coded('behind a space', [' Transfer-Encoding: chunked'], behindChunks, { harmless: strict }),
  coded('twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']),
  coded('with an underscore', ['Transfer_Encoding: chunked', 'Content-Length: {length}'], behindChunks, {
    harmless: strict,
  }),
  coded('folded', ['Transfer-Encoding:\r\n chunked'], behindChunks, { harmless: strict }),
  coded('in capitals', ['Transfer-Encoding: CHUNKED']),
  {
    id: 'A040',
    title: 'chunks on HTTP/1.0 that stays open',
    send: [
      post('/notes/1', form, behindChunks, 'Transfer-Encoding: chunked', 'Connection: keep-alive').replace(
        'HTTP/1.1',
        'HTTP/1.0',
      ),
    ],
    expect: [[400, 0]],
  },
  {
    id: 'A040',
    title: 'a request behind one on HTTP/1.0',
    send: [`${get('/notes/1', 'Connection: keep-alive').replace('1.1\r', '1.0\r')}${smuggled}`],
    expect: [[400, 0]],
  },
  chunks('with an extension without end', `3;${'a=b;'.repeat(8000)}\r\nabc\r\n0\r\n\r\n`),
  chunks('with a line feed in its extension', '3;\nabc\r\n0\r\n\r\n'),
  chunks('with a space behind its size', '3 \r\nabc\r\n0\r\n\r\n'),
  chunks('in hexadecimal with 0x', '0x3\r\nabc\r\n0\r\n\r\n'),
  chunks('with a sign', '+3\r\nabc\r\n0\r\n\r\n'),
  chunks('of more than can be counted', '10000000000000003\r\nabc\r\n0\r\n\r\n'),
  chunks('without an end of line behind it', '3\r\nabc0\r\n\r\n'),
  chunks('with line feeds only', '3\nabc\n0\n\n'),
  chunks('with two carriage returns', '3\r\r\nabc\r\n0\r\n\r\n'),
  named('without a name', ': x'),
  named('with a space in its name', 'X Y: x'),
  named('with a tab behind its name', 'X\t: x'),
  named('with a bracket in its name', 'X(: x'),
  named('with an at sign in its name', 'X@: x'),
  named('with a control in its name', 'X\x01: x'),
  named('without a colon', 'X-Nothing'),
  named('of which the first is folded', ' folded: x'),
  named('without a name behind ninety others', `${'A: b\r\n'.repeat(90)}: x`),
  named('with an underscore', 'X_Identity: high'),
  named('with a dot', 'X.Identity: high'),
  bodyOn('GET', 'Content-Length: 2', `ab${smuggled}`),
  bodyOn('GET', 'Transfer-Encoding: chunked', behindChunks),
  bodyOn('HEAD', 'Content-Length: 2', `ab${smuggled}`),
  bodyOn('OPTIONS', 'Content-Length: 2', `ab${smuggled}`),
  {
    id: 'A044',
    title: 'DELETE with a body, and a request behind it: each is one request',
    send: [`${plain('DELETE', '/notes/1', ['Content-Length: 2'])}ab${get('/notes/2', 'Connection: close')}`],
    expect: 'allowed',
    atPortal: 2,
    harmless: 'allowed: both are judged',
  },
  {
    id: 'A044',
    title: 'a refused request, and a sound one behind it in the same packet',
    send: [`${get('//notes/1')}${plain('DELETE', '/notes/2')}`],
    expect: [400],
  },
  {
    id: 'A044',
    title: 'a body that is too long, and a request in it',
    actor: 'high',
    send: [post('/lookup', form, `nir={nir}&${smuggled.repeat(1500)}`)],
    expect: [413],
    harmless: strict,
  },
  {
    id: 'A049',
    title: 'an answer before the body is sent',
    send: [post('/notes/1', form, 'x'.repeat(200_000))],
    portal: say(`HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n`),
    expect: [413],
    atPortal: 1,
    harmless: 'the pooled socket is the point; `proxy/upstream.test.ts` has the control',
  },
  hostile('two answers', say(`${ok}Content-Length: 2\r\n\r\nok${ok}Content-Length: 8\r\n\r\nINJECTED`), [
    [200, 502],
  ]),
  hostile(
    'a length and chunks',
    say(`${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
    [502],
  ),
  hostile('a flood of interim answers', say('HTTP/1.1 100 Continue\r\n\r\n'.repeat(500)), [502]),
  hostile(
    '204 and a body',
    say(`HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\n\r\n${ok}Content-Length: 8\r\n\r\nINJECTED`),
    [[204, 502]],
  ),
  hostile(
    'a switch nobody asked for',
    say('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    [502],
  ),
  hostile('a header of a mebibyte', say(`${ok}X: ${'x'.repeat(1_048_576)}\r\n\r\n`), [502]),
  hostile('a bad chunk', sayAndEnd(`${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`), [[502, 0, 200]]),
  hostile('half a head', sayAndEnd('HTTP/1.1 200 OK\r\nContent-'), [502]),
  ...['last', 'first'].map(
    (place): AttackCase => ({
      id: 'A052',
      title: `two thousand headers, the one that matters ${place}`,
      send: [
        get(
          '/patients/{nir}',
          ...(place === 'first' ? ['X-Http-Method-Override: GET'] : []),
          ...Array.from({ length: 2001 }, () => 'A:b'),
          ...(place === 'last' ? ['X-Http-Method-Override: GET'] : []),
        ),
      ],
      expect: [431],
      harmless: "the header that is lost is the gateway's own; it is added behind the list here",
    }),
  ),
  {
    id: 'A052',
    title: 'a hundred and one headers',
    send: [get('/notes/1', ...Array.from({ length: 100 }, (_, index) => `A${index}: b`))],
    expect: [431],
    harmless: strict,
  },
  {
    id: 'A053',
    title: 'a line end in a cookie the portal sets',
    send: [get('/notes/1')],
    portal: (_request, socket) =>
      void socket.write(`${ok}Set-Cookie: a=b\rX: y\r\nContent-Length: 2\r\n\r\nok`, 'latin1'),
    atPortal: 1,
    expect: [502],
    harmless: 'a bare carriage return ends a line for some browsers only',
  },
  ...[
    'GET\t/notes/1 HTTP/1.1',
    'GET /notes/1 /public HTTP/1.1',
    'GET /notes/1',
    'GET /notes/1 HTTP',
    ' GET /notes/1 HTTP/1.1',
  ].map(
    (line): AttackCase => ({
      id: 'A055',
      title: `a request line: ${shown(line)}`,
      send: [`${line}\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n`],
      expect: [[400, 0]],
      harmless: 'the portal of the recorder splits at single spaces; others do not',
    }),
  ),
  // node's parser takes several spaces for one (RFC 9112 section 3 allows it); the line that goes out is ours.
  ...['GET  /notes/1 HTTP/1.1', 'GET /notes/1  HTTP/1.1'].map(
    (line): AttackCase => ({
      id: 'A055',
      title: `two spaces: ${line}`,
      send: [`${line}\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n`],
      expect: [200],
      atPortal: 1,
      harmless: 'allowed: the portal gets one space',
    }),
  ),
  ...(['each', [1, 40, 41, 42, 43], [17, 18, 19]] as const).map(
    (cut): AttackCase => ({
      id: 'A056',
      title: `a sound request cut ${cut === 'each' ? 'into bytes' : `at ${cut.join()}`}`,
      actor: 'high',
      send: [post('/lookup', form, 'nir={nir}', 'Connection: close')],
      cut,
      expect: [200],
      atPortal: 1,
      harmless: 'how packets are joined on the way is not for a test to say',
    }),
  ),
  {
    id: 'A056',
    title: 'an unsound request cut into bytes',
    send: [get('//patients/{nir}')],
    cut: 'each',
    expect: [400],
    harmless: 'how packets are joined on the way is not for a test to say',
  },
  ...fields(
    'A058',
    'Expect',
    '/notes/1',
    [['Expect: y 100-continue'], ['Expect: 200-ok'], ['Expect: 100-continue', 'Expect: 100-continue']],
    {
      harmless: strict,
    },
  ),
  {
    id: 'A058',
    title: 'more requests at once than a connection may wait for',
    send: [get('/notes/1').repeat(40)],
    portal: (request, socket) => void setTimeout(() => echo(request, socket), 150),
    settle: 600,
    expect: [0],
    atPortal: 16,
    harmless: 'a limit, not a doubt',
  },
];
