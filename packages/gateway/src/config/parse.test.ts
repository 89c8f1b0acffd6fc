import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compilePolicy, matchRoute } from '../policy/policy.ts';
import type { Config, ConfigProblem } from './config.ts';
import { jsonSchemaText } from './json-schema.ts';
import { parseConfig } from './parse.ts';

const files: Readonly<Record<string, string>> = {
  '/etc/palier/hook': `${'k'.repeat(32)}\n`,
  '/etc/palier/short': 'abc',
  '/etc/palier/example': 'changeme',
};

const surroundings = {
  folder: '/etc/palier',
  environment: { HOOK: 'e'.repeat(40), SHORT: 'abc', EXAMPLE: 'changeme' },
  readFile: (path: string): string => {
    const text = files[path];
    if (text !== undefined) return text;
    throw Object.assign(new Error('no'), { code: path.endsWith('forbidden') ? 'EACCES' : 'ENOENT' });
  },
};

const base = `
origin: https://portail.example
upstream: http://127.0.0.1:8081
identity: [{ portal-session: { cookie: SID, ask: /api/me, account: /login } }]
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
`;
const withClass = base.replace('account: /login', 'account: /login, class: /class');
const oneRoute = '\nroutes:\n  - { match: GET /, require: signed-in }\n';

function config(text: string): Config {
  const read = parseConfig(text, surroundings);
  if ('problems' in read) throw new TypeError(JSON.stringify(read.problems, null, 1));
  return read.config;
}

function problems(text: string): readonly ConfigProblem[] {
  const read = parseConfig(text, surroundings);
  return 'problems' in read ? read.problems : [];
}

/** `line path: problem | fix`, for reading. */
const told = (text: string): readonly string[] =>
  problems(text).map(({ line, path, problem, fix }) => `${line} ${path}: ${problem} | ${fix}`);

