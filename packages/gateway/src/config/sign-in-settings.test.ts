// What a configuration says of signing in: what is filled in from the sources, and what is refused with its line.
import { describe, expect, it } from 'vitest';
import type { Config } from './config.ts';
import { parseConfig } from './parse.ts';

const portal = 'portal-session: { cookie: SID, ask: /me, account: /login }';
const watched = 'login-watched: { post: /login, field: user, cookie: SID, success: { location: /home } }';

function text(source: string, routes: readonly string[], extra = ''): string {
  return `origin: https://portail.example
upstream: http://127.0.0.1:8081
identity: [{ ${source} }]
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
${extra}
routes:
${routes.map((route) => `  - ${route}\n`).join('')}`;
}

const surroundings = { readFile: () => 'x'.repeat(64), environment: {} };

function read(...given: Parameters<typeof text>): Config {
  const parsed = parseConfig(text(...given), surroundings);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

function told(...given: Parameters<typeof text>): readonly string[] {
  const parsed = parseConfig(text(...given), surroundings);
  return 'problems' in parsed
    ? parsed.problems.map(({ line, path, problem }) => `${line} ${path}: ${problem}`)
    : [];
}

describe('a line that signs in', () => {
  it('takes the cookie from the source, and its own words where it has some', () => {
    const [plain] = read(portal, ['{ match: POST /login, require: open, login: { field: user } }']).routes;
    expect(plain?.signIn).toMatchObject({
      kind: 'sign-in',
      typed: { from: 'form', name: 'user' },
      success: { status: [302, 303], cookie: 'SID', location: undefined },
      limits: {
        browser: { free: 10, longest: 900 },
        account: { free: 5 },
        network: { free: 60 },
        pressure: 100,
      },
      from: [],
      equal: undefined,
    });
    expect(plain?.body).toMatchObject({ types: ['application/x-www-form-urlencoded'], limit: 16_384 });
    const own =
      '{ match: POST /api/login, require: open, login: { pointer: /login, success: { status: 200, cookie: TOKEN }, limits: { account: { free: 3 } } } }';
    const [json] = read(portal, [own]).routes;
    expect(json?.signIn).toMatchObject({
      typed: { from: 'json', pointer: '/login' },
      success: { status: [200], cookie: 'TOKEN' },
      limits: { account: { free: 3, longest: 900 } },
    });
    expect(json?.body?.types).toEqual(['application/json']);
  });

  it('is there without a word where a source watches, and takes field, cookie and place from it', () => {
    const routes = [
      '{ match: "GET,POST /login", require: open }',
      '{ match: GET /home, require: signed-in }',
    ];
    const [login, home] = read(watched, routes).routes;
    expect(login?.signIn).toMatchObject({
      typed: { from: 'form', name: 'user' },
      success: { cookie: 'SID', location: '/home' },
    });
    expect(home?.signIn).toBe(undefined);
  });

  it('reaches the page of the form too, where that is a line of its own', () => {
    const routes = [
      '{ match: POST /login, require: open, login: { field: user } }',
      '{ match: GET /login, require: open }',
      '{ match: GET /login/help, require: open }',
    ];
    const [, page, help] = read(portal, routes).routes;
    expect(page?.signIn?.typed).toEqual({ from: 'form', name: 'user' });
    expect(help?.signIn).toBe(undefined);
  });

  it('has no cookie to look for where the credential is a header', () => {
    const source = 'portal-session: { header: X-Portal, ask: /me, account: /login }';
    const line = (rest: string): string =>
      `{ match: POST /login, require: open, login: { field: user${rest} } }`;
    const [login] = read(source, [line(', success: { status: 200 }')]).routes;
    expect(login?.signIn?.success).toEqual({ status: [200], cookie: undefined, location: undefined });
    // By a redirect alone every wrong password of some portals would be a right one.
    expect(told(source, [line('')]).join()).toContain('has no cookie by which');
  });
});

describe('refused with its line is', () => {
  const open = 'match: POST /login, require: open';
  it.each([
    ['a login nobody says where it is typed', portal, `{ ${open}, login: {} }`, '8 routes[0].login'],
    [
      'a login typed in two places',
      portal,
      `{ ${open}, login: { field: a, pointer: /a } }`,
      '8 routes[0].login',
    ],
    ['a sign-in that is a reset', portal, `{ ${open}, login: { field: a }, reset: {} }`, '8 routes[0].reset'],
    [
      'a sign-in by GET alone',
      portal,
      '{ match: GET /login, require: open, login: { field: a } }',
      '8 routes[0].match',
    ],
    [
      'a sign-in for who is signed in',
      portal,
      '{ match: POST /login, require: signed-in, login: { field: a } }',
      '8 routes[0].login',
    ],
    ['a watched field named again', watched, `{ ${open}, login: { field: user } }`, '8 routes[0].login'],
    [
      'a watched sign-in without its line',
      watched,
      '{ match: GET /, require: open }',
      '3 identity[0].login-watched.post',
    ],
    [
      'a watched sign-in behind another',
      watched,
      '{ match: POST /login, require: signed-in }',
      '3 identity[0].login-watched.post',
    ],
  ])('%s', (_name, source, route, place) => {
    const problems = told(source, [route]);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toContain(place);
  });

  it('a watched sign-in where a front asks: the answers do not come back', () => {
    const front = 'forwardAuth: { listen: "127.0.0.1:9000", trustedPeers: [127.0.0.1] }';
    const routes = ['{ match: POST /login, require: open, through: gateway }'];
    expect(told(watched, routes, front).join()).toContain(
      'identity[0].login-watched: learns from every answer',
    );
    expect(told(watched, routes)).toEqual([]);
  });

  it('the address of clients from everybody, or from a front in another spelling (A064)', () => {
    const routes = ['{ match: GET /, require: open }'];
    const given = (from: string): readonly string[] =>
      told(portal, routes, `clientAddress: { header: X-Forwarded-For, from: [${from}] }`);
    for (const from of ['', '0.0.0.0/0', '"::ffff:10.0.0.1"', '10.0.0.1/8'])
      expect(given(from)).not.toEqual([]);
    expect(given('10.0.0.0/8, 192.0.2.1')).toEqual([]);
  });

  it('keys of an issuer over plain http, but from this machine; a stale time shorter than the refresh', () => {
    const source = (url: string, more = ''): string =>
      `jwt: { cookie: T, issuer: i, audience: a, jwks: { url: "${url}" }, account: /sub${more} }`;
    const routes = ['{ match: GET /, require: open }'];
    expect(told(source('http://sso.example/jwks'), routes).join()).toContain('is http');
    expect(told(source('http://127.0.0.1:9/jwks'), routes)).toEqual([]);
    expect(told(source('https://sso.example/jwks', ', stale: 1m'), routes).join()).toContain('stale');
  });

  it('a who-am-I that is JSON here and a page there, and a selector that is none', () => {
    const routes = ['{ match: GET /, require: open }'];
    const source = (account: string, name: string): string =>
      `portal-session: { cookie: SID, ask: /me, account: ${account}, name: ${name} }`;
    expect(told(source('/login', '{ selector: h1 }'), routes).join()).toContain(
      'points into JSON and into a page',
    );
    expect(told(source('{ selector: "h1[" }', '{ selector: h1 }'), routes)).not.toEqual([]);
    expect(told(source('{ selector: "#a", attribute: data-b }', '{ selector: h1 }'), routes)).toEqual([]);
  });
});
