// Signing in at an OpenID Connect provider, the gateway as relying party, driven over HTTP through the real oidc-provider.
import { request } from 'node:http';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from '../support/browser.ts';
import {
  idTokenIs,
  idTokenSays,
  signedBy,
  unsigned,
  userinfoSays,
  withClaim,
} from '../support/provider-lies.ts';
import { addressIn, cardOf, proofsOf } from '../support/provider-visit.ts';
import { type SignInSite, startSignInSite } from '../support/sign-in-site.ts';

let site: SignInSite;
beforeAll(async () => {
  site = await startSignInSite();
});
afterAll(() => site.close());
afterEach(() => {
  site.lies.told = undefined;
});

const doctorId = '899700218896';
const callback = '/.palier/oidc/pro-sante-connect/callback';

/** Asks for an address, is sent to the sign-in page, presses the button: the provider's address. */
async function sentAway(browser: Browser, target = '/'): Promise<string> {
  const stop = await browser.go(target);
  expect([stop.status, stop.location.startsWith('/.palier/sign-in')]).toEqual([303, true]);
  const [form] = (await browser.go(stop.location)).forms;
  return addressIn(await browser.post(form?.action ?? '', form?.fields ?? {}));
}

async function signIn(
  target = '/',
  choice: string = cardOf.doctor,
  jar?: Map<string, string>,
): Promise<Signed> {
  const browser = site.browser();
  const done = await browser.go(await site.identify(await sentAway(browser, target), choice, jar));
  return { browser, done };
}

interface Signed {
  readonly browser: Browser;
  readonly done: Page;
}

const whoIs = async (browser: Browser): Promise<string | undefined> => {
  const page = await browser.go('/');
  if (page.status !== 200) return undefined;
  const { assertion } = JSON.parse(page.text) as { assertion?: string };
  return assertion === undefined ? undefined : decodeJwt(assertion).sub;
};

describe('a person who signs in at the provider', () => {
  it('comes back to the page that was asked for, and the portal reads who it is from the assertion', async () => {
    const { browser, done } = await signIn('/page/one?a=b');
    expect([done.status, done.location]).toEqual([303, '/page/one?a=b']);
    expect(await whoIs(browser)).toBe(doctorId);
  });

  it('is not named in an address on the way, nor is what was asked for', async () => {
    const stop = await site.browser().go('/page/private-name');
    expect(stop.location).toContain('?to=');
    expect(decodeURIComponent(stop.location)).not.toContain('private-name');
  });

  it('proves a card at once where the sign-in was made with one, and nothing with a phone', async () => {
    const withCard = await signIn('/acts', cardOf.doctor);
    expect((await withCard.browser.go(withCard.done.location)).status).toBe(200);
    const withPhone = await signIn('/', cardOf.phone);
    expect(await whoIs(withPhone.browser)).toBe(doctorId);
    expect(await proofsOf(withPhone)).toEqual([]);
    expect((await withPhone.browser.go('/acts')).location).toContain('/.palier/step-up');
  });

  it('steps up at the same provider later, and only as herself', async () => {
    const { browser } = await signIn('/', cardOf.phone);
    const stop = await browser.go('/acts');
    const press = async (page: Page): Promise<string> => {
      const form = page.forms.find(({ action }) => action.endsWith('/step-up'));
      return addressIn(await browser.post(form?.action ?? '', form?.fields ?? {}));
    };
    const page = await browser.go(stop.location);
    const other = await browser.go(await site.identify(await press(page), cardOf.pharmacist));
    expect([other.status, await proofsOf({ browser })]).toEqual([400, []]);
    const done = await browser.go(await site.identify(await press(other), cardOf.doctor));
    expect(done.location).toBe('/acts');
    expect((await browser.go('/acts')).status).toBe(200);
  });

  it('gets a new session, whatever token was in the browser before (A199)', async () => {
    const first = await signIn();
    const planted = first.browser.cookies.get('__Host-palier') ?? '';
    const browser = site.browser();
    const address = await sentAway(browser);
    browser.cookies.set('__Host-palier', planted);
    await browser.go(await site.identify(address, cardOf.doctor));
    expect(browser.cookies.get('__Host-palier')).not.toBe(planted);
    expect(await site.gateway.mfa.sessions.load(planted)).toBeUndefined();
    expect(await whoIs(first.browser)).toBeUndefined();
  });

  it('stays signed in when a proof changed the token, and while the provider is down', async () => {
    const { browser } = await signIn();
    site.lies.told = async () => Promise.reject(new Error('down'));
    expect(await whoIs(browser)).toBe(doctorId);
  });

  it('finds two tabs begun at once both good', async () => {
    const browser = site.browser();
    const [one, two] = [await sentAway(browser, '/page/one'), await sentAway(browser, '/page/two')];
    const first = await browser.go(await site.identify(one, cardOf.doctor));
    const second = await browser.go(await site.identify(two, cardOf.doctor));
    expect([first.location, second.location]).toEqual(['/page/one', '/page/two']);
    expect(await whoIs(browser)).toBe(doctorId);
  });

  it('is sent home, not shown an error, when an answer is opened again', async () => {
    const browser = site.browser();
    const back = await site.identify(await sentAway(browser), cardOf.doctor);
    await browser.go(back);
    expect(await browser.go(back)).toMatchObject({ status: 303, location: '/' });
  });

  it('binds the first passkey with her card, and with nothing else where the configuration says so', async () => {
    const { browser } = await signIn();
    const choice = await browser.post('/.palier/enrol/factor', {});
    expect(choice.text).toContain('id="key"');
    const phone = await signIn('/', cardOf.phone);
    expect((await phone.browser.post('/.palier/enrol/factor', {})).status).toBe(400);
    const { mfa } = site.gateway;
    const { code } = await mfa.tickets.issue(doctorId as never, 'test', 3600 as never);
    expect((await phone.browser.post('/.palier/enrol/ticket', { ticket: code })).status).toBe(400);
  });
});

