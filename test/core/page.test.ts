// The ready-made page over HTTP: where it lies, what it lets a browser do, that it holds nothing of a person. What a
// person sees and clicks is in test/browser/core-page.test.ts.
import { secondsOf } from '@palier/mfa-core';
import { ceremonies, requireStepUp } from '@palier/mfa-core/web';
import { describe, expect, it } from 'vitest';
import { accountOf, bindKey, type Desk, openDesk, origin, signIn, withPhone } from './desk.ts';
import { byCode, plant } from './thief.ts';

const ana = accountOf('ana');
const account = (): string => 'ana';

function api(desk: Desk): (path: string, init?: RequestInit) => Promise<Response> {
  const answer = ceremonies({ mfa: desk.mfa, account, path: '/mfa' });
  return (path, init) => answer(new Request(`${origin}${path}`, init));
}

describe('the page', () => {
  it('lies at the root of the API and nowhere else', async () => {
    const get = api(openDesk());
    for (const path of ['/mfa/', '/mfa/?resume=x', '/mfa/page.js', '/mfa/page.css'])
      expect((await get(path)).status).toBe(200);
    for (const path of ['/', '/mfax/', '/mfa//', '/mfa/page.html', '/other/page.js'])
      expect((await get(path)).status).toBe(404);
    expect((await get('/mfa/', { method: 'POST' })).status).toBe(404);
  });

  it('is sent on to its slash, never to another site', async () => {
    const get = api(openDesk());
    const moved = await get('/mfa?resume=a');
    expect([moved.status, moved.headers.get('location')]).toEqual([308, '/mfa/?resume=a']);
  });

  it('may run its own script only, be framed by nobody, and tell its origin', async () => {
    const { headers } = await api(openDesk())('/mfa/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('speaks the language of the browser and holds nothing of the request', async () => {
    const get = api(openDesk());
    const english = await (
      await get('/mfa/?resume=<script>kuckuck', { headers: { 'accept-language': 'en' } })
    ).text();
    expect(english).toContain('<html lang="en">');
    expect(english).not.toContain('kuckuck');
    expect(await (await get('/mfa/')).text()).toContain('<html lang="fr">');
  });

  it('says beside the ticket, in both languages, that one begun and not finished is used up', async () => {
    const get = api(openDesk());
    const words = {
      fr: /Il ne sert qu’une fois.*sinon il en faudra un autre/,
      en: /works once.*need another one/,
    };
    for (const [language, said] of Object.entries(words)) {
      const page = await (await get('/mfa/', { headers: { 'accept-language': language } })).text();
      const hint = /id="ticket"[^>]*aria-describedby="ticket-hint"><p id="ticket-hint">([^<]*)</.exec(
        page,
      )?.[1];
      expect(hint).toMatch(said);
    }
  });

  it('offers only what is enough where the person was stopped', async () => {
    const desk = openDesk();
    const seat = await bindKey(desk, await withPhone(desk, ana));
    const guard = requireStepUp({
      mfa: desk.mfa,
      account,
      accept: 'phishing-resistant',
      maxAge: '1m',
      stepUpPage: '/mfa/',
    });
    desk.clock.advance(120);
    const cookie = `__Host-palier-mfa=${seat.token}`;
    const stopped = await guard(
      new Request(`${origin}/orders`, { headers: { cookie, 'sec-fetch-mode': 'navigate' } }),
    );
    const resume = new URL(stopped?.headers.get('location') ?? '', origin).searchParams.get('resume');
    const asked = async (body: object): Promise<{ kinds: string[]; asked?: object }> => {
      const headers = { cookie, origin, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await (await api(desk)('/mfa/step-up', init)).json()) as { kinds: string[] };
    };
    expect((await asked({})).kinds).toEqual(['webauthn', 'totp', 'recovery-code']);
    expect(await asked({ resume })).toMatchObject({
      kinds: ['webauthn'],
      asked: { accept: ['webauthn', 'card'], maxAge: 60, because: 'too-old' },
    });
    const other = await signIn(desk, ana);
    expect(await desk.mfa.resume.peek(other.session, resume)).toBeUndefined();
  });

  it('tells a person with an app what a key needs, and refuses one that a code earned with that reason', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const cookie = `__Host-palier-mfa=${seat.token}`;
    const get = api(desk);
    const post = async (path: string, body: object): Promise<readonly [number, Record<string, unknown>]> => {
      const headers = { cookie, origin, 'content-type': 'application/json', 'accept-language': 'en' };
      const answer = await get(path, { method: 'POST', headers, body: JSON.stringify(body) });
      return [answer.status, (await answer.json()) as Record<string, unknown>];
    };
    const held = await (await get('/mfa/factors', { headers: { cookie } })).json();
    expect(held).toMatchObject({ addable: ['totp'] });
    const [, { right, kinds }] = await post('/mfa/enrol/right', {});
    expect(kinds).toEqual(['totp']);
    expect(await post('/mfa/enrol', { right, kind: 'webauthn' })).toMatchObject([
      403,
      { type: 'urn:palier:problem:right-too-weak', title: expect.stringContaining('a ticket') },
    ]);
    expect((await post('/mfa/enrol', { right, kind: 'totp' }))[0]).toBe(200);
    const { code } = await desk.mfa.tickets.issue(ana, 'desk', secondsOf(3600));
    const [, byTicket] = await post('/mfa/enrol/ticket', { ticket: code });
    expect((await post('/mfa/enrol', { right: byTicket['right'], kind: 'webauthn' }))[0]).toBe(200);
  });

  it.each([
    ['fr', 'ajoutez d’abord une clé ou une application avec un ticket'],
    ['en', 'add a key or an app with a ticket first'],
  ] as const)(
    'says in %s what a code does not change, of each factor and where it is tried',
    async (lang, next) => {
      const desk = openDesk();
      const owner = await withPhone(desk, ana);
      const thief = await plant(desk, owner.phone);
      const headers = {
        cookie: `__Host-palier-mfa=${thief.token}`,
        origin,
        'content-type': 'application/json',
        'accept-language': lang,
      };
      const { factors } = (await (await api(desk)('/mfa/factors', { headers })).json()) as {
        readonly factors: readonly {
          readonly id: string;
          readonly remove: string;
          readonly rename: string;
        }[];
      };
      expect(factors.map(({ id, remove, rename }) => [id === thief.factor.id, remove, rename])).toEqual([
        [false, 'not-by-code', 'allowed'],
        [false, 'not-by-code', 'not-by-code'],
        [true, 'allowed', 'allowed'],
      ]);
      const own = { ...headers, cookie: `__Host-palier-mfa=${(await byCode(desk, thief.phone)).token}` };
      const seen = await (await api(desk)('/mfa/factors', { headers: own })).json();
      const planted = { remove: 'not-by-code', rename: 'allowed', boundWith: owner.factor.id };
      expect(seen).toMatchObject({ factors: [{}, {}, planted] });
      expect(JSON.stringify(seen)).not.toContain('"line"');
      const again = await byCode(desk, owner.phone);
      headers.cookie = `__Host-palier-mfa=${again.token}`;
      const set = factors[1]?.id;
      for (const [path, body] of [
        ['remove', { factor: owner.factor.id }],
        ['rename', { factor: set, name: 'old' }],
      ] as const) {
        const init = { method: 'POST', headers, body: JSON.stringify(body) };
        const answer = await api(desk)(`/mfa/factors/${path}`, init);
        expect([answer.status, await answer.json()]).toMatchObject([
          403,
          { type: 'urn:palier:problem:not-by-code', title: expect.stringContaining(next) },
        ]);
      }
    },
  );
});
