// A proof belongs to an account in one browser, whoever says which account it is: for each identity source, what it
// survives and what ends it.
import { createHash } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import { type AccountId, type ProofId, parseAccountId } from '@palier/mfa-core';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import { type OldPortal, startOldPortal } from '../support/old-portal.ts';

const routes = `
routes:
  - { match: POST /login, require: open }
  - { match: POST /logout, require: signed-in }
  - { match: GET /home, require: signed-in }
  - { match: GET /secret, require: { accept: second-factor, maxAge: 2h } }
sessions: { idle: 4h }
stores: { durable: memory }
`;

let portal: OldPortal;
let issuer: { readonly server: Server; readonly port: number; readonly key: CryptoKey };
beforeAll(async () => {
  portal = await startOldPortal();
  issuer = await startIssuer();
});
afterAll(async () => {
  issuer.server.close();
  await portal.close();
});

async function startIssuer(): Promise<typeof issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] });
  const server = createServer((_request, response) => void response.end(keys));
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return { server, port, key: privateKey };
}

/** A browser's own cookies, and what a script in it sends besides. */
interface Desk {
  readonly cookies: Map<string, string>;
  readonly headers: Map<string, string>;
}

interface Kind {
  readonly name: string;
  readonly identity: () => string;
  /** Signs in: afterwards the desk carries the credential of the account, a new one each time. */
  readonly signIn: (desk: Desk, account: string) => Promise<void>;
  /** Takes the credential away, as a portal's session that ran out. */
  readonly lose: (desk: Desk) => void;
}

let front: FrontOf;
let salt = 0;

function call(desk: Desk, method: string, target: string, form?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const cookie = [...desk.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = request(
      {
        host: '127.0.0.1',
        port: front.port,
        method,
        path: target,
        agent: false,
        headers: {
          host: front.origin.host,
          accept: 'application/json',
          ...Object.fromEntries(desk.headers),
          ...(cookie !== '' && { cookie }),
          ...(form !== undefined && {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': form.length,
          }),
        },
      },
      (answer) => {
        for (const line of answer.headers['set-cookie'] ?? []) keep(desk, line);
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on('error', reject);
    sent.end(form);
  });
}

function keep({ cookies }: Desk, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (/max-age=0/i.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}

/** Opens a session of the portal by hand and gives its id. */
function portalSession(account: string): string {
  salt += 1;
  const id = createHash('sha256').update(`${salt}`).digest('hex');
  (portal.sessions as Map<string, string>).set(id, account);
  return id;
}

async function tokenOf(account: string): Promise<string> {
  salt += 1;
  return new SignJWT({ sub: account, jti: `${salt}` })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'one' })
    .setIssuer('https://sso.example')
    .setAudience('portail')
    .setExpirationTime(Math.floor(front.clock.now() / 1000) + 86_400)
    .sign(issuer.key);
}

const loseCookie = (name: string) => (desk: Desk) => void desk.cookies.delete(name);

const kinds: readonly Kind[] = [
  {
    name: 'the portal’s session in a cookie',
    identity: () =>
      'identity: [{ portal-session: { cookie: SID, ask: /whoami, account: /login, cache: 1s, signOut: [POST /logout] } }]',
    signIn: async ({ cookies }, account) => void cookies.set('SID', portalSession(account)),
    lose: loseCookie('SID'),
  },
  {
    name: 'the portal’s session in a header',
    identity: () =>
      'identity: [{ portal-session: { header: X-Portal-Session, ask: /whoami, account: /login, cache: 1s, signOut: [POST /logout] } }]',
    signIn: async ({ headers }, account) => void headers.set('x-portal-session', portalSession(account)),
    lose: ({ headers }) => void headers.delete('x-portal-session'),
  },
  {
    name: 'a token in a cookie',
    identity: () =>
      `identity: [{ jwt: { cookie: token, issuer: "https://sso.example", audience: portail, jwks: { url: "http://127.0.0.1:${issuer.port}/keys" }, account: /sub, signOut: [POST /logout] } }]`,
    signIn: async ({ cookies }, account) => void cookies.set('token', await tokenOf(account)),
    lose: loseCookie('token'),
  },
  {
    name: 'a token in the Authorization header',
    identity: () =>
      `identity: [{ jwt: { header: Authorization, issuer: "https://sso.example", audience: portail, jwks: { url: "http://127.0.0.1:${issuer.port}/keys" }, account: /sub, signOut: [POST /logout] } }]`,
    signIn: async ({ headers }, account) =>
      void headers.set('authorization', `Bearer ${await tokenOf(account)}`),
    lose: ({ headers }) => void headers.delete('authorization'),
  },
  {
    name: 'a watched sign-in',
    identity: () =>
      'identity: [{ login-watched: { post: /login, field: user, cookie: SID, signOut: [POST /logout] } }]',
    signIn: async (desk, account) => {
      expect(await call(desk, 'POST', '/login', `user=${account}&password=${account}-pw`)).toBe(302);
    },
    lose: loseCookie('SID'),
  },
];

