// What is sent to a front while its questions are recorded. Data only: bytes as a client puts them on the socket, and
// header lists for HTTP/2, where a client sends no bytes of its own choosing.

export type Sent =
  | { readonly id: string; readonly bytes: string }
  | { readonly id: string; readonly http2: Readonly<Record<string, string | string[]>> };

/** What clients call the portal in the recordings. */
export const recordedHost = 'portail.example';
/** A person the portal knows; what tells the account to it. */
export const recordedSession = 'SID=sid-of-medecin-01; theme=dark';

const head = (line: string, ...lines: readonly string[]): string =>
  [line, `Host: ${recordedHost}`, `Cookie: ${recordedSession}`, ...lines, '', ''].join('\r\n');
const get = (target: string, ...lines: readonly string[]): string => head(`GET ${target} HTTP/1.1`, ...lines);
const post = (body: string, ...lines: readonly string[]): string =>
  `${head('POST /notes/1 HTTP/1.1', ...lines)}${body}`;
const patients = '/public/../patients/1';

const targets: readonly (readonly [string, string])[] = [
  ['a path', '/patients/1'],
  ['an open path', '/public/x'],
  ['a path nobody declared', '/nowhere'],
  ['a query', '/public/x?a=1&b=%20c+d&e=%C3%A9'],
  ['an empty query', '/public/x?'],
  ['a query with a semicolon', '/public/x?a=1;b=2'],
  ['a query with a question mark', '/public/x?a=1?b=/patients/1'],
  ['a query with a bare space escape', '/public/x?a=%20%00'],
  ['an escaped path', '/public/%C3%A9t%C3%A9'],
  ['an escape in lower case', '/public/%c3%a9t%c3%a9'],
  ['a needless escape', '/%70atients/1'],
  ['two slashes', '//patients/1'],
  ['two slashes within', '/public//x'],
  ['dot segments', patients],
  ['a single dot', '/public/./x'],
  ['escaped dot segments', '/public/%2e%2e/patients/1'],
  ['an escaped slash', '/public/..%2fpatients%2f1'],
  ['an escaped backslash', '/public/..%5cpatients'],
  ['a backslash', '/public\\..\\patients\\1'],
  ['a semicolon', '/public/x;y=z'],
  ['dots and a semicolon', '/public/..;/patients/1'],
  ['an escaped semicolon', '/public/x%3by'],
  ['a double escape', '/public/%252e%252e/patients/1'],
  ['a NUL', '/public/x%00'],
  ['a fragment', '/public/x#/../patients/1'],
  ['an escaped question mark', '/public/x%3f/../../patients/1'],
  ['other brackets', '/public/x[1]|{2}"^`<>'],
  ['bytes above ASCII', '/public/\u00c3\u00a9'],
  ['a trailing slash', '/patients/1/'],
  ['a long query', `/public/x?q=${'a'.repeat(7000)}`],
  ['too long a query', `/public/x?q=${'a'.repeat(9000)}`],
  ['absolute-form', `http://${recordedHost}/patients/1`],
  ['absolute-form of a foreign host', 'http://evil.example/public/x'],
  ['absolute-form without a path', `http://${recordedHost}`],
  ['an asterisk', '*'],
];

const methods: readonly (readonly [string, string])[] = [
  ['HEAD', head('HEAD /patients/1 HTTP/1.1')],
  ['OPTIONS', head('OPTIONS /public/x HTTP/1.1')],
  ['OPTIONS of everything', head('OPTIONS * HTTP/1.1')],
  ['DELETE', head('DELETE /notes/1 HTTP/1.1')],
  ['a method nobody declared', head('PURGE /public/x HTTP/1.1')],
  ['a method in lower case', head('get /public/x HTTP/1.1')],
  ['TRACE', head('TRACE /public/x HTTP/1.1')],
  ['CONNECT', `CONNECT ${recordedHost}:443 HTTP/1.1\r\nHost: ${recordedHost}:443\r\n\r\n`],
  ['HTTP/1.0', head('GET /public/x HTTP/1.0')],
];

