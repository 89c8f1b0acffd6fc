// G4: headers that say who somebody is, or where a request should go.

import type { Answerer } from '../../support/recorder-upstream.ts';
import { type AttackCase, fields, get, spellings } from '../case.ts';

const page = '/notes/1';
const allowed = { expect: 'allowed', atPortal: 1 } as const;
const clean = 'no portal of the readings acts on it';

/** A sound answer with these fields. */
const answering =
  (...lines: readonly string[]): Answerer =>
  (_request, socket) =>
    void socket.write(['HTTP/1.1 200 OK', ...lines, 'Content-Length: 2', '', 'ok'].join('\r\n'), 'latin1');

/** What of it must not reach the client is checked by `answers.test.ts`. */
const answered = (title: string, ...lines: readonly string[]): AttackCase => ({
  id: 'A080',
  title: `a portal that says ${title}`,
  send: [get(page)],
  portal: answering(...lines),
  ...allowed,
  harmless: '`answers.test.ts` looks at what reaches the client, with its control',
});

export const g4: readonly AttackCase[] = [
  ...fields(
    'A059',
    'an assertion of the client',
    page,
    [
      ['Palier-Assertion: eyJhbGciOiJub25lIn0.eyJzdWIiOiJwaGFybWFjaWUtMDIifQ.'],
      ['Palier-Assertion: garbage'],
      ['palier-assertion: signed-admin'],
      ['Palier-Assertion: a', 'Palier-Assertion: b'],
      ['X-Stepup-Identity: pharmacie-02'],
      ['X-Auth-User: pharmacie-02', 'X-User: pharmacie-02', 'Remote-User: pharmacie-02'],
    ],
    allowed,
  ),
  ...fields('A059', 'an assertion under an alias', page, [
    ['Palier_Assertion: signed-admin'],
    ['Palier.Assertion: signed-admin'],
    ['Palier+Assertion: signed-admin'],
  ]),
  ...fields('A059', 'an assertion of nobody', '/public/x', [['Palier-Assertion: signed-admin']], {
    actor: 'anon',
    ...allowed,
  }),
  ...fields(
    'A061',
    'a header named by Connection',
    page,
    [
      ['Connection: close, Palier-Assertion'],
      ['connection: PALIER-ASSERTION'],
      ['Connection: close, \t Palier-Assertion \t'],
      ['Connection: X-Forwarded-For, X-Forwarded-Host, Palier-Assertion'],
      ['Proxy-Connection: keep-alive', 'Keep-Alive: timeout=5'],
      ['TE: trailers'],
    ],
    allowed,
  ),
  ...fields(
    'A061',
    'framing named by Connection',
    page,
    [['Connection: Content-Length'], ['Connection: cookie'], ['Connection: Host']],
    {
      ...allowed,
      harmless: 'the naive forwarder of the control drops fields, not framing',
    },
  ),
  ...fields(
    'A062',
    'another page in a header',
    page,
    [
      ['X-Original-URL: /patients/{nir}'],
      ['X-Rewrite-URL: /patients/{nir}'],
      ['X-Forwarded-Uri: /patients/{nir}'],
      ['X-Forwarded-Path: /patients/{nir}'],
      ['X-Original-URI: /patients/{nir}'],
      ['X-Forwarded-Prefix: /patients'],
    ],
    allowed,
  ),
  ...fields('A062', 'another page in an unknown header', page, [['X-Override-URL: /patients/{nir}']], {
    ...allowed,
    harmless: clean,
  }),
  ...fields(
    'A062',
    'an open page in a header of a guarded one',
    '/patients/{nir}',
    [['X-Original-URL: /public/x'], ['X-Forwarded-Uri: /public/x', 'X-Forwarded-Method: OPTIONS']],
    {
      expect: [401],
      harmless: 'the naive forwarder judges the line too',
    },
  ),
  ...[
    'garbage',
    '',
    'ses_',
    'ses_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'x'.repeat(6000),
    '%00',
    '"quoted"',
    '__Host-palier',
    'null',
    '0',
  ].map(
    (value): AttackCase => ({
      id: 'A067',
      title: `a session cookie that is ${value.length > 40 ? 'long' : JSON.stringify(value)}`,
      send: [
        get('/patients/{nir}', `Cookie: {cookie}; __Host-palier=${value}`).replace(
          'Cookie: {cookie}\r\n',
          '',
        ),
      ],
      expect: [401],
      harmless: 'who believes a cookie it cannot read is the control in `naive-stand.ts`: `level=high`',
    }),
  ),
  {
    id: 'A067',
    title: 'a session cookie twice',
    send: [
      get('/patients/{nir}', 'Cookie: {cookie}; __Host-palier=a; __Host-palier=b').replace(
        'Cookie: {cookie}\r\n',
        '',
      ),
    ],
    expect: [400],
    harmless: clean,
  },
  {
    id: 'A067',
    title: 'a cookie anybody can write',
    send: [get('/patients/{nir}', 'Cookie: level=high; {cookie}').replace('Cookie: {cookie}\r\n', '')],
    expect: [401],
  },
  ...fields(
    'A068',
    'the word of a health check',
    '/patients/{nir}',
    [
      ['User-Agent: kube-probe/1.30'],
      ['User-Agent: GoogleHC/1.0'],
      ['X-Health-Check: 1'],
      ['X-Forwarded-For: 127.0.0.1'],
    ],
    { actor: 'anon', expect: [401], harmless: clean },
  ),
  ...spellings(
    'A068',
    'a health page',
    ['/ping', '/health', '/healthz', '/metrics', '/.palier/health', '/patients/{nir}?ping'],
    {
      actor: 'anon',
      expect: [[400, 401, 404]],
      harmless: clean,
    },
  ),
  ...fields(
    'A077',
    'bytes above 127',
    page,
    [['X-Name: \xff\xfe'], ['User-Agent: \xe9'], ['Cookie: a=\xff']],
    { harmless: 'what they mean differs between portals' },
  ),
  {
    id: 'A079',
    title: "the gateway's cookie among others, quoted and in other cases",
    actor: 'high',
    send: [
      get(page, 'Cookie: a="b; c"; __HOST-PALIER=x; {cookie}; $Version=1; d=e').replace(
        'Cookie: {cookie}\r\n',
        '',
      ),
    ],
    ...allowed,
  },
  {
    id: 'A079',
    title: "the gateway's cookie without a name, and inside of another",
    actor: 'high',
    send: [
      get(page, 'Cookie: {cookie}; =__Host-palier=t; a="1, __Host-palier=t"').replace(
        'Cookie: {cookie}\r\n',
        '',
      ),
    ],
    ...allowed,
  },
  answered('a cookie of ours', 'Set-Cookie: __Host-palier=planted; Path=/; Secure'),
  answered('an assertion', 'Palier-Assertion: eyJ'),
  answered('that everything is to be forgotten', 'Clear-Site-Data: "*"'),
  answered(
    'that others may read it',
    'Access-Control-Allow-Origin: https://evil',
    'Access-Control-Allow-Credentials: true',
  ),
  answered('that TLS is over', 'Strict-Transport-Security: max-age=0'),
  ...spellings(
    'A082',
    'a claim of assurance',
    ['/patients/{nir}?acr=phrh', '/patients/{nir}?amr=hwk', '/patients/{nir}?acr_values=mfa'],
    { expect: [[400, 401]], harmless: clean },
  ),
  ...fields(
    'A082',
    'a claim of assurance in a header',
    '/patients/{nir}',
    [
      ['X-Client-Cert: MII'],
      ['Client-Cert: :MII:'],
      ['X-SSL-Client-Verify: SUCCESS'],
      ['Cookie: acr=phrh; loa=4'],
      ['Authorization: Bearer eyJhbGciOiJub25lIn0.e30.'],
    ],
    { expect: [[400, 401]], harmless: clean },
  ),
  ...fields(
    'A082',
    'a certificate in a header that reaches the portal',
    page,
    [
      ['X-SSL-Client-Cert: MII'],
      ['X-Client-Cert: MII'],
      ['X-Forwarded-Client-Cert: Hash=x'],
      ['Client-Cert: :MII:'],
      ['SSL-Client-Verify: SUCCESS'],
    ],
    allowed,
  ),
  ...fields(
    'A071',
    'an identity that the front forgot to take out, or set to nothing',
    page,
    [
      ['Palier-Assertion:'],
      ['X-Forwarded-User: pharmacie-02', 'X-Forwarded-Email: x@evil.example', 'X-Forwarded-Groups: admins'],
      ['X-Auth-Request-User: pharmacie-02', 'X-Auth-Request-Access-Token: x'],
      ['Remote-User:', 'Remote-Groups: admins', 'Remote-Name: pharmacie-02'],
      ['X-Authentik-Username: pharmacie-02', 'X-Webauth-User: pharmacie-02'],
    ],
    allowed,
  ),
  ...fields(
    'A076',
    'a credential beside the portal’s own',
    page,
    [
      ['Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0'],
      ['Authorization: Basic bWVkZWNpbi0wMTptZWRlY2luLTAxLW1vdGRlcGFzc2U='],
      ['Proxy-Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0'],
      ['X-Api-Key: eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0'],
    ],
    { ...allowed, harmless: 'the naive forwarder keeps no log; oracle O10 finds a token in a line of ours' },
  ),
];
