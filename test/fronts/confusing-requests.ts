// Requests that two servers in a row may read in two ways: paths, hosts and framing. Data only. `{host}` and `{cookie}`
// are filled in. The honest ones must come through, or a run that lets nothing through would look like a good one.

export interface Confusing {
  readonly id: string;
  readonly bytes: string;
}

const head = (line: string, ...lines: readonly string[]): string =>
  [line, 'Host: {host}', 'Cookie: {cookie}', ...lines, '', ''].join('\r\n');

const get = (target: string, ...lines: readonly string[]): string => head(`GET ${target} HTTP/1.1`, ...lines);

/** What anybody may send; each must reach the portal as it is. */
export const honest: readonly string[] = [
  '/public/portal.css',
  '/public/a/b/c',
  '/public/a?b=c&d=e%20f',
  '/public/%C3%A9t%C3%A9',
  "/public/it's,(here)!$&+=:@~._-",
  '/public/a%20b',
  '/public/x?back=/patients/1&q=[1]|2',
  '/notes/1',
  '/notes/%C3%A9',
].map((target) => get(target, 'Connection: close'));

const targets: readonly (readonly [string, readonly string[]])[] = [
  ['A001', ['//patients/1', '/patients//1', '/public//x', '///public/x', '/public/x//']],
  [
    'A002',
    [
      '/public/../patients/1',
      '/public/./x',
      '/./patients/1',
      '/public/x/../../patients/1',
      '/public/..',
      '/..',
    ],
  ],
  [
    'A003',
    ['/public/%2e%2e/patients/1', '/public/%2E./patients/1', '/%2e/patients/1', '/public/.%2e/patients/1'],
  ],
  ['A004', ['/public%2f..%2fpatients%2f1', '/patients%2f1', '/public/..%2Fpatients/1', '/public%2Fx']],
  ['A005', ['/public/%252e%252e/patients/1', '/%2570atients/1', '/public/%25%32%65%25%32%65/patients/1']],
  ['A006', ['/%70atients/1', '/p%61tients/1', '/public/%78', '/notes/%31']],
  ['A007', ['/public\\..\\patients\\1', '/\\patients/1', '/public/..%5cpatients%5c1']],
  ['A008', ['/public/..;/patients/1', '/patients;a=b/1', '/patients/1;x', '/;/patients/1', '/public/x;y']],
  ['A009', ['/patients/1/', '/public/x/', '/notes/1/']],
  ['A011', ['/PATIENTS/1', '/Public/x', '/Notes/1']],
  [
    'A012',
    [
      '/public/x%00',
      '/public/x%0a',
      '/public/x%0d%0aX:y',
      '/public/x%7f',
      '/public/%ff',
      '/public/%c0%ae%c0%ae/patients/1',
    ],
  ],
  ['A013', ['/public/%EF%BC%8E%EF%BC%8E/patients/1', '/public%E2%88%95..%E2%88%95patients']],
  [
    'A014',
    [
      '/public/x#/../../patients/1',
      '/public/x%23',
      '/public/x%3f/../patients/1',
      '/public/x?%00',
      '/public/x??y',
    ],
  ],
  ['A015', ['/public/x.', '/patients./1', '/public/.../patients/1', '/public/x%20', '/public/ x']],
  [
    'A028',
    [
      'http://localhost/patients/1',
      'http://{host}/public/x',
      'http://evil.example/public/x',
      '//127.0.0.1:1/x',
      'foo://x/y',
      '@evil/x',
      '*',
      'public/x',
    ],
  ],
];