describe('who is not that person', () => {
  it('A227, A232: an answer brought to another browser signs nobody in', async () => {
    const attacker = site.browser();
    const back = await site.identify(await sentAway(attacker), cardOf.pharmacist);
    const victim = site.browser();
    expect((await victim.go(back)).status).toBe(400);
    await sentAway(victim);
    expect((await victim.go(back)).status).toBe(400);
    expect(await whoIs(victim)).toBeUndefined();
    // The control: where it was begun it is good.
    expect((await attacker.go(back)).status).toBe(303);
    expect(await whoIs(attacker)).toBe('899700075122');
  });

  it('A227: an answer is good once, also 20 times at the same moment', async () => {
    const browser = site.browser();
    const back = await site.identify(await sentAway(browser, '/page/one'), cardOf.doctor);
    const all = await Promise.all(Array.from({ length: 20 }, () => browser.go(back)));
    expect(all.filter(({ location }) => location === '/page/one')).toHaveLength(1);
  });

  it('A202: what began as a sign-in never ends as a step-up', async () => {
    const { browser } = await signIn('/', cardOf.phone);
    const page = await browser.go('/.palier/sign-in');
    expect(page.location).toBe('/');
    const away = await browser.post('/.palier/oidc/pro-sante-connect/sign-in', { to: '' });
    const before = browser.cookies.get('__Host-palier') ?? '';
    const session = await site.gateway.mfa.sessions.load(before);
    await browser.go(await site.identify(addressIn(away), cardOf.doctor));
    expect(await site.gateway.mfa.sessions.load(before)).toBeUndefined();
    const after = await site.gateway.mfa.sessions.load(browser.cookies.get('__Host-palier') ?? '');
    expect(after?.id).not.toBe(session?.id);
  });

  it('a cookie that was forged, cut, or sealed for another session names nobody', async () => {
    const { browser } = await signIn();
    const good = browser.cookies.get('__Host-palier-who') ?? '';
    for (const bad of ['x', good.slice(0, -4), `${good.slice(0, -6)}AAAAAA`, good.split('~')[1] ?? '']) {
      browser.cookies.set('__Host-palier-who', bad);
      expect(await whoIs(browser)).toBeUndefined();
    }
    browser.cookies.set('__Host-palier-who', good);
    expect(await whoIs(browser)).toBe(doctorId);
  });

  it('a way back that we did not seal leads home', async () => {
    for (const to of ['https://evil.example/', '//evil.example', 'v1.k1.x.y', 'x'.repeat(5000)]) {
      const browser = site.browser();
      const away = await browser.post('/.palier/oidc/pro-sante-connect/sign-in', { to });
      const done = await browser.go(await site.identify(addressIn(away), cardOf.doctor));
      expect(done.location).toBe('/');
    }
  });

  it('lies of the provider sign nobody in, and the same answers without the lie do', async () => {
    const foreign = { ...site.provider.keys[0], kid: 'other' };
    const lies = [
      idTokenSays(withClaim('iss', 'https://evil.example')),
      idTokenSays(withClaim('aud', 'other')),
      idTokenSays(withClaim('nonce', 'other')),
      idTokenSays(withClaim('exp', 1_700_000_000)),
      idTokenIs((claims) => unsigned(claims)),
      idTokenIs((claims) => signedBy(foreign, claims)),
      userinfoSays(withClaim('sub', 'f:essai:899700075122')),
      userinfoSays(withClaim('SubjectNameID', ['899700218896'])),
      userinfoSays(withClaim('SubjectNameID', '')),
      userinfoSays(withClaim('SubjectNameID', ' 899700218896')),
    ];
    for (const lie of lies) {
      site.lies.told = lie;
      const { browser, done } = await signIn();
      site.lies.told = undefined;
      expect([done.status, await whoIs(browser)]).toEqual([400, undefined]);
    }
    site.lies.told = idTokenSays((claims) => claims);
    expect(await whoIs((await signIn()).browser)).toBe(doctorId);
  });

  it('a provider that does not answer is a 503 at its button, and the rest of the site goes on', async () => {
    const other = await startSignInSite();
    await other.provider.close();
    const browser = other.browser();
    expect((await browser.go('/public')).status).toBe(200);
    expect((await browser.go('/.palier/sign-in')).status).toBe(200);
    const away = await browser.post('/.palier/oidc/pro-sante-connect/sign-in', { to: '' });
    expect([away.status, away.headers['retry-after']]).toEqual([503, '30']);
    await other.close();
  });
});