describe('a configuration that is sound', () => {
  it('has every default, written once', () => {
    const read = config(base + oneRoute);
    expect(read).toMatchObject({
      mode: 'enforce',
      listen: { host: '127.0.0.1', port: 8080 },
      healthListen: { host: '127.0.0.1', port: 9090 },
      defaultUpstream: 'default',
      sessions: { idle: 43_200, lifetime: 43_200, cardIdle: 900 },
      enrolment: { first: ['ticket'], keyAfterCode: 'never', issuer: 'Palier' },
      stores: { durable: { kind: 'sqlite', path: '/etc/palier/palier.db' } },
      limits: { body: 10_485_760, answer: 1_048_576 },
    });
    expect([...read.hosts]).toEqual(['portail.example']);
    expect(read.keys.file).toBe('/etc/palier/keys.json');
    expect(read.stores.shared).toEqual(read.stores.durable);
    expect(read.forwardAuth).toBeUndefined();
    expect(read.budgets.classes.get('pharmacy')).toMatchObject({
      code: { records: 15, day: 45 },
      key: { records: 100 },
      day: { ceiling: 900 },
    });
    expect(read.budgets.classes.get('shared')?.code).toBeUndefined();
  });

  it('watches for silence itself where no portal does: an hour', () => {
    const oidc =
      '[{ oidc: { issuer: https://idp.example, clientId: palier, clientSecret: { file: hook } } }]';
    const portal = '{ portal-session: { cookie: SID, ask: /api/me, account: /login } }';
    const idleOf = (text: string): number => config(text + oneRoute).sessions.idle;
    expect(idleOf(base)).toBe(12 * 3600);
    expect(idleOf(`${base}sessions: { lifetime: 8h }`)).toBe(8 * 3600);
    expect(idleOf(`${base}sessions: { idle: 20m }`)).toBe(1200);
    expect(idleOf(base.replace(`[${portal}]`, oidc))).toBe(3600);
    expect(idleOf(base.replace(`[${portal}]`, oidc.replace(']', `, ${portal}]`)))).toBe(3600);
  });

  it('compiles routes, each with its line, and closes what a counted one does not declare', () => {
    const { routes } = config(`${withClass}
routes:
  - { match: "GET,HEAD /public/**", require: open }

  - match: GET /patients/{nir}/droits
    require: { accept: phishing-resistant, maxAge: 15m }
    records: { from: path, name: nir, as: nir }
  - match: POST /search
    require: { accept: [webauthn], maxAge: 1h }
    records: [{ from: form, name: nir, as: nir }, { from: answer-json, pointer: /people/*/nir, as: nir }]
    when: { class: gp, network: [10.0.0.0/8], hours: { from: "07:00", to: "20:00" } }
`);
    expect(routes.map(({ id, line }) => `${line} ${id}`)).toEqual([
      '9 GET,HEAD /public/**',
      '11 GET /patients/{nir}/droits',
      '14 POST /search',
    ]);
    expect(routes[0]).toMatchObject({ methods: ['GET'], query: undefined, body: { types: ['*'] } });
    expect(routes[1]).toMatchObject({
      query: [],
      body: undefined,
      requirement: { accept: ['webauthn', 'card'], maxAge: 900 },
    });
    expect(routes[2]).toMatchObject({
      query: [],
      body: { types: ['application/x-www-form-urlencoded'], limit: 65_536, members: [] },
      records: [{}, { atMost: 100 }],
    });
    expect(routes[2]?.conditions).toEqual([
      { kind: 'class', anyOf: ['gp'] },
      { kind: 'network', anyOf: ['10.0.0.0/8'] },
      { kind: 'time', from: '07:00', to: '20:00', zone: 'Europe/Paris', days: [1, 2, 3, 4, 5, 6, 7] },
    ]);
  });

  it('knows the routes that sign out, and several upstreams by name', () => {
    const { routes, upstreams, defaultUpstream, identity } = config(`
origin: https://portail.example
upstream: { main: { url: http://127.0.0.1:1 }, media: { url: https://10.0.0.9:8443, ca: ca.pem, host: media.internal } }
identity:
  - portal-session: { header: X-Portal-Token, ask: /me, account: /id, groups: /groups/*, signIn: /login, signOut: POST /logout }
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
routes:
  - { match: POST /logout, require: open }
  - { match: GET /login, require: open }
  - { match: GET /media/**, require: signed-in, upstream: media }
`);
    expect(routes.map(({ signsOut, upstream }) => [signsOut, upstream])).toEqual([
      [true, 'main'],
      [false, 'main'],
      [false, 'media'],
    ]);
    expect(upstreams.get('media')).toMatchObject({ ca: '/etc/palier/ca.pem', host: 'media.internal' });
    expect(defaultUpstream).toBe('main');
    expect(identity[0]).toMatchObject({
      kind: 'portal-session',
      upstream: 'main',
      carrier: { kind: 'header', name: 'x-portal-token' },
      pointers: { groups: '/groups/*' },
    });
  });

  it('takes secrets from files and variables, without the line end', () => {
    const hook = (secret: string): Config =>
      config(`${base}${oneRoute}notify: { webhook: { url: https://soc.example/hook, secret: ${secret} } }`);
    expect(hook('{ file: hook }').notify.webhook?.secret.length).toBe(32);
    expect(hook('{ env: HOOK }').notify.webhook?.secret.length).toBe(40);
    expect(JSON.stringify(hook('{ file: hook }').notify)).toContain('[secret]');
  });

  it('reads the sources others build on', () => {
    const { identity } = config(`
origin: https://portail.example
upstream: http://127.0.0.1:8081
identity:
  - jwt: { cookie: token, issuer: https://sso.example, audience: portail, jwks: { url: https://sso.example/jwks }, account: /sub }
  - login-watched: { post: /login, field: user, cookie: SID }
  - oidc: { issuer: https://wallet.example/realms/a, clientId: palier, clientSecret: { file: hook }, assurance: { card: [{ acr: eidas1, amr: [sc, pin] }] } }
  - client-certificate: { listen: 127.0.0.1:8443, origin: https://cartes.portail.example, tls: { cert: c, key: k }, ca: roots.pem, crl: crl/ }
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
${oneRoute.trimEnd()}
  - { match: POST /login, require: open }
`);
    expect(identity.map(({ kind }) => kind)).toEqual(['jwt', 'login-watched', 'oidc', 'client-certificate']);
    expect(identity[2]).toMatchObject({
      provider: {
        issuer: 'https://wallet.example/realms/a',
        discovery: new URL('https://wallet.example/realms/a/.well-known/openid-configuration'),
        scope: ['openid'],
        algorithms: ['RS256', 'PS256', 'ES256'],
        card: [{ acr: 'eidas1', amr: ['sc', 'pin'], within: 0 }],
      },
      pointers: { account: '/sub' },
    });
    expect(identity[3]).toMatchObject({
      account: 'ps-id-nat',
      revocation: { files: ['/etc/palier/crl'], urls: [], grace: 0, ocsp: { use: 'never' } },
    });
  });

  it('fills a declared class from the built-in one of its name', () => {
    const { budgets } = config(
      `${withClass}${oneRoute}budgets: { fleet: 5000, classes: { pharmacy: { misses: 9 }, demo: { code: { records: 5, day: 5 } }, locked: { code: none } } }`,
    );
    expect(budgets.classes.get('pharmacy')).toMatchObject({ misses: 9, key: { records: 100 } });
    expect(budgets.classes.get('demo')).toMatchObject({
      code: { records: 5, within: 43_200 },
      day: { ceiling: 120 },
    });
    expect(budgets.classes.get('locked')?.code).toBeUndefined();
    expect(budgets.fleet).toBe(5000);
  });

  it('fills a class of its own from default, wherever that stands', () => {
    for (const classes of [
      'default: { misses: 7 }, night-desk: {}',
      'night-desk: {}, default: { misses: 7 }',
    ])
      expect(
        config(`${withClass}${oneRoute}budgets: { classes: { ${classes} } }`).budgets.classes.get(
          'night-desk',
        ),
      ).toMatchObject({ misses: 7 });
  });
});

