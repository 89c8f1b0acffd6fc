// The same middleware in Express 4 and 5: one line guards a route, the router offers the ceremonies.
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ceremoniesRouter, requireStepUp, sessionCookie } from '@palier/mfa-core/express';
import express5 from 'express';
import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { accountOf, aKey, type Desk, openDesk, origin, phoneOf, signIn } from './desk.ts';

interface AnyApp {
  use(...handlers: unknown[]): unknown;
  get(path: string, ...handlers: unknown[]): unknown;
  listen(port: number, host: string): Server;
}

// Express 4 has no types of its own here, and needs none: the middleware is a plain function.
const express4: unknown = (await import('express4' as string)).default;

const versions: readonly (readonly [string, () => AnyApp, () => unknown])[] = [
  [
    'Express 4',
    express4 as unknown as () => AnyApp,
    () => (express4 as unknown as { json(): unknown }).json(),
  ],
  ['Express 5', express5 as unknown as () => AnyApp, () => express5.json()],
];

/** The portal's own sign-in, reduced to a header. */
const account = (request: IncomingMessage): string | undefined => {
  const value = request.headers['x-signed-in'];
  return typeof value === 'string' ? value : undefined;
};

const show = (_request: unknown, response: ServerResponse): void => void response.end('records');
const open: Server[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

type Client = ReturnType<typeof supertest>;

async function portal(make: () => AnyApp, desk: Desk, before: readonly unknown[] = []): Promise<Client> {
  const { mfa } = desk;
  const app = make();
  for (const middleware of before) app.use(middleware);
  app.use('/mfa', ceremoniesRouter({ mfa, account }));
  app.get(
    '/patients/:nir',
    requireStepUp({ mfa, account, accept: 'second-factor', maxAge: '12h', stepUpPage: '/step-up' }),
    show,
  );
  app.get('/orders', requireStepUp({ mfa, account, accept: 'card', maxAge: '15m' }), show);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return supertest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** A browser of one person: keeps the cookie, sends what our own pages send. */
function browserOf(
  client: Client,
  name: string,
): {
  post(path: string, body?: object): Promise<supertest.Response>;
  get(path: string, headers?: Record<string, string>): Promise<supertest.Response>;
  cookie(): string;
} {
  let cookie = '';
  const keep = (answer: supertest.Response): supertest.Response => {
    const set = ([] as string[]).concat(answer.headers['set-cookie'] ?? []).at(-1);
    if (set !== undefined) cookie = set.split(';')[0] ?? '';
    return answer;
  };
  const common = { 'x-signed-in': name, 'accept-language': 'en' };
  return {
    post: async (path, body = {}) =>
      keep(
        await client
          .post(path)
          .set({ ...common, cookie, origin, 'sec-fetch-site': 'same-origin' })
          .send(body),
      ),
    get: async (path, headers = {}) => keep(await client.get(path).set({ ...common, cookie, ...headers })),
    cookie: () => cookie,
  };
}

describe.each(versions)('%s', (_name, make, jsonParser) => {
  it('asks a program for a second factor as RFC 9470 says', async () => {
    const client = await portal(make, openDesk());
    const answer = await browserOf(client, 'ana').get('/patients/1');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", error_description="a fresh or stronger proof is required", acr_values="mfa", max_age="43200"',
    );
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(JSON.parse(answer.text)).toMatchObject({
      type: 'urn:palier:problem:step-up-required',
      status: 401,
      acrValues: ['mfa'],
      maxAge: 43200,
    });
    const card = await browserOf(client, 'ana').get('/orders');
    expect(card.headers['www-authenticate']).toContain('acr_values="phrh", max_age="900"');
  });

  it('asks whoever is not signed in to sign in', async () => {
    const client = await portal(make, openDesk());
    const answer = await client.get('/patients/1');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect((await client.get('/mfa/factors')).status).toBe(401);
  });

  it('leads a person from the page to the step-up and back, once', async () => {
    const desk = openDesk();
    const browser = browserOf(await portal(make, desk), 'ana');
    const stopped = await browser.get('/patients/1?tab=rights', { 'sec-fetch-mode': 'navigate' });
    expect(stopped.status).toBe(303);
    const place = new URL(stopped.headers['location'] ?? '', origin);
    expect(place.pathname).toBe('/step-up');
    expect(place.href).not.toContain('patients');
    const { code } = await desk.mfa.tickets.issue(accountOf('ana'), 'desk', 600 as never);
    const { right } = (await browser.post('/mfa/enrol/ticket', { ticket: code })).body;
    const begun = (await browser.post('/mfa/enrol', { right, kind: 'totp', name: 'phone' })).body;
    const phone = phoneOf(desk, begun.totp.uri);
    const before = browser.cookie();
    const done = await browser.post('/mfa/enrol/complete', {
      challenge: begun.challenge,
      code: phone.code(),
      name: 'phone',
    });
    expect(done.body.recoveryCodes).toHaveLength(10);
    expect(browser.cookie()).not.toBe(before);
    const resume = place.searchParams.get('resume');
    expect((await browser.post('/mfa/resume', { resume })).body).toEqual({
      target: '/patients/1?tab=rights',
    });
    expect((await browser.post('/mfa/resume', { resume })).status).toBe(400);
    const seen = await browser.get('/patients/1');
    expect([seen.status, seen.text]).toEqual([200, 'records']);
  });

  it('takes codes and keys, sets the new cookie, and the old one opens nothing', async () => {
    const desk = openDesk();
    const browser = browserOf(await portal(make, desk, [jsonParser()]), 'ana');
    const { code } = await desk.mfa.tickets.issue(accountOf('ana'), 'desk', 600 as never);
    const { right } = (await browser.post('/mfa/enrol/ticket', { ticket: code })).body;
    const begun = (await browser.post('/mfa/enrol', { right, kind: 'webauthn' })).body;
    const key = aKey();
    await browser.post('/mfa/enrol/complete', {
      challenge: begun.challenge,
      response: await key.create(begun.webauthn, origin),
    });
    const old = browser.cookie();
    const offer = (await browser.post('/mfa/step-up')).body;
    expect(offer.kinds).toEqual(['webauthn', 'recovery-code']);
    const response = await key.get(offer.webauthn, origin);
    const done = await browser.post('/mfa/step-up/webauthn', { challenge: offer.challenge, response });
    expect(done.body).toEqual({ outcome: 'stepped-up', kind: 'webauthn' });
    expect(done.headers['set-cookie']?.[0]).toMatch(
      /^__Host-palier-mfa=ses_[\w-]{32}; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(await desk.mfa.sessions.load(old.replace(`${sessionCookie}=`, ''))).toBeUndefined();
    expect((await browser.get('/mfa/session')).body.proofs).toMatchObject([{ kind: 'webauthn' }]);
    const factors = (await browser.get('/mfa/factors')).body.factors;
    const renamed = await browser.post('/mfa/factors/rename', { factor: factors[0].id, name: 'night team' });
    expect(renamed.body.accepted.allAcceptedCredentialIds).toHaveLength(1);
    expect((await browser.post('/mfa/factors/remove', { factor: factors[0].id })).status).toBe(400);
    expect((await browser.get('/mfa/sessions')).body.sessions).toMatchObject([{ own: true }]);
    await browser.post('/mfa/sign-out');
    expect((await browser.get('/patients/1')).status).toBe(401);
  });

  it('says one and the same of a wrong code, a used one and no factor', async () => {
    const desk = openDesk();
    const client = await portal(make, desk);
    const answers = [
      await browserOf(client, 'ana').post('/mfa/step-up/totp', { code: '000000' }),
      await browserOf(client, 'bea').post('/mfa/step-up/recovery-code', { code: 'AAAA-AAAA-AAAA-AAAA' }),
      await browserOf(client, 'eva').post('/mfa/enrol/ticket', { ticket: 'x' }),
      await browserOf(client, 'fay').post('/mfa/step-up/totp', { code: ['000000'] }),
    ];
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.body).toEqual({
      type: 'urn:palier:problem:refused',
      title: 'That did not work. Please check and try again.',
      status: 400,
    });
  });

  it('changes nothing for a page of another site (A232)', async () => {
    const desk = openDesk();
    const client = await portal(make, desk);
    const post = (headers: Record<string, string>): supertest.Test =>
      client
        .post('/mfa/step-up/totp')
        .set({ 'x-signed-in': 'ana', 'content-type': 'application/json', ...headers })
        .send('{"code":"000000"}');
    expect((await post({})).status).toBe(403);
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
    expect((await post({ origin: `${origin}.evil.example` })).status).toBe(403);
    expect((await post({ origin, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ origin, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await post({ origin, 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post({ origin, 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect(desk.events).toEqual([]);
    expect((await post({ origin })).status).toBe(400);
    expect(desk.events.length).toBeGreaterThan(0);
  });

  it('reads strict JSON objects of the fields declared, up to 64 KiB', async () => {
    const client = await portal(make, openDesk());
    const post = (body: string): supertest.Test =>
      client
        .post('/mfa/step-up/totp')
        .set({ 'x-signed-in': 'ana', 'content-type': 'application/json', origin })
        .send(body);
    for (const body of ['', '{', '[]', 'null', '"x"', '{"code":"1","extra":1}', '{"__proto__":{}}']) {
      expect([body, (await post(body)).body.type]).toEqual([body, 'urn:palier:problem:malformed-request']);
    }
    expect((await post(JSON.stringify({ code: '1'.repeat(70_000) }))).status).toBe(413);
  });

  it('ends the session of another account instead of taking it over (A214)', async () => {
    const desk = openDesk();
    const client = await portal(make, desk);
    const theirs = await signIn(desk, accountOf('bea'));
    const { token } = await desk.mfa.card.prove(theirs.token, 'certificate:00').then((done) => {
      if (done.outcome === 'refused') throw new Error('refused');
      return done;
    });
    const asAna = client.get('/orders').set({ 'x-signed-in': 'ana', cookie: `${sessionCookie}=${token}` });
    expect((await asAna).status).toBe(401);
    expect(await desk.mfa.sessions.load(token)).toBeUndefined();
  });

  it('takes no session from a cookie that is there twice (A208)', async () => {
    const desk = openDesk();
    const client = await portal(make, desk);
    const seat = await signIn(desk, accountOf('ana'));
    const done = await desk.mfa.card.prove(seat.token, 'certificate:00');
    if (done.outcome === 'refused') throw new Error('refused');
    const get = (cookie: string): supertest.Test =>
      client.get('/orders').set({ 'x-signed-in': 'ana', cookie });
    expect((await get(`${sessionCookie}=${done.token}`)).status).toBe(200);
    expect((await get(`${sessionCookie}=${done.token}; ${sessionCookie}=x`)).status).toBe(401);
    expect((await get(`x${sessionCookie}=${done.token}`)).status).toBe(401);
  });

  it('lets nobody through when the store is down: the app gets the error, the API answers 503', async () => {
    const desk = openDesk();
    const broken = openDesk({
      stores: {
        ...desk.stores,
        sessions: { ...desk.stores.sessions, load: () => Promise.reject(new Error('down')) },
      },
    });
    const client = await portal(make, broken);
    const cookie = `${sessionCookie}=ses_${'A'.repeat(32)}`;
    expect((await client.get('/patients/1').set({ 'x-signed-in': 'ana', cookie })).status).toBe(500);
    const api = await client.get('/mfa/session').set({ 'x-signed-in': 'ana', cookie });
    expect([api.status, api.headers['retry-after']]).toEqual([503, '5']);
    expect(api.text).not.toContain('down');
  });

  it('leaves other addresses to the app', async () => {
    const client = await portal(make, openDesk());
    expect((await browserOf(client, 'ana').get('/mfa/nothing')).status).toBe(404);
    expect((await browserOf(client, 'ana').get('/mfa/step-up')).status).toBe(404);
  });

  it('draws its page below a path of its own, and never in the place of the portal\u2019s home', async () => {
    const client = await portal(make, openDesk());
    expect((await browserOf(client, 'ana').get('/mfa/')).text).toContain('Keys and apps');
    expect((await browserOf(client, 'ana').get('/mfa?resume=x')).headers['location']).toBe('/mfa/?resume=x');
    const app = make();
    app.use(ceremoniesRouter({ mfa: openDesk().mfa, account }));
    app.get('/', show);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(server);
    const home = supertest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect((await home.get('/')).text).toBe('records');
    expect((await home.get('/page.js')).status).toBe(404);
    expect((await home.get('/session').set('x-signed-in', 'ana')).status).toBe(200);
  });
});

describe('requireStepUp', () => {
  it('refuses settings that make no sense when the app starts', () => {
    const { mfa } = openDesk();
    const setting = { mfa, account, accept: 'second-factor', maxAge: '12h' } as const;
    expect(() => requireStepUp({ ...setting, maxAge: '12 hours' as never })).toThrow(TypeError);
    expect(() => requireStepUp({ ...setting, maxAge: -1 })).toThrow(TypeError);
    expect(() => requireStepUp({ ...setting, accept: 'strong' as never })).toThrow(TypeError);
    expect(() => requireStepUp({ ...setting, accept: [] as never })).toThrow(TypeError);
    expect(() => requireStepUp({ ...setting, stepUpPage: 'https://evil.example' })).toThrow(TypeError);
  });
});