describe('signing out', () => {
  it('ends the session here first, then goes on to the provider with the ID token as a hint', async () => {
    const { browser } = await signIn();
    const token = browser.cookies.get('__Host-palier') ?? '';
    const who = browser.cookies.get('__Host-palier-who') ?? '';
    const out = await browser.post('/.palier/sign-out', {});
    const address = new URL(addressIn(out));
    expect(address.pathname).toMatch(/session\/end$/);
    expect(address.searchParams.get('post_logout_redirect_uri')).toBe(`${site.origin.origin}/`);
    expect(decodeJwt(address.searchParams.get('id_token_hint') ?? '').iss).toBe(site.provider.issuer);
    // Kept cookies are worth nothing.
    browser.cookies.set('__Host-palier', token).set('__Host-palier-who', who);
    expect(await whoIs(browser)).toBeUndefined();
  });

  it('at the portal ends it too', async () => {
    const { browser } = await signIn();
    expect((await browser.post('/logout', {})).status).toBe(200);
    expect(await whoIs(browser)).toBeUndefined();
  });

  it('by the operator ends it too, and what streams is cut within a second', async () => {
    const { browser } = await signIn();
    const stream = await openStream(browser);
    const from = performance.now();
    await site.gateway.mfa.sessions.endAll(doctorId as never, 'operator');
    await stream.ended;
    expect(performance.now() - from).toBeLessThan(1000);
    expect(await whoIs(browser)).toBeUndefined();
  });
});