describe('a configuration with problems', () => {
  it('tells all of them at once, in the order of the lines, each with value and fix', () => {
    expect(
      told(`origin: https://portail.example
upstrem: http://127.0.0.1:8081
upstream: http://127.0.0.1:8081/path
mode: enforced
identity: [{ portal-session: { cookie: A, ask: api/me, account: /login, cache: 5 } }]
routes:
  - { match: GET /a/**/b, require: open }
  - { match: GET /a, requir: open }
sessions: { idle: 1 hour }
keys: {}
ledger: { directory: x }`),
    ).toEqual([
      '2 upstrem: unknown key "upstrem" | did you mean "upstream"?',
      '3 upstream: "http://127.0.0.1:8081/path" is not an origin: scheme, host and port, with no path | write the address of the portal, or a map of names to { url, ca, host }, for example "http://127.0.0.1:8081"',
      '4 mode: "enforced" is not one of enforce, observe | write enforce or observe',
      '5 identity[0].portal-session.ask: "api/me" is not a canonical path without query | write a canonical path without query, for example "/api/me"',
      '5 identity[0].portal-session.cache: 5 is not a duration with its unit (ms, s, m, h or d) | write a duration with its unit (ms, s, m, h or d), for example "12h"',
      '7 routes[0].match: "GET /a/**/b" is not a route pattern: "**" may only be the last segment | write a route pattern, for example "GET /patients/{nir}/droits"',
      '8 routes[1].requir: unknown key "requir" | did you mean "require"?',
      '9 sessions.idle: "1 hour" is not a duration with its unit (ms, s, m, h or d) | write a duration with its unit (ms, s, m, h or d), for example "12h"',
      '10 keys.file: is missing | write the path of a file, for example "palier-keys.json"',
    ]);
  });

  it('tells a misspelt key once, and not what is missing for it', () => {
    const { upstream, source, cookie } = {
      upstream: base.replace('upstream:', 'upstraem:'),
      source: base.replace('portal-session:', 'portal-sesion:'),
      cookie: base.replace('cookie:', 'cokie:'),
    };
    expect([upstream, source, cookie].map((text) => told(`${text}${oneRoute}`))).toEqual([
      [expect.stringMatching(/upstraem: unknown key .* did you mean "upstream"/)],
      [expect.stringMatching(/portal-sesion: unknown key .* did you mean "portal-session"/)],
      [expect.stringMatching(/cokie: unknown key .* did you mean "cookie"/)],
    ]);
  });

  it.each([
    ['from: answer, pointer: /nir', 'write answer-json or answer-header or answer-html'],
    ['from: Answer, pointer: /nir', 'write answer-json or answer-header or answer-html'],
    ['from: querry, name: nir', 'write query'],
    [
      'from: body, name: nir',
      'write path or query or form or json or answer-json or answer-header or answer-html',
    ],
    ['name: nir', 'write path or query or form or json or answer-json or answer-header or answer-html'],
  ])('says of records with "%s" where they may stand: %s', (written, fix) => {
    const route = `{ match: GET /p, require: { accept: card, maxAge: 1h }, records: { ${written}, as: nir } }`;
    const [line = '', ...more] = told(`${base}\nroutes:\n  - ${route}\n`);
    expect([line.split(' | ')[1], more]).toEqual([fix, []]);
    expect(line).toMatch(
      /records(?:\[0\])?\.from: (?:is missing|"\w+" is not one of path, query, form, json, answer-json)/,
    );
  });

  it('tells what is missing beside a key that resembles nothing', () => {
    const lines = told(`${base.replace(/^upstream:.*$/m, 'zzz: 1')}${oneRoute}`);
    expect(lines).toContainEqual(expect.stringContaining('upstream: is missing'));
    expect(lines).toContainEqual(expect.stringContaining('zzz: unknown key'));
  });

  it('says what a key of an earlier version is called now', () => {
    expect(told(`${base}${oneRoute}enrolment: { delay: 72h }`)).toEqual([
      expect.stringMatching(
        /^\d+ enrolment\.delay: unknown key "delay" \| it is called keyAfterCode now: write never/,
      ),
    ]);
  });

  it('takes never or a duration for a key after a code, and nothing that looks like one of them', () => {
    const enrolment = (text: string): unknown =>
      config(`${base}${oneRoute}enrolment: { keyAfterCode: ${text} }`).enrolment.keyAfterCode;
    expect([enrolment('never'), enrolment('72h'), enrolment('0s')]).toEqual(['never', 259_200, 0]);
    for (const odd of ['no', 'Never', '72', '-1h', 'false'])
      expect(problems(`${base}${oneRoute}enrolment: { keyAfterCode: ${odd} }`)).toHaveLength(1);
  });

  it('tells broken lines and contradictions of the others together', () => {
    const lines = told(`${base}
routes:
  - { match: GET /a, require: opne }
  - { match: GET /b, require: signed-in, upstream: media }
`);
    expect(lines).toEqual([
      expect.stringMatching(/^9 routes\[0\]\.require: "opne" is not/),
      expect.stringMatching(/^10 routes\[1\]\.upstream: there is no upstream "media" \| known: default/),
    ]);
  });

  const inFlow = (line: string): string => `${base}\nroutes:\n  - ${line}\n`;
  const counted =
    'require: { accept: second-factor, maxAge: 12h }, records: { from: path, name: nir, as: nir }';

  it.each([
    [
      'A262: a key written twice',
      `${base}${oneRoute}mode: observe\nmode: enforce`,
      'map keys must be unique',
    ],
    ['A262: an alias', `${base}${oneRoute}hosts: &a [x.example]\nforwardHeaders: *a`, 'aliases are not read'],
    ['A262: a merge key', `${base}${oneRoute}limits: { <<: { answer: 1MiB } }`, 'unknown key "<<"'],
    ['A262: a tag', `${base}${oneRoute}hosts: !!set { a }`, 'tags are not read'],
    ['A262: a key that is a list', `${base}${oneRoute}? [a]\n: 1`, 'a key that is no text'],
    ['A262: two documents', `${base}${oneRoute}---\nmode: observe`, 'source contains multiple documents'],
    ['A262: an empty file', '', 'is missing'],
    ['A262: an empty policy', `${base}routes: []`, 'does not fit'],
    ['A262: a list instead of a document', '- a', 'does not fit'],
    [
      'A064: forward-auth without peers',
      `${base}${oneRoute}forwardAuth: { listen: "127.0.0.1:9000" }`,
      'is missing',
    ],
    [
      'A064: forward-auth with no peer',
      `${base}${oneRoute}forwardAuth: { listen: "127.0.0.1:9000", trustedPeers: [] }`,
      'is not the addresses',
    ],
    [
      'A065: everybody as a peer',
      `${base}${oneRoute}forwardAuth: { listen: "127.0.0.1:9000", trustedPeers: [0.0.0.0/0] }`,
      'everybody',
    ],
    [
      'A065: a mapped network',
      `${base}${oneRoute}forwardAuth: { listen: "127.0.0.1:9000", trustedPeers: ["::ffff:10.0.0.0/8"] }`,
      'mapped',
    ],
    [
      "A068: health on the clients' port",
      `${base}${oneRoute}healthListen: 127.0.0.1:8080`,
      'is the address of listen too',
    ],
    ['a listener without an address', `${base}${oneRoute}listen: ":8080"`, 'is not an address and a port'],
    [
      'an origin over http',
      base.replace('https:', 'http:') + oneRoute,
      'passkeys and secure cookies need https',
    ],
    [
      'an enforcing gateway without a sealed ledger',
      base.replace(', sealTo: dpo.jwk', '') + oneRoute,
      'nobody could say who was seen',
    ],
    ['A127: factors in memory', `${base}${oneRoute}stores: { durable: memory }`, 'forgets every factor'],
    [
      'A127: counts of several instances, each for itself',
      `${base}${oneRoute}stores: { durable: "postgres://127.0.0.1/p", shared: memory }`,
      'every cap would hold once for each',
    ],
    [
      'A127: factors of one machine, counts of several',
      `${base}${oneRoute}stores: { durable: "sqlite:a.db", shared: "postgres://127.0.0.1/p" }`,
      'a file of one machine',
    ],
    [
      'A127: counts that a restart forgets',
      `${base}${oneRoute}stores: { durable: "sqlite:a.db", shared: memory }`,
      'forgets at a restart',
    ],
    [
      'two files where one does',
      `${base}${oneRoute}stores: { durable: "sqlite:a.db", shared: "sqlite:b.db" }`,
      'another place of the same kind',
    ],
    [
      'shared by instances that share no factors',
      `${base}${oneRoute}stores: { durable: memory, shared: "redis://127.0.0.1" }`,
      'would not know of each other',
    ],
    ['A125: factors in redis', `${base}${oneRoute}stores: { durable: "redis://127.0.0.1" }`, 'may lose'],
    [
      'A250: a secret in the file',
      `${base}${oneRoute}notify: { webhook: { url: https://x.example/, secret: ${'s'.repeat(40)} } }`,
      'is not a secret, as',
    ],
    [
      'A250: a short secret',
      `${base}${oneRoute}notify: { webhook: { url: https://x.example/, secret: { file: short } } }`,
      'fewer than 32 bytes',
    ],
    [
      'A250: an example secret',
      `${base}${oneRoute}notify: { webhook: { url: https://x.example/, secret: { file: example } } }`,
      'is an example value',
    ],
    [
      'A250: a secret that is not there',
      `${base}${oneRoute}notify: { webhook: { url: https://x.example/, secret: { env: NONE } } }`,
      'the environment variable NONE is not set',
    ],
    [
      'A250: a password in a URL',
      `${base}${oneRoute}stores: { durable: "postgres://p:hunter2@127.0.0.1/p" }`,
      '://...@127.0.0.1',
    ],
    [
      'A220: cards without revocation',
      `${base.replace(/identity:.*/, 'identity: [{ client-certificate: { listen: "127.0.0.1:1", origin: https://c.example, ca: a } }]')}${oneRoute}`,
      'where the revocation lists are',
    ],
    [
      'two kinds in one source',
      `${base.replace(/identity:.*/, 'identity: [{ login-watched: { post: /l, field: u, cookie: S }, oidc: { issuer: https://a.example/, clientId: b, clientSecret: { file: hook } } }]')}${oneRoute}`,
      'is not one source',
    ],
    [
      'a provider to whom nothing shows who we are',
      `${base}stepUp: [{ oidc: { issuer: https://a.example, clientId: b, assurance: { card: [{ acr: c, amr: unchecked }] } } }]${oneRoute}`,
      'either twice or not at all',
    ],
    [
      'A223: a provider that could prove nothing',
      `${base}stepUp: [{ oidc: { issuer: https://a.example, clientId: b, clientSecret: { file: hook } } }]${oneRoute}`,
      'names nothing that counts as a card',
    ],
    [
      'A223: an acr without a word on amr',
      `${base}stepUp: [{ oidc: { issuer: https://a.example, clientId: b, clientSecret: { file: hook }, assurance: { card: [{ acr: c }] } } }]${oneRoute}`,
      'amr',
    ],
    [
      'A229: an account named by an address',
      `${base.replace(/identity:.*/, 'identity: [{ oidc: { issuer: https://a.example, clientId: b, clientSecret: { file: hook }, account: /email } }]')}${oneRoute}`,
      'can change hands',
    ],
    [
      'two providers that sign people in',
      `${base.replace(/identity:.*/, 'identity: [{ oidc: { issuer: https://a.example, clientId: b, clientSecret: { file: hook } } }, { oidc: { name: other, issuer: https://b.example, clientId: b, clientSecret: { file: hook } } }]')}${oneRoute}`,
      'could name an account of the first',
    ],
    [
      'two providers of one name',
      `${base}stepUp: [${['a', 'b'].map((host) => `{ oidc: { issuer: https://${host}.example, clientId: b, clientSecret: { file: hook }, assurance: { card: [{ acr: c, amr: unchecked }] } } }`).join(', ')}]${oneRoute}`,
      'another provider is called oidc',
    ],
    [
      'an issuer in clear over a network',
      `${base}stepUp: [{ oidc: { issuer: http://a.example, clientId: b, clientSecret: { file: hook }, assurance: { card: [{ acr: c, amr: unchecked }] } } }]${oneRoute}`,
      'is not the issuer',
    ],
    [
      'a shared key that signs ID tokens',
      `${base}stepUp: [{ oidc: { issuer: https://a.example, clientId: b, clientSecret: { file: hook }, algorithms: [HS256], assurance: { card: [{ acr: c, amr: unchecked }] } } }]${oneRoute}`,
      'algorithms',
    ],
    [
      'a credential in two places',
      base.replace('cookie: SID', 'cookie: SID, header: X-Sid') + oneRoute,
      'either twice or not at all',
    ],
    [
      'a sign-in page that is not open',
      base.replace('account: /login', 'account: /login, signIn: /login') + oneRoute,
      'nobody could sign in',
    ],
    [
      'a sign-out nobody declared',
      base.replace('account: /login', 'account: /login, signOut: [POST /bye]') + oneRoute,
      'no route is written "POST /bye"',
    ],
    [
      'records without a second factor',
      inFlow('{ match: "GET /p/{nir}", require: signed-in, records: { from: path, name: nir, as: nir } }'),
      'without a second factor',
    ],
    ['a record in no parameter', inFlow(`{ match: "GET /p/{id}", ${counted} }`), 'the pattern has no {nir}'],
    [
      'a record of an unknown type',
      inFlow(`{ match: "GET /p/{nir}", ${counted.replace('as: nir', 'as: mrn')} }`),
      'there is no record type "mrn"',
    ],
    [
      'A083: a WebSocket that counts',
      inFlow(`{ match: "GET /p/{nir}", ${counted}, upgrade: websocket }`),
      'nobody reads the messages',
    ],
    [
      'A086: OPTIONS that counts',
      inFlow(`{ match: "GET,OPTIONS /p/{nir}", ${counted} }`),
      'which shows none',
    ],
    [
      'A104: multipart that counts',
      inFlow(`{ match: "POST /p/{nir}", ${counted}, body: { types: [multipart/form-data] } }`),
      'multipart on a counted route',
    ],
    [
      'A100: JSON where a form is read',
      inFlow(
        '{ match: POST /p, require: { accept: card, maxAge: 1h }, records: { from: form, name: nir, as: nir }, body: { types: [application/json] } }',
      ),
      'is no form',
    ],
    [
      'A095: a body beside a counted path that says nothing of its members',
      inFlow(`{ match: "POST /p/{nir}", ${counted}, body: { types: [application/json] } }`),
      'could name another person',
    ],
    [
      'A095: a list of members of a body that nobody can read',
      inFlow(`{ match: "POST /p/{nir}", ${counted}, body: { types: [application/pdf], members: [x] } }`),
      'cannot be read for its members',
    ],
    [
      'a list of members where only the answer is counted',
      inFlow(
        '{ match: POST /p, require: { accept: card, maxAge: 1h }, records: { from: answer-json, pointer: /nir, as: nir }, body: { types: [application/json], members: [x] } }',
      ),
      'names no person',
    ],
    [
      'a body without a type',
      inFlow(`{ match: "POST /p/{nir}", ${counted}, body: { members: [x] } }`),
      'has no type',
    ],
    [
      'a body record on GET',
      inFlow(
        '{ match: "GET,POST /p", require: { accept: card, maxAge: 1h }, records: { from: json, pointer: /nir, as: nir } }',
      ),
      'a GET has none',
    ],
    [
      'A106: a query record that is not declared',
      inFlow(
        '{ match: GET /p, require: { accept: card, maxAge: 1h }, records: { from: query, name: nir, as: nir }, query: [page] }',
      ),
      'does not declare "nir"',
    ],
    ['a line below our own path', inFlow('{ match: GET /.palier/x, require: open }'), 'own'],
    [
      'A019: a weaker line inside a stricter one',
      `${inFlow('{ match: "GET /p/{x}", require: { accept: card, maxAge: 1h } }')}  - { match: GET /p/search, require: open }`,
      'lies within "GET /p/{x}" on line 9',
    ],
    [
      'one line twice',
      `${inFlow('{ match: "GET /p/{x}", require: open }')}  - { match: "GET /p/{y}", require: open }`,
      'covers the same paths',
    ],
    [
      'a class condition on an open line',
      inFlow('{ match: GET /p, require: open, when: { class: gp } }'),
      'who somebody is on an open route',
    ],
    ['HEAD alone', inFlow('{ match: HEAD /p, require: open }'), 'HEAD goes with GET'],
    ['a pattern no request can have', inFlow('{ match: GET /a;b, require: open }'), 'is no segment'],
    [
      'budgets in the wrong order',
      `${base}${oneRoute}budgets: { classes: { gp: { day: { floor: 9, ceiling: 5, cardCeiling: 7 } } } }`,
      'do not grow',
    ],
  ])('%s is refused', (_name, text, words) => {
    expect(told(text).join('\n')).toContain(words);
  });

  it('A250: never prints a secret', () => {
    const text = `${base}${oneRoute}notify: { webhook: { url: https://x.example/, secret: hunter2hunter2hunter2hunter2hunter2 } }`;
    expect(told(text).join()).not.toContain('hunter2');
    expect(told(`${base}${oneRoute}stores: { durable: "postgres://p:hunter2@h/p" }`).join()).not.toContain(
      'hunter2',
    );
  });

  it('overlaps: allowed makes a weaker line inside a stricter one mean what it says', () => {
    const { routes } = config(`${base}
routes:
  - { match: "GET /p/{x}", require: { accept: card, maxAge: 1h } }
  - { match: GET /p/help, require: open, overlaps: allowed }
`);
    const found = matchRoute(compilePolicy(routes, 'default'), { method: 'GET', segments: ['p', 'help'] });
    expect('route' in found && found.route.requirement.kind).toBe('open');
  });

  it('tells the first slip of the YAML and how many follow, not an echo of one wrong indent at every line below', () => {
    const slipped = `${base}\nroutes:\n  - match: GET /\n  require: open\n  - match: GET /a\n  - match: GET /b\nhosts: []\n`;
    const found = problems(slipped);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ line: 10, fix: expect.stringContaining('mend the YAML here first') });
    expect(found[0]?.problem).toMatch(/\(and at \d more line\(s\) below, which may follow from it\)$/);
    const [alone] = problems(`${base}${oneRoute}hosts: [`);
    expect(alone?.problem).not.toContain('more line');
    // Two keys that are there twice are two problems.
    expect(
      problems(`${base}${oneRoute}mode: observe\nmode: enforce\norigin: https://b.example\n`),
    ).toHaveLength(2);
  });

  it('says which secret cannot be used, why, and how to make one', () => {
    const hook = (secret: string): string | undefined =>
      told(`${base}${oneRoute}notify: { webhook: { url: https://x.example/, secret: ${secret} } }`)[0];
    const start = '10 notify.webhook.secret:';
    expect(hook('{ file: none }')).toBe(
      `${start} there is no file /etc/palier/none | write the secret there, or a new one: openssl rand -hex 32 > /etc/palier/none`,
    );
    expect(hook('{ file: short }')).toBe(
      `${start} the secret in /etc/palier/short has fewer than 32 bytes | make one: openssl rand -hex 32 > /etc/palier/short`,
    );
    expect(hook('{ file: forbidden }')).toMatch(/: \/etc\/palier\/forbidden cannot be read by this user \(/);
    expect(hook('{ env: SHORT }')).toBe(
      `${start} the secret in the variable SHORT has fewer than 32 bytes | make one: openssl rand -hex 32, and give it as SHORT`,
    );
    // A password is somebody else's to make.
    const smtp =
      'notify: { smtp: { url: smtps://m.example, from: a@b.example, password: { env: EXAMPLE } } }';
    expect(told(`${base}${oneRoute}${smtp}`)[0]).toContain(
      'is an example value | write the one that belongs there',
    );
  });

  it('reads YAML 1.2: no is a name and 010 is ten, which older readers see otherwise', () => {
    expect(told(`${base}${oneRoute}hosts: [no, yes]`)).toEqual([]);
    expect(told(`${base}${oneRoute}limits: { connections: 010 }`)).toEqual([]);
    expect(config(`${base}${oneRoute}limits: { connections: 010 }`).limits.connections).toBe(10);
  });

  it('reads a thousand lines of policy in a moment', () => {
    const lines = Array.from(
      { length: 1000 },
      (_, index) => `  - { match: "GET /r${index}/{id}", require: signed-in }`,
    );
    const start = process.cpuUsage();
    expect(config(`${base}routes:\n${lines.join('\n')}\n`).routes).toHaveLength(1000);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(3000);
  });
});

describe('what is shipped', () => {
  it('the JSON Schema for editors is that of the schema (else write jsonSchemaText() into it)', () => {
    const shipped: unknown = JSON.parse(
      readFileSync(new URL('../../palier.schema.json', import.meta.url), 'utf8'),
    );
    expect(shipped).toEqual(JSON.parse(jsonSchemaText()));
  });

  it('the configuration of palier init is sound', () => {
    expect(told(readFileSync(new URL('../../assets/palier.yaml', import.meta.url), 'utf8'))).toEqual([]);
  });
});