const hosts: readonly (readonly [string, string])[] = [
  ['A029', 'GET /public/x HTTP/1.1\r\nCookie: {cookie}\r\n\r\n'],
  ['A029', 'GET /public/x HTTP/1.1\r\nHost:\r\nCookie: {cookie}\r\n\r\n'],
  ['A029', 'GET /public/x HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\nCookie: {cookie}\r\n\r\n'],
  ['A029', 'GET /public/x HTTP/1.1\r\nHost: evil.example\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'],
  ['A029', 'GET /public/x HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'],
  ...[
    'evil.example',
    '{host}.evil.example',
    '{host}.',
    'evil@{host}',
    '{host}/../x?',
    '[::1]',
    '{host}:1',
  ].map((host) => ['A029', `GET /public/x HTTP/1.1\r\nHost: ${host}\r\nCookie: {cookie}\r\n\r\n`] as const),
  ['A031', get('/public/x', 'X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example')],
  ['A034', 'GET /patients/1\r\n\r\n'],
  ['A034', 'GET /public/x HTTP/1.0\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'],
  ['A034', 'GET /public/x HTTP/1.0\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: keep-alive\r\n\r\n'],
  ['A034', 'GET /public/x HTTP/2.0\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'],
  ['A034', 'GET /public/x HTTP/1.2\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'],
  ['A034', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['A055', 'GET  /public/x  HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'],
  ['A055', 'GET /public/x /patients/1 HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'],
  ['A055', 'GET\t/public/x\tHTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'],
];

const smuggled = 'GET /patients/1 HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n';
const post = (body: string, ...lines: readonly string[]): string =>
  `${head('POST /notes/1 HTTP/1.1', 'Content-Type: text/plain', ...lines)}${body}`;

const framing: readonly (readonly [string, string])[] = [
  ['A037', post(`0\r\n\r\n${smuggled}`, 'Content-Length: 6', 'Transfer-Encoding: chunked')],
  ['A037', post(`0\r\n\r\n${smuggled}`, 'Transfer-Encoding: chunked', 'Content-Length: 5')],
  ['A037', post(smuggled, 'Content-Length: 0', 'Transfer-Encoding: identity')],
  ...[
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: identity, chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: "chunked"',
    'Transfer-Encoding: chunked;x',
    'Transfer-Encoding: \x0bchunked',
    'Transfer-Encoding : chunked',
    ' Transfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
    'Transfer_Encoding: chunked\r\nContent-Length: 5',
    'Transfer-Encoding:\r\n chunked',
    'TRANSFER-ENCODING: CHUNKED',
    'X: y\rTransfer-Encoding: chunked',
    'X: y\nTransfer-Encoding: chunked',
  ].map((line) => ['A038', post(`0\r\n\r\n${smuggled}`, line)] as const),
  ...[
    '5',
    '+5',
    '05',
    '5 ',
    '5, 5',
    '5,6',
    '0x5',
    '-1',
    '5\r\nContent-Length: 6',
    '5\r\nContent-Length: 5',
    '99999999999999999999',
  ].map((length) => ['A039', post(`hello${smuggled}`, `Content-Length: ${length}`)] as const),
  [
    'A040',
    `POST /notes/1 HTTP/1.0\r\nHost: {host}\r\nCookie: {cookie}\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n${smuggled}`,
  ],
  ...[
    '3;a=b',
    '3;\n',
    '3 ',
    '0x3',
    '+3',
    '00000000000000003',
    '10000000000000003',
    '3\r\r',
    '3\n',
    ' 3',
    '3;a="\r\n"',
  ].map(
    (size) => ['A041', post(`${size}\r\nabc\r\n0\r\n\r\n${smuggled}`, 'Transfer-Encoding: chunked')] as const,
  ),
  ['A041', post(`3\r\nabc0\r\n\r\n${smuggled}`, 'Transfer-Encoding: chunked')],
  [
    'A042',
    post(
      `0\r\nX-Original-URL: /patients/1\r\nContent-Length: 9\r\n\r\n${smuggled}`,
      'Transfer-Encoding: chunked',
      'Trailer: X-Original-URL',
    ),
  ],
  ...[
    ': x',
    'A B: x',
    'A\tB: x',
    'A(: x',
    'A@: x',
    'no colon',
    'X\x01: y',
    'Palier_Assertion: x',
    'Palier.Assertion: x',
  ].map((line) => ['A043', get('/public/x', line)] as const),
  ['A044', `${get('/public/x', `Content-Length: ${smuggled.length}`)}${smuggled}`],
  ['A044', `${get('/public/x', 'Transfer-Encoding: chunked')}0\r\n\r\n${smuggled}`],
  ['A044', `${head('DELETE /notes/1 HTTP/1.1', 'Content-Length: 5')}hello${smuggled}`],
  ['A048', post('hello', 'Content-Length: 5', 'Expect: 100-continue')],
  ['A048', post('hello', 'Content-Length: 5', 'Expect: 200-ok')],
  ['A059', get('/public/x', 'Palier-Assertion: a.b.c')],
  ['A061', get('/public/x', 'Connection: close, Palier-Assertion, Cookie, Host')],
  ['A062', get('/public/x', 'X-Original-URL: /patients/1', 'X-Rewrite-URL: /patients/1')],
  ['A086', head('HEAD /patients/1 HTTP/1.1')],
  ['A086', head('TRACE /public/x HTTP/1.1')],
  ['A086', head('PURGE /public/x HTTP/1.1')],
  ['A086', head('get /public/x HTTP/1.1')],
  ['A086', get('/public/x', 'X-HTTP-Method-Override: DELETE')],
  // Two on one connection: the second one is judged for itself.
  ['A047', `${get('/public/first')}${get('/patients/1')}${get('/public/third', 'Connection: close')}`],
];

export const confusing: readonly Confusing[] = [
  ...targets.flatMap(([id, all]) => all.map((target) => ({ id, bytes: get(target, 'Connection: close') }))),
  ...[...hosts, ...framing].map(([id, bytes]) => ({ id, bytes })),
];
