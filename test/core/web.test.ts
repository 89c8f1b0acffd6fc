// The same over Request and Response: bare, in Hono, in Fastify and as a Next-style route.
import { ceremonies, requireStepUp, sessionCookie } from '@palier/mfa-core/web';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { accountOf, type Desk, openDesk, origin, phoneOf } from './desk.ts';

const account = (request: Request): string | undefined => request.headers.get('x-signed-in') ?? undefined;

type Fetch = (request: Request) => Promise<Response>;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function hono({ mfa }: Desk): Fetch {
  const guard = requireStepUp({ mfa, account, accept: 'second-factor', maxAge: '12h' });
  const app = new Hono();
  app.use('/patients/:nir', async (context, next) => (await guard(context.req.raw)) ?? next());
  app.get('/patients/:nir', (context) => context.text('records'));
  app.all('/api/mfa/*', (context) => ceremonies({ mfa, account, path: '/api/mfa' })(context.req.raw));
  return async (request) => app.fetch(request);
}

/** A folder of route functions, as Next has them. */
function next({ mfa }: Desk): Fetch {
  const guard = requireStepUp({ mfa, account, accept: 'second-factor', maxAge: '12h' });
  const answer = ceremonies({ mfa, account, path: '/api/mfa' });
  const routes: Record<string, Record<string, Fetch>> = {
    patients: { GET: async (request) => (await guard(request)) ?? new Response('records') },
    api: { GET: answer, POST: answer },
  };
  return async (request) => {
    const route = routes[new URL(request.url).pathname.split('/')[1] ?? '']?.[request.method];
    return route === undefined ? new Response(null, { status: 404 }) : route(request);
  };
}

function fastify({ mfa }: Desk): Fetch {
  const guard = requireStepUp({ mfa, account, accept: 'second-factor', maxAge: '12h' });
  const answer = ceremonies({ mfa, account, path: '/api/mfa' });
  const app = Fastify();
  closing.push(() => app.close());
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const webRequest = ({
    method,
    url,
    headers,
    body,
  }: {
    method: string;
    url: string;
    headers: object;
    body?: unknown;
  }): Request =>
    new Request(new URL(url, origin), {
      method,
      headers: headers as Record<string, string>,
      ...(method === 'POST' && { body: (body ?? '') as BodyInit }),
    });
  app.get('/patients/:nir', async (request) => (await guard(webRequest(request))) ?? new Response('records'));
  app.all('/api/mfa/*', async (request) => answer(webRequest(request)));
  return async (request) => {
    const answered = await app.inject({
      method: request.method as 'GET',
      url: request.url.slice(origin.length),
      headers: Object.fromEntries(request.headers),
      payload: Buffer.from(await request.arrayBuffer()),
    });
    const headers = Object.entries(answered.headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
    );
    return new Response(answered.body === '' ? null : answered.body, {
      status: answered.statusCode,
      headers,
    });
  };
}

const bare = ({ mfa }: Desk): Fetch => {
  const guard = requireStepUp({ mfa, account, accept: 'second-factor', maxAge: '12h' });
  const answer = ceremonies({ mfa, account, path: '/api/mfa' });
  return async (request) =>
    new URL(request.url).pathname.startsWith('/api/')
      ? answer(request)
      : ((await guard(request)) ?? new Response('records'));
};

function browserOf(fetch: Fetch): {
  get(path: string): Promise<Response>;
  post(path: string, body?: object): Promise<Record<string, never>>;
} {
  let cookie = '';
  const keep = (answer: Response): Response => {
    cookie = answer.headers.getSetCookie().at(-1)?.split(';')[0] ?? cookie;
    return answer;
  };
  const headers = (): Record<string, string> => ({ 'x-signed-in': 'ana', cookie });
  return {
    get: async (path) => keep(await fetch(new Request(`${origin}${path}`, { headers: headers() }))),
    post: async (path, body = {}) => {
      const more = { 'content-type': 'application/json', origin };
      const request = new Request(`${origin}${path}`, {
        method: 'POST',
        headers: { ...headers(), ...more },
        body: JSON.stringify(body),
      });
      return (await keep(await fetch(request)).json()) as Record<string, never>;
    },
  };
}

describe.each([
  ['bare', bare],
  ['Hono', hono],
  ['Next-style', next],
  ['Fastify', fastify],
] as const)('%s', (_name, make) => {
  it('asks for a second factor, takes one, and opens', async () => {
    const desk = openDesk();
    const browser = browserOf(make(desk));
    const stopped = await browser.get('/patients/1');
    expect(stopped.status).toBe(401);
    expect(stopped.headers.get('www-authenticate')).toContain('insufficient_user_authentication');
    const { code } = await desk.mfa.tickets.issue(accountOf('ana'), 'desk', 600 as never);
    const { right } = await browser.post('/api/mfa/enrol/ticket', { ticket: code });
    const begun = await browser.post('/api/mfa/enrol', { right, kind: 'totp' });
    const phone = phoneOf(desk, (begun['totp'] as unknown as { uri: string }).uri);
    await browser.post('/api/mfa/enrol/complete', { challenge: begun['challenge'], code: phone.code() });
    desk.clock.advance(43_201);
    expect((await browser.get('/patients/1')).status).toBe(401);
    const done = await browser.post('/api/mfa/step-up/totp', { code: phone.code() });
    expect(done).toEqual({ outcome: 'stepped-up', kind: 'totp' });
    const seen = await browser.get('/patients/1');
    expect([seen.status, await seen.text()]).toEqual([200, 'records']);
  });
});

describe('the API over Request and Response', () => {
  const call = (desk: Desk, path: string, init: RequestInit = {}): Promise<Response> =>
    ceremonies({ mfa: desk.mfa, account, path: '/api/mfa' })(new Request(`${origin}${path}`, init));

  it('answers below its path only', async () => {
    const headers = { 'x-signed-in': 'ana' };
    expect((await call(openDesk(), '/api/mfa/session', { headers })).status).toBe(200);
    for (const path of [
      '/session',
      '/api/mfax/session',
      '/api/mfax/',
      '/',
      '/api/mfa//session',
      '/api/mfa/session/',
    ]) {
      expect([path, (await call(openDesk(), path, { headers })).status]).toEqual([path, 404]);
    }
  });

  it('refuses a long body before it has read it whole', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        if (pulled > 1000) controller.close();
        else controller.enqueue(new Uint8Array(16_384).fill(0x20));
      },
    });
    const headers = { 'x-signed-in': 'ana', origin, 'content-type': 'application/json' };
    const answer = await call(openDesk(), '/api/mfa/step-up', {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect(pulled).toBeLessThan(20);
  });

  it('speaks French unless the browser asks for English', async () => {
    const french = await call(openDesk(), '/api/mfa/session');
    expect(await french.json()).toMatchObject({ title: 'Connectez-vous d\u2019abord.' });
    const english = await call(openDesk(), '/api/mfa/session', {
      headers: { 'accept-language': 'en-GB,fr;q=0.5' },
    });
    expect(await english.json()).toMatchObject({ title: 'Please sign in first.' });
  });

  it('sets the cookie once when a call opens a session and elevates it', async () => {
    const desk = openDesk();
    const headers = { 'x-signed-in': 'ana', origin, 'content-type': 'application/json' };
    const answer = await call(desk, '/api/mfa/step-up', { method: 'POST', headers, body: '{}' });
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(answer.headers.getSetCookie()[0]).toContain(`${sessionCookie}=ses_`);
  });
});
