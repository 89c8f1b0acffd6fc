import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalise, type EdgeRules } from './canonical.ts';
import { plainAddress } from './client-address.ts';

const edge: EdgeRules = {
  hosts: new Set(['portal.test', 'portal.test:8443']),
  cookiePrefix: '__Host-palier',
};

type Verdict = string;
let server: Server;
const verdicts: Verdict[] = [];

/** What the edge says of one request as node:http hands it over: a status and reason, or the canonical request in short. */
function verdict(incoming: IncomingMessage): Verdict {
  const judged = canonicalise(incoming, edge);
  return 'status' in judged
    ? `${judged.status} ${judged.reason}`
    : `${judged.method} ${judged.target} ${judged.bodyLength}`;
}

beforeAll(async () => {
  const take = (incoming: IncomingMessage): void => void verdicts.push(verdict(incoming));
  server = createServer((incoming, response) => {
    take(incoming);
    response.writeHead(200, { connection: 'close' }).end();
  });
  server.on('upgrade', (incoming, socket) => {
    take(incoming);
    socket.end();
  });
  server.on('checkExpectation', (incoming, response) => {
    take(incoming);
    response.writeHead(417, { connection: 'close' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => server.close());

/** Sends bytes and gives the verdicts reached; an empty list when node's own parser refused. */
async function send(bytes: string): Promise<readonly Verdict[]> {
  verdicts.length = 0;
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const closed = new Promise<void>((resolve) =>
    socket.on('close', () => resolve()).on('error', () => undefined),
  );
  socket.on('data', () => undefined);
  socket.end(Buffer.from(bytes, 'latin1'));
  await closed;
  return [...verdicts];
}

const request = (line: string, ...headers: readonly string[]): string =>
  `${[line, 'Host: portal.test', ...headers].join('\r\n')}\r\n\r\n`;
const get = (...headers: readonly string[]): string => request('GET /a HTTP/1.1', ...headers);
const bare = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

describe('a request that is canonical', () => {
  it.each([
    ['an ordinary one', get('Accept: text/html', 'Cookie: a=1; b=2'), 'GET /a 0'],
    ['the port is part of the host', bare('GET /a HTTP/1.1', 'Host: PORTAL.test:8443'), 'GET /a 0'],
    ['a body with a length', `${request('POST /a?b=1 HTTP/1.1', 'Content-Length: 3')}abc`, 'POST /a?b=1 3'],
    [
      'a chunked body',
      `${request('PUT /a HTTP/1.1', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
      'PUT /a chunked',
    ],
    ['GET with a length of nothing', get('Content-Length: 0'), 'GET /a 0'],
    ['HTTP/1.0 with Host, closing', request('GET /a HTTP/1.0'), 'GET /a 0'],
    [
      '100-continue',
      `${request('POST /a HTTP/1.1', 'Content-Length: 1', 'Expect: 100-Continue')}x`,
      'POST /a 1',
    ],
    ['a list in two lines', get('Accept: a/b', 'Accept: c/d'), 'GET /a 0'],
  ])('%s', async (_name, bytes, expected) => {
    expect(await send(bytes)).toEqual([expected]);
  });

  it('joins lists, keeps the rest, and lower-cases names only', () => {
    const judged = canonicalise(
      raw({ rawHeaders: ['HOST', 'Portal.Test', 'X-A', 'One', 'x-a', 'Two'] }),
      edge,
    );
    expect('headers' in judged && judged.headers.get('x-a')).toBe('One, Two');
    expect('host' in judged && judged.host).toBe('portal.test');
  });

  it('A133: one machine has one address', () => {
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(plainAddress('::1')).toBe('::1');
    expect(plainAddress('::ffff:1')).toBe('::ffff:1');
  });
});

interface Raw {
  readonly rawHeaders?: string[];
  readonly url?: string;
  readonly httpVersion?: string;
}

function raw({
  rawHeaders = ['Host', 'portal.test'],
  url = '/a',
  httpVersion = '1.1',
}: Raw): Parameters<typeof canonicalise>[0] {
  return { method: 'GET', url, httpVersion, rawHeaders, socket: { remoteAddress: '127.0.0.1' } };
}

const upgrade = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];
const without = (lost: number, ...instead: readonly string[]): string =>
  get(...upgrade.filter((_, index) => index !== lost), ...instead);

/** [attack, reason, bytes]: what node lets through and the edge refuses. */
const refused: readonly (readonly [string, string, string])[] = [
  ['A029', '421 host', bare('GET /a HTTP/1.1', 'Host: evil')],
  ['A029', '421 host', bare('GET /a HTTP/1.1', 'Host: portal.test.evil')],
  ['A029', '421 host', bare('GET /a HTTP/1.1', 'Host: portal.test:1')],
  ['A029', '421 host', bare('GET /a HTTP/1.1', 'Host: portal.test.')],
  ['A029', '421 host', bare('GET /a HTTP/1.1', 'Host: xportal.test')],
  ['A029', '421 host', bare('GET /a HTTP/1.1', 'Host: a/../evil?x')],
  ['A029', '421 host', bare('GET /a HTTP/1.1', 'Host: portal.test@evil')],
  ['A029', '421 host', bare('GET /a HTTP/1.1', 'Host:')],
  ['A029', '421 host', bare('GET /a HTTP/1.1', 'Host: [::1]')],
  ['A029', '421 host', bare('GET /a HTTP/1.0')],
  ['A029', '400 duplicate-header', get('Host: portal.test')],
  ['A029', '400 duplicate-header', get('Host: evil')],
  ['A035', '421 host', bare('GET /a HTTP/1.1', 'Host: portal.testx')],
  ['A028', '400 not-origin-form', request('GET http://169.254.169.254/ HTTP/1.1')],
  ['A028', '400 not-origin-form', request('GET http://portal.test/a HTTP/1.1')],
  ['A028', '400 not-origin-form', request('GET foo://x/y HTTP/1.1')],
  ['A032', '400 not-origin-form', request('OPTIONS * HTTP/1.1')],
  ['A032', '400 not-origin-form', request('GET * HTTP/1.1')],
  ['A034', '400 http-version', 'GET /a\r\n\r\n'],
  ['A034', '400 http-version', request('GET /a HTTP/2.0')],
  [
    'A038',
    '400 transfer-encoding',
    `${request('POST /a HTTP/1.1', 'Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
  ],
  ['A038', '400 transfer-encoding', `${request('POST /a HTTP/1.1', 'Transfer-Encoding: CHUNKED')}0\r\n\r\n`],
  ['A038', '400 header-name', get('Transfer_Encoding: chunked')],
  [
    'A040',
    '400 transfer-encoding-on-1.0',
    `${request('POST /a HTTP/1.0', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  ],
  ['A089', '400 keep-alive-on-1.0', request('GET /a HTTP/1.0', 'Connection: Keep-Alive')],
  ['A044', '400 body-on-get', `${get('Content-Length: 3')}abc`],
  ['A044', '400 body-on-get', `${get('Transfer-Encoding: chunked')}0\r\n\r\n`],
  ['A044', '400 body-on-get', `${request('HEAD /a HTTP/1.1', 'Content-Length: 1')}x`],
  ['A044', '400 body-on-get', `${request('OPTIONS /a HTTP/1.1', 'Content-Length: 1')}x`],
  ['A041', '400 content-length', request('POST /a HTTP/1.1', 'Content-Length: 00')],
  ['A052', '431 too-many-headers', get(...Array.from({ length: 100 }, (_, index) => `X-${index}: 1`))],
  ['A060', '400 header-name', get('X_Identity: me')],
  ['A060', '400 header-name', get('X.Identity: me')],
  ['A043', '400 header-name', get("X'Y: 1")],
  ['A077', '400 header-value', get('X-A: caf\u00e9')],
  ['A077', '400 header-value', get('Cookie: a=\u00ff')],
  ['A080', '400 duplicate-header', get('Authorization: Bearer a', 'Authorization: Bearer b')],
  [
    'A100',
    '400 duplicate-header',
    `${request('POST /a HTTP/1.1', 'Content-Type: text/plain', 'Content-Type: application/json', 'Content-Length: 1')}x`,
  ],
  [
    'A101',
    '400 duplicate-header',
    `${request('POST /a HTTP/1.1', 'Content-Encoding: gzip', 'Content-Encoding: gzip', 'Content-Length: 1')}x`,
  ],
  ['A208', '400 duplicate-header', get('Cookie: a=1', 'Cookie: b=2')],
  ['A208', '400 own-cookie-twice', get('Cookie: __Host-palier=a; x=1; __Host-palier=b')],
  ['A092', '425 early-data', get('Early-Data: 1')],
  ['A086', '400 method-override', get('X-HTTP-Method-Override: DELETE')],
  ['A086', '400 method-override', get('x-method-override: DELETE')],
  ['A086', '405 method', request('TRACE /a HTTP/1.1')],
  ['A086', '405 method', request('PURGE /a HTTP/1.1')],
  ['A086', '405 method', request('PROPFIND /a HTTP/1.1')],
  ['A086', '405 method', request('SEARCH /a HTTP/1.1')],
  ['A086', '405 method', `${request('QUERY /a HTTP/1.1', 'Content-Length: 1')}x`],
  ['A054', '417 expect', `${request('POST /a HTTP/1.1', 'Content-Length: 1', 'Expect: y 100-continue')}x`],
  ['A054', '417 expect', get('Expect: 200-ok')],
  [
    'A051',
    '400 trailer',
    `${request('POST /a HTTP/1.1', 'Transfer-Encoding: chunked', 'Trailer: X-Identity')}0\r\nX-Identity: me\r\n\r\n`,
  ],
  [
    'A083',
    '400 upgrade',
    get('Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: AAMAAABk'),
  ],
  ['A083', '400 upgrade', get('Upgrade: foo', 'Connection: Upgrade')],
  ['A083', '400 upgrade', without(1)],
  ['A083', '400 upgrade', without(2)],
  ['A083', '400 upgrade', without(2, 'Sec-WebSocket-Version: 8')],
  ['A083', '400 upgrade', without(3)],
  ['A083', '400 upgrade', without(3, 'Sec-WebSocket-Key: short')],
  ['A083', '400 upgrade', without(0, 'Upgrade: websocket, h2c')],
  ['A083', '400 upgrade', request('POST /a HTTP/1.1', 'Content-Length: 0', ...upgrade)],
];

describe('a request that node lets through and the edge refuses', () => {
  it.each(refused)('%s: %s %j', async (_id, expected, bytes) => {
    expect(await send(bytes)).toEqual([expected]);
  });

  it('A083: a handshake that is whole is one', () => {
    const headers = ['Host', 'portal.test', ...upgrade.flatMap((line) => line.split(': '))];
    expect(canonicalise(raw({ rawHeaders: headers }), edge)).toMatchObject({ upgrade: 'websocket' });
  });

  it('every refusal closes the connection', () => {
    for (const url of ['//a', 'http://x/', '/a'.repeat(5000)])
      expect(canonicalise(raw({ url }), edge)).toMatchObject({ close: true });
  });

  it('control: node alone keeps the first of two credentials and says nothing of the second', async () => {
    let seen: IncomingMessage | undefined;
    server.once('request', (incoming) => {
      seen = incoming;
    });
    await send(get('Authorization: Bearer a', 'Authorization: Bearer b'));
    expect(seen?.headers.authorization).toBe('Bearer a');
    expect(seen?.rawHeaders.filter((text) => text.startsWith('Bearer'))).toEqual(['Bearer a', 'Bearer b']);
  });
});

/** Framing that node refuses by itself: the table counts on it, and this notices when a new version stops. */
describe('what node itself refuses before the edge', () => {
  it.each([
    ['A037', `${request('POST /a HTTP/1.1', 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n`],
    ['A038', request('POST /a HTTP/1.1', 'Transfer-Encoding: chunked, identity')],
    [
      'A038',
      `${request('POST /a HTTP/1.1', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    ['A038', request('POST /a HTTP/1.1', 'Transfer-Encoding : chunked')],
    ['A041', `${request('POST /a HTTP/1.1', 'Content-Length: +3')}abc`],
    ['A041', `${request('POST /a HTTP/1.1', 'Content-Length: 3, 3')}abc`],
    ['A043', get(': x')],
    ['A043', get(' folded: x')],
    ['A055', request('GET /a /b HTTP/1.1')],
    ['A011', request('GET /a\0b HTTP/1.1')],
    ['A077', request('GET /\u00e9 HTTP/1.1')],
    ['A029', bare('GET /a HTTP/1.1')],
    ['A086', request('FOO /a HTTP/1.1')],
    ['A086', request('get /a HTTP/1.1')],
  ])('%s: %j', async (_id, bytes) => {
    expect(await send(bytes)).toEqual([]);
  });
});