const form = 'nir=1850199999001&nom=a';
const json = '{"nir":"1850199999001"}';
const bodies: readonly (readonly [string, string])[] = [
  ['a form', post(form, 'Content-Type: application/x-www-form-urlencoded', `Content-Length: ${form.length}`)],
  ['JSON', post(json, 'Content-Type: application/json', `Content-Length: ${json.length}`)],
  ['an empty body', post('', 'Content-Length: 0')],
  ['no length', post('')],
  ['chunks', post(`5\r\nhello\r\n0\r\n\r\n`, 'Content-Type: text/plain', 'Transfer-Encoding: chunked')],
  [
    'chunks and a trailer',
    post(
      '5\r\nhello\r\n0\r\nPalier-Assertion: a.b.c\r\n\r\n',
      'Transfer-Encoding: chunked',
      'Trailer: Palier-Assertion',
    ),
  ],
  [
    'chunks and a trailer nobody announced',
    post('5\r\nhello\r\n0\r\nX-Original-URL: /patients/1\r\n\r\n', 'Transfer-Encoding: chunked'),
  ],
  ['Expect', post('hello', 'Content-Type: text/plain', 'Content-Length: 5', 'Expect: 100-continue')],
  ['a foreign Expect', post('hello', 'Content-Length: 5', 'Expect: 200-ok')],
  ['a body of a GET', `${get('/public/x', 'Content-Length: 5')}nir=1`],
  ['one byte of a GET', `${get('/public/x', 'Content-Length: 1')}n`],
  ['chunks of a GET', `${get('/public/x', 'Transfer-Encoding: chunked')}5\r\nnir=1\r\n0\r\n\r\n`],
  ['no chunk of a GET', `${get('/public/x', 'Transfer-Encoding: chunked')}0\r\n\r\n`],
  ['a length and chunks', post('0\r\n\r\n', 'Content-Length: 6', 'Transfer-Encoding: chunked')],
  ['a body of a DELETE', `${head('DELETE /notes/1 HTTP/1.1', 'Content-Length: 5')}hello`],
];

const forged = (name: string, ...lines: readonly string[]): readonly [string, string] => [
  name,
  get('/public/x', ...lines),
];
const headers: readonly (readonly [string, string])[] = [
  forged('two cookie lines', 'Cookie: other=1'),
  forged('two of one header', 'X-Requested-With: a', 'X-Requested-With: b'),
  forged('two Accept lines', 'Accept: text/html', 'Accept: application/json'),
  forged(
    'the words of forwarded questions',
    'X-Forwarded-Method: GET',
    'X-Forwarded-Uri: /public/portal.css',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-For: 203.0.113.9',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Port: 443',
    'X-Forwarded-Server: evil',
    'X-Forwarded-Prefix: /public',
    'X-Real-IP: 203.0.113.9',
    'Forwarded: for=203.0.113.9;host=evil.example',
  ),
  [
    'a method override of the question',
    get('/patients/1', 'X-Forwarded-Method: HEAD', 'X-Forwarded-Uri: /public/x'),
  ],
  forged(
    'our words of a question',
    'X-Original-Method: GET',
    'X-Original-URI: /public/x',
    'X-Original-Host: portail.example',
    'X-Original-Peer: 203.0.113.9',
  ),
  forged('a length of our words', 'X-Original-Length: 0', 'X-Original-Coding: identity'),
  forged('a target in words of IIS', 'X-Original-URL: /patients/1', 'X-Rewrite-URL: /patients/1'),
  forged('a method override', 'X-HTTP-Method-Override: DELETE'),
  forged('an assertion', 'Palier-Assertion: a.b.c'),
  forged('an assertion with an underscore', 'Palier_Assertion: a.b.c'),
  forged('an assertion with a dot', 'Palier.Assertion: a.b.c'),
  forged('two assertions', 'PALIER-ASSERTION: a.b.c', 'Palier-Assertion: d.e.f'),
  forged('an assertion named as a hop', 'Connection: close, Palier-Assertion', 'Palier-Assertion: a.b.c'),
  forged('an answer under seal', 'Palier-Answer: x'),
  forged('the secret of a front', 'Palier-Front-Secret: x'),
  forged(
    'hops that name ours',
    'Connection: X-Forwarded-Uri, X-Forwarded-Method, X-Forwarded-Host, Cookie, Host',
  ),
  forged('forwarded words with underscores', 'X_Forwarded_Uri: /patients/1', 'X_Forwarded_Method: GET'),
  forged('an underscore', 'X_Anything: 1'),
  forged(
    'a certificate',
    'Client-Cert: :AAAA:',
    'X-Forwarded-Client-Cert: By=x',
    'X-SSL-Client-Verify: SUCCESS',
  ),
  forged(
    'words of Envoy',
    'X-Envoy-Original-Path: /patients/1',
    'X-Envoy-Retry-On: 5xx',
    'X-Envoy-Internal: true',
  ),
  forged('bytes above ASCII in a value', 'X-Note: caf\u00c3\u00a9'),
  forged('early data', 'Early-Data: 1'),
  forged('Basic', 'Authorization: Basic YTpi'),
];