describe('a sign-out that the provider tells (A230)', () => {
  const event = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const send = (token: string): Promise<Page> =>
    site.browser().post('/.palier/oidc/pro-sante-connect/sign-out', { logout_token: token });
  const seconds = (): number => Math.floor(site.clock.now() / 1000);

  /** Signs in, and answers with the provider's name of that session. */
  async function signedIn(): Promise<{ readonly browser: Browser; readonly sid: string }> {
    let sid = '';
    site.lies.told = idTokenSays((claims) => {
      sid = String(claims['sid'] ?? `made-${claims['nonce']}`);
      return { ...claims, sid };
    });
    const { browser } = await signIn();
    site.lies.told = undefined;
    return { browser, sid };
  }

  const claimsFor = (sid: string): Record<string, unknown> => ({
    iss: site.provider.issuer,
    aud: 'palier',
    iat: seconds(),
    exp: seconds() + 60,
    jti: `jti-${sid}`,
    sid,
    events: event,
  });

  it('ends that session and cuts what streams, and no other session', async () => {
    const { browser, sid } = await signedIn();
    const bystander = await signedIn();
    const stream = await openStream(browser);
    const token = await signedBy(site.provider.keys[0], claimsFor(sid), { typ: 'logout+jwt' });
    const from = performance.now();
    expect((await send(token)).status).toBe(200);
    await stream.ended;
    expect(performance.now() - from).toBeLessThan(1000);
    expect(await whoIs(browser)).toBeUndefined();
    expect(await whoIs(bystander.browser)).toBe(doctorId);
  });

  it('is believed in no other form', async () => {
    const { browser, sid } = await signedIn();
    const [key] = site.provider.keys;
    const good = claimsFor(sid);
    const { events: _events, ...withoutEvent } = good;
    const forged = [
      unsigned(good),
      await signedBy({ ...key, kid: 'other' }, good),
      await signedBy(key, good, { typ: 'at+jwt' }),
      await signedBy(key, { ...good, iss: 'https://evil.example' }),
      await signedBy(key, { ...good, aud: 'other' }),
      await signedBy(key, { ...good, nonce: 'an ID token has one' }),
      await signedBy(key, withoutEvent),
      await signedBy(key, { ...good, events: { 'http://schemas.openid.net/event/other': {} } }),
      await signedBy(key, { ...good, iat: seconds() - 600, exp: seconds() + 60 }),
      await signedBy(key, { ...good, exp: seconds() - 60 }),
      await signedBy(key, { ...good, sid: undefined, sub: doctorId }),
      'x',
      '',
    ];
    for (const token of forged) expect((await send(token)).status).toBe(400);
    expect(await whoIs(browser)).toBe(doctorId);
    // The control: the same claims, signed by the provider.
    expect((await send(await signedBy(key, good))).status).toBe(200);
    expect(await whoIs(browser)).toBeUndefined();
  });

  it('ends nothing that began after it was said: a replay is no weapon', async () => {
    const { sid } = await signedIn();
    const said = await signedBy(site.provider.keys[0], { ...claimsFor(sid), iat: seconds() - 20 });
    site.lies.told = idTokenSays(withClaim('sid', sid));
    const again = await signIn();
    site.lies.told = undefined;
    expect((await send(said)).status).toBe(200);
    expect(await whoIs(again.browser)).toBe(doctorId);
    expect((await send(await signedBy(site.provider.keys[0], claimsFor(sid)))).status).toBe(200);
    expect(await whoIs(again.browser)).toBeUndefined();
  });

  it('comes from the real provider when a person signs out there, to every browser of that session', async () => {
    const jar = new Map<string, string>();
    const first = await signIn('/', cardOf.doctor, jar);
    expect(await whoIs(first.browser)).toBe(doctorId);
    const address = `${site.provider.issuer}/session/end?client_id=palier`;
    await site.signOutThere(address, jar);
    await expect.poll(() => whoIs(first.browser), { timeout: 3000 }).toBeUndefined();
  });
});

interface Stream {
  /** Resolves when it is cut. */
  readonly ended: Promise<void>;
}

/** Opens a stream as this browser; it is open when this resolves. */
function openStream(browser: Browser): Promise<Stream> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return new Promise((resolve, reject) => {
    const sending = request({
      host: '127.0.0.1',
      port: site.origin.port,
      path: '/stream',
      headers: { host: site.origin.host, cookie, accept: 'text/event-stream' },
    });
    sending.on('error', reject);
    sending.on('response', (response) => {
      if (response.statusCode !== 200) return reject(new Error(`no stream: ${response.statusCode}`));
      response.resume();
      response.on('error', () => undefined);
      resolve({ ended: new Promise((end) => response.on('close', end)) });
    });
    sending.end();
  });
}

it('the callback address answers nobody else', async () => {
  expect((await site.browser().go(callback)).status).toBe(400);
});