const session = '__Host-palier';
const secret = (desk: Desk): Promise<number> => call(desk, 'GET', '/secret');

/** The account signs in and proves a code. */
async function proved(kind: Kind, account: string): Promise<Desk> {
  const desk: Desk = { cookies: new Map(), headers: new Map() };
  await kind.signIn(desk, account);
  expect(await secret(desk)).toBe(401);
  const { sessions } = front.gateway.mfa;
  const { token } = await sessions.open(parseAccountId(account) as AccountId, 'test');
  salt += 1;
  const proof = {
    kind: 'totp',
    id: `prf_${salt}` as ProofId,
    at: front.clock.now(),
    factor: 'fac_test' as never,
  } as const;
  const elevated = await sessions.elevate(token, proof);
  if (elevated.outcome !== 'elevated') throw new TypeError('no elevation');
  desk.cookies.set(session, elevated.token);
  expect(await secret(desk)).toBe(200);
  return desk;
}

describe.each(kinds)('a proof, with $name', (kind) => {
  beforeAll(async () => {
    front = await startFrontOf(portal.port, `${kind.identity()}\n${routes}`);
  });
  afterAll(() => front.close());

  it('survives the portal’s session being renewed by the same account, or running out in between', async () => {
    const desk = await proved(kind, 'alice');
    await kind.signIn(desk, 'alice');
    expect(await secret(desk)).toBe(200);
    kind.lose(desk);
    expect(await secret(desk)).toBe(401);
    await kind.signIn(desk, 'alice');
    expect(await secret(desk)).toBe(200);
  });

  it('ends at another account’s sign-in, and stays ended when the first one is back', async () => {
    const desk = await proved(kind, 'alice');
    await kind.signIn(desk, 'bob');
    expect(await secret(desk)).toBe(401);
    await kind.signIn(desk, 'alice');
    expect(await secret(desk)).toBe(401);
  });

  it('is of no use in the hands of another account that took the cookie', async () => {
    const alice = await proved(kind, 'alice');
    const thief: Desk = {
      cookies: new Map([[session, alice.cookies.get(session) ?? '']]),
      headers: new Map(),
    };
    await kind.signIn(thief, 'bob');
    expect(await secret(thief)).toBe(401);
  });

  it('ends at sign-out, also for who kept both cookies', async () => {
    const desk = await proved(kind, 'alice');
    const kept: Desk = { cookies: new Map(desk.cookies), headers: new Map(desk.headers) };
    expect(await call(desk, 'POST', '/logout', '')).toBe(302);
    await kind.signIn(kept, 'alice');
    expect(await secret(kept)).toBe(401);
  });

  it('ends in every browser when the operator ends the sessions of the account', async () => {
    const desk = await proved(kind, 'carol');
    await front.gateway.mfa.sessions.endAll(parseAccountId('carol') as AccountId, 'operator');
    expect(await secret(desk)).toBe(401);
    await kind.signIn(desk, 'carol');
    expect(await secret(desk)).toBe(401);
  });

  it('ends at its own age, whatever the portal’s session does', async () => {
    const desk = await proved(kind, 'alice');
    front.clock.advance(2 * 3600 - 1);
    await kind.signIn(desk, 'alice');
    expect(await secret(desk)).toBe(200);
    front.clock.advance(2);
    expect(await secret(desk)).toBe(401);
  });
});

it('ends at another account’s sign-in alone, where the gateway sees it, with no request in between', async () => {
  const watched = kinds.at(-1);
  if (watched === undefined) throw new TypeError('no kind');
  front = await startFrontOf(portal.port, `${watched.identity()}\n${routes}`);
  const desk = await proved(watched, 'alice');
  await watched.signIn(desk, 'bob');
  await watched.signIn(desk, 'alice');
  expect(await secret(desk)).toBe(401);
  await front.close();
});

describe('a token issuer that is away', () => {
  it('is a 503 for who brings a token, and nothing for who brings none', async () => {
    const identity =
      'identity: [{ jwt: { cookie: token, issuer: "https://sso.example", audience: portail, jwks: { url: "http://127.0.0.1:9/keys" }, account: /sub } }]';
    front = await startFrontOf(
      portal.port,
      `${identity}\n${routes.replace('signed-in }\n  - { match: GET /home', 'open }\n  - { match: GET /home')}`,
    );
    const desk: Desk = { cookies: new Map([['token', await tokenOf('alice')]]), headers: new Map() };
    const started = performance.now();
    expect(await call(desk, 'GET', '/home')).toBe(503);
    expect(performance.now() - started).toBeLessThan(6000);
    desk.cookies.clear();
    expect(await call(desk, 'GET', '/home')).toBe(401);
    await front.close();
  });
});