const upgrades: readonly (readonly [string, string])[] = [
  [
    'a WebSocket',
    get(
      '/public/x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ),
  ],
  ['a WebSocket without a key', get('/public/x', 'Connection: Upgrade', 'Upgrade: websocket')],
  [
    'HTTP/2 in the clear',
    get(
      '/public/x',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
    ),
  ],
  ['another protocol', get('/public/x', 'Connection: Upgrade', 'Upgrade: other/1')],
];

const hosted = (name: string, ...lines: readonly string[]): readonly [string, string] => [
  name,
  ['GET /public/x HTTP/1.1', ...lines, `Cookie: ${recordedSession}`, '', ''].join('\r\n'),
];
const hosts: readonly (readonly [string, string])[] = [
  hosted('a Host in upper case', 'Host: PORTAIL.EXAMPLE'),
  hosted('a Host with a port', `Host: ${recordedHost}:80`),
  hosted('a Host with a dot', `Host: ${recordedHost}.`),
  hosted('a foreign Host', 'Host: evil.example'),
  hosted('two Hosts', `Host: ${recordedHost}`, 'Host: evil.example'),
  hosted('two Hosts, the foreign one first', 'Host: evil.example', `Host: ${recordedHost}`),
  hosted('no Host'),
  hosted('an empty Host', 'Host:'),
];

const pseudo = { ':scheme': 'http', ':authority': recordedHost, cookie: recordedSession };
const http2: readonly Sent[] = [
  { id: 'HTTP/2', http2: { ...pseudo, ':method': 'GET', ':path': '/patients/1' } },
  {
    id: 'HTTP/2 with a cookie in parts',
    http2: { ...pseudo, ':method': 'GET', ':path': '/public/x', cookie: recordedSession.split('; ') },
  },
  {
    id: 'HTTP/2 with a foreign Host beside',
    http2: { ...pseudo, ':method': 'GET', ':path': '/public/x', host: 'evil.example' },
  },
  {
    id: 'HTTP/2 of a foreign authority',
    http2: {
      ...pseudo,
      ':method': 'GET',
      ':path': '/public/x',
      ':authority': 'evil.example',
      host: recordedHost,
    },
  },
  { id: 'HTTP/2 with dot segments', http2: { ...pseudo, ':method': 'GET', ':path': patients } },
  { id: 'HTTP/2 with two slashes', http2: { ...pseudo, ':method': 'GET', ':path': '//patients/1' } },
  {
    id: 'HTTP/2 with an assertion',
    http2: { ...pseudo, ':method': 'GET', ':path': '/public/x', 'palier-assertion': 'a.b.c' },
  },
  {
    id: 'HTTP/2 with another scheme',
    http2: {
      ...pseudo,
      ':method': 'GET',
      ':path': '/public/x',
      ':scheme': 'http://portail.example/patients/1?',
    },
  },
];

/** Each is sent on a connection of its own. */
export const recordedRequests: readonly Sent[] = [
  ...targets.map(([id, target]) => ({ id, bytes: get(target) })),
  ...[...methods, ...bodies, ...headers, ...upgrades, ...hosts].map(([id, bytes]) => ({ id, bytes })),
  ...http2,
];
