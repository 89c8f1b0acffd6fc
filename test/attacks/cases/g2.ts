// G2: where a request goes, and by which name.

import { type AttackCase, fields, get, spellings } from '../case.ts';

const clean =
  'a request without a sound Host or target; what it could be used for needs a portal that builds links of it';

/** A head without the Host and cookie that `get` writes. */
const bare = (line: string, ...rest: readonly string[]): string => [line, ...rest, '', ''].join('\r\n');
const hosts = (...values: readonly string[]): string =>
  bare('GET /notes/1 HTTP/1.1', ...values.map((value) => `Host: ${value}`), 'Cookie: {cookie}');

const host = (title: string, values: readonly string[], more: Partial<AttackCase> = {}): AttackCase => ({
  id: 'A029',
  title: `Host ${title}`,
  send: [hosts(...values)],
  expect: [[400, 421]],
  ...more,
});

export const g2: readonly AttackCase[] = [
  ...spellings(
    'A028',
    'another machine as target',
    [
      '//127.0.0.1:22/x',
      '/\\127.0.0.1:6379/',
      'http://169.254.169.254/',
      'foo://x/y',
      'http://a@b/',
      '@evil/x',
      '/.//evil/x',
      'http://{host}/notes/1',
      '//patients/{nir}@evil',
    ],
    {
      harmless:
        'the naive forwarder has one portal too; nothing here chooses a machine, see `target.test.ts`',
    },
  ),
  ...spellings('A028', 'a guarded page in absolute form', [
    'http://{host}/patients/{nir}',
    'HTTP://evil/patients/{nir}',
    'foo://evil/patients/{nir}',
  ]),
  host('missing', []),
  host('empty', ['']),
  host('twice', ['{host}', 'evil']),
  host('twice the same', ['{host}', '{host}']),
  host('foreign', ['evil']),
  host('with a longer name', ['{host}.evil']),
  host('with another port', ['localhost:1']),
  host('with a dot at the end', ['localhost.']),
  host('with a path', ['a/../evil?x']),
  host('with a user', ['a@evil']),
  host('an address', ['[::1]']),
  host('with a tab in it', ['local\thost']),
  {
    id: 'A029',
    title: 'Host in capitals is the same host, and the portal gets ours',
    send: [hosts('LOCALHOST:{port}')],
    expect: [200],
    atPortal: 1,
    harmless: 'allowed',
  },
  ...fields(
    'A031',
    'another host in a header',
    '/notes/1',
    [
      ['X-Forwarded-Host: evil'],
      ['Forwarded: host=evil'],
      ['X-Host: evil'],
      ['X-Original-Host: evil'],
      ['X-Forwarded-Server: evil'],
      ['X-Forwarded-Prefix: //evil'],
      [
        'X-Forwarded-Proto: http',
        'X-Forwarded-Port: 1',
        'X-Forwarded-For: 127.0.0.1',
        'X-Real-IP: 127.0.0.1',
      ],
    ],
    { expect: 'allowed', atPortal: 1 },
  ),
  { id: 'A032', title: 'OPTIONS *', send: [get('*').replace('GET', 'OPTIONS')], harmless: clean },
  { id: 'A032', title: 'GET *', send: [get('*')], harmless: clean },
  {
    id: 'A032',
    title: '* with a body',
    send: [bare('POST * HTTP/1.1', 'Host: {host}', 'Content-Length: 2', '').concat('ab')],
    harmless: clean,
  },
  { id: 'A034', title: 'a line without a version', send: ['GET /notes/1\r\n\r\n'], expect: [[400, 0]] },
  { id: 'A034', title: 'HTTP/1.0 without Host', send: [bare('GET /notes/1 HTTP/1.0', 'Cookie: {cookie}')] },
  {
    id: 'A034',
    title: 'HTTP/1.0 with Host',
    send: [bare('GET /notes/1 HTTP/1.0', 'Host: {host}', 'Cookie: {cookie}')],
    expect: [200],
    atPortal: 1,
    harmless: 'allowed: it is answered and closed',
  },
  ...['1.2', '2.0', '3.0', '0.9', '9.9'].map(
    (version): AttackCase => ({
      id: 'A034',
      title: `HTTP/${version}`,
      send: [bare(`GET /notes/1 HTTP/${version}`, 'Host: {host}', 'Cookie: {cookie}')],
      expect: [[400, 505, 0]],
      harmless: version.startsWith('1')
        ? 'a portal takes it for 1.1'
        : 'a portal that reads the first digit takes it for another protocol',
    }),
  ),
  {
    id: 'A034',
    title: 'the preface of HTTP/2',
    send: ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    expect: [[400, 0]],
    harmless: clean,
  },
  host('that ends like ours', ['x{host}'], { id: 'A035' }),
  host('that holds ours', ['evil.{host}'], { id: 'A035' }),
  {
    id: 'A035',
    title: 'Host that makes a prefix of a path',
    send: [bare('GET /1 HTTP/1.1', 'Host: {host}/notes', 'Cookie: {cookie}')],
    expect: [[400, 421]],
  },
];
