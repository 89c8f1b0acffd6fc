// A portal that nobody can ask: the gateway watches its sign-in. Who is known, for how long, and what a stranger cannot
// make of it.
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, openBrowser, type Page } from '../support/browser.ts';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import { type OldPortal, startOldPortal } from '../support/old-portal.ts';
import { seat } from '../support/professional.ts';

const configuration = `
identity:
  - login-watched: { post: /login, field: user, cookie: SID, lifetime: 4h, signIn: /login, signOut: [POST /logout] }
routes:
  - { match: "GET,POST /login", require: open }
  - { match: POST /logout, require: open }
  - { match: GET /drop, require: open }
  - { match: GET /home, require: signed-in }
  - { match: GET /stream, require: signed-in }
  - { match: GET /secret, require: { accept: second-factor, maxAge: 12h } }
stores: { durable: sqlite:palier.db }
`;

let portal: OldPortal;
let front: FrontOf;
beforeAll(async () => {
  portal = await startOldPortal();
  front = await startFrontOf(portal.port, configuration);
});
afterAll(async () => {
  await front.close();
  await portal.close();
});
beforeEach(() => {
  Object.assign(portal.habits, {
    keepsCookie: false,
    oneValue: undefined,
    redirectsAlways: false,
    renewsAtEachPage: false,
    logoutKeepsCookie: false,
  });
  // The lanes of strangers forget.
  front.clock.advance(7 * 24 * 3600);
});

const signIn = (
  browser: Browser,
  login: string,
  password = `${login.trim().toLowerCase()}-pw`,
): Promise<Page> => browser.post('/login', { user: login, password });
const home = async (browser: Browser): Promise<string> => {
  const { status, text } = await browser.call('/home');
  return status === 200 ? text : `${status}`;
};

/** Sends any body; the answer's status and whether a cookie came with it. */
function posted(
  body: string,
  headers: Readonly<Record<string, string>> = {},
  target = '/login',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: front.port,
        method: 'POST',
        path: target,
        agent: false,
        headers: {
          host: front.origin.host,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          accept: 'application/json',
          ...headers,
        },
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** An event stream that is open; `cut` resolves when it is over. */
function streamOf(cookie: string): Promise<{ readonly cut: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const headers = { host: front.origin.host, cookie, accept: 'text/event-stream' };
    const sent = request(
      { host: '127.0.0.1', port: front.port, path: '/stream', agent: false, headers },
      (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${answer.statusCode}`));
        answer.on('error', () => undefined).resume();
        resolve({ cut: new Promise((done) => void answer.once('close', done)) });
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

describe('a watched sign-in', () => {
  it('makes the portal’s new cookie the login’s, and nobody is known before', async () => {
    const browser = openBrowser(front.origin);
    expect(await home(browser)).toBe('401');
    expect((await signIn(browser, 'alice')).status).toBe(302);
    expect(await home(browser)).toBe('hello alice');
    browser.cookies.set('SID', 'a-value-nobody-was-given');
    expect(await home(browser)).toBe('401');
  });

  it('is one account in all spellings of case and blanks, so that a factor cannot be left behind in one of them', async () => {
    const person = seat({ ...front, ...siteParts(front) }, 'alice');
    await signIn(person.browser, 'alice');
    await person.enrolApp();
    expect((await person.browser.call('/secret')).status).toBe(200);
    const [, , ...spellings] = ['alice', 'alice', 'Alice', ' ALICE ', 'aLiCe'];
    for (const spelling of spellings) {
      await signIn(person.browser, spelling);
      expect((await person.browser.call('/secret')).status).toBe(200);
    }
  });

  it('that fails makes nobody known, and ends what was known before', async () => {
    const browser = openBrowser(front.origin);
    expect((await signIn(browser, 'alice', 'wrong')).status).toBe(401);
    expect(await home(browser)).toBe('401');
    await signIn(browser, 'alice');
    await signIn(browser, 'alice', 'wrong');
    expect(await home(browser)).toBe('401');
  });

  it('survives a restart of the gateway, and is seen by a second instance', async () => {
    const browser = openBrowser(front.origin);
    await signIn(browser, 'bob');
    front = await front.again();
    expect(await home(browser)).toBe('hello bob');
  });

  it('ends at its lifetime, whatever the portal thinks', async () => {
    const browser = openBrowser(front.origin);
    await signIn(browser, 'bob');
    front.clock.advance(4 * 3600 - 1);
    expect(await home(browser)).toBe('hello bob');
    front.clock.advance(2);
    expect(await home(browser)).toBe('401');
    expect(portal.sessions.has(browser.cookies.get('SID') ?? '')).toBe(true);
  });

  it('ends at sign-out, also for who kept the cookie', async () => {
    const browser = openBrowser(front.origin);
    await signIn(browser, 'bob');
    const kept = browser.cookies.get('SID') ?? '';
    await browser.post('/logout', {});
    browser.cookies.set('SID', kept);
    expect(await home(browser)).toBe('401');
  });

  it('ends at sign-out also where the portal leaves the cookie as it is', async () => {
    portal.habits.logoutKeepsCookie = true;
    const browser = openBrowser(front.origin);
    await signIn(browser, 'bob');
    await browser.post('/logout', {});
    expect(browser.cookies.get('SID')).toBeDefined();
    expect(await home(browser)).toBe('401');
  });

  it('ends for what streams too, within a second of the sign-out (A206)', async () => {
    const browser = openBrowser(front.origin);
    await signIn(browser, 'bob');
    const cookie = `SID=${browser.cookies.get('SID')}`;
    const stream = await streamOf(cookie);
    const early = await Promise.race([
      stream.cut,
      new Promise((resolve) => setTimeout(() => resolve('open'), 1200)),
    ]);
    expect(early).toBe('open');
    const left = performance.now();
    await browser.post('/logout', {});
    await stream.cut;
    expect(performance.now() - left).toBeLessThan(1000);
  });

  it('ends when any answer clears or changes the portal’s cookie', async () => {
    const browser = openBrowser(front.origin);
    await signIn(browser, 'bob');
    const kept = browser.cookies.get('SID') ?? '';
    await browser.go('/drop');
    browser.cookies.set('SID', kept);
    expect(await home(browser)).toBe('401');
    await signIn(browser, 'bob');
    portal.habits.renewsAtEachPage = true;
    expect(await home(browser)).toBe('hello bob');
    expect(await home(browser)).toBe('401');
  });
});

describe('what a stranger cannot make of it', () => {
  it('a cookie planted in somebody’s browser beforehand: where the portal keeps it, nobody is known (A199)', async () => {
    portal.habits.keepsCookie = true;
    const victim = openBrowser(front.origin);
    victim.cookies.set('SID', 'planted-by-a-stranger');
    expect((await signIn(victim, 'alice')).status).toBe(302);
    const stranger = openBrowser(front.origin);
    stranger.cookies.set('SID', 'planted-by-a-stranger');
    expect(await home(stranger)).toBe('401');
    expect(await home(victim)).toBe('401');
    // The portal itself falls for it: only the gateway's refusal stands between.
    expect(front.log).toContainEqual({ kind: 'sign-in-not-bound', reason: 'cookie-kept' });
    expect(portal.sessions.get('planted-by-a-stranger')).toBe('alice');
  });

  it('the same where the portal gives a new value: the planted one opens nothing (A199)', async () => {
    const victim = openBrowser(front.origin);
    victim.cookies.set('SID', 'planted-by-a-stranger');
    await signIn(victim, 'alice');
    expect(await home(victim)).toBe('hello alice');
    const stranger = openBrowser(front.origin);
    stranger.cookies.set('SID', 'planted-by-a-stranger');
    expect(await home(stranger)).toBe('401');
  });

  it('a value the portal hands out to two people belongs to neither', async () => {
    portal.habits.oneValue = 'the-same-for-all';
    const [alice, bob] = [openBrowser(front.origin), openBrowser(front.origin)];
    await signIn(alice, 'alice');
    expect(await home(alice)).toBe('hello alice');
    await signIn(bob, 'bob');
    front.clock.advance(1);
    expect([await home(alice), await home(bob)]).toEqual(['401', '401']);
    expect(front.log).toContainEqual({ kind: 'sign-in-not-bound', reason: 'value-given-twice' });
  });

  it('a second login in the form, in another spelling of the field, or in the address (A095, A106)', async () => {
    const before = portal.judged.length;
    for (const [body, target] of [
      ['user=alice&user=bob&password=bob-pw', '/login'],
      ['user=alice&User=bob&password=bob-pw', '/login'],
      ['user=alice&user%5B%5D=bob&password=bob-pw', '/login'],
      ['user=alice&%20user=bob&password=bob-pw', '/login'],
      ['user=alice&%3Fuser=bob&password=bob-pw', '/login'],
      ['user=alice&password=bob-pw', '/login?user=bob'],
      ['user=alice&password=bob-pw', '/login?USER=bob'],
      ['user=%ff&password=x', '/login'],
      ['user=alice;user=bob&password=bob-pw', '/login'],
    ] as const)
      expect(await posted(body, {}, target)).toBe(400);
    expect(portal.judged.length).toBe(before);
    // This portal takes the last one: without the refusal bob's password would have made alice known.
    expect(await posted('user=bob&password=bob-pw')).toBe(302);
  });

  it('a form in a shape the gateway does not read (A100)', async () => {
    const body = '--x\r\nContent-Disposition: form-data; name="user"\r\n\r\nalice\r\n--x--\r\n';
    expect(await posted(body, { 'content-type': 'multipart/form-data; boundary=x' })).toBe(415);
    expect(await posted('{"user":"alice"}', { 'content-type': 'application/json' })).toBe(415);
    expect(
      await posted('user=alice', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-7' }),
    ).toBe(415);
  });

  it('an answer that redirects without a cookie is no sign-in', async () => {
    portal.habits.redirectsAlways = true;
    const browser = openBrowser(front.origin);
    browser.cookies.set('SID', 'anything');
    expect((await signIn(browser, 'alice', 'wrong')).status).toBe(302);
    expect(await home(browser)).toBe('401');
  });

  it('a form on a foreign site: it neither signs anybody in nor ends a sign-in (A232)', async () => {
    const browser = openBrowser(front.origin);
    await signIn(browser, 'alice');
    const cookie = `SID=${browser.cookies.get('SID')}`;
    const before = portal.judged.length;
    const foreign = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect(await posted('user=bob&password=bob-pw', foreign)).toBe(403);
    expect(await posted('user=alice&password=wrong', { ...foreign, 'sec-fetch-site': 'same-site' })).toBe(
      403,
    );
    expect(portal.judged.length).toBe(before);
    expect(await home(browser)).toBe('hello alice');
    // From its own page the same wrong password ends it.
    expect(await posted('user=alice&password=wrong', { cookie })).toBe(401);
    front.clock.advance(1);
    expect(await home(browser)).toBe('401');
  });

  it('two cookies of the portal’s name: which one it reads is nobody’s guess (A208)', async () => {
    const browser = openBrowser(front.origin);
    await signIn(browser, 'alice');
    expect(await home(browser)).toBe('hello alice');
    browser.cookies.set('SID', `${browser.cookies.get('SID')}; SID=other`);
    expect(await home(browser)).toBe('401');
  });

  it('the store: it holds neither a cookie nor, for guesses, a login', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const browser = openBrowser(front.origin);
    await signIn(browser, 'carol');
    const database = new DatabaseSync(`${front.folder}/palier.db`, { readOnly: true });
    const text = JSON.stringify([
      ...database.prepare('SELECT digest FROM watched_sign_in').all(),
      ...database.prepare('SELECT name FROM sign_in_lane').all(),
    ]);
    database.close();
    expect(text.length).toBeGreaterThan(50);
    expect(text).not.toContain(browser.cookies.get('SID'));
    expect(text).not.toContain('carol');
  });
});

/** What the professional of the other flows needs of a site. */
function siteParts({ origin, clock, ticketFor }: FrontOf): Parameters<typeof seat>[0] {
  return { origin, clock, ticketFor } as Parameters<typeof seat>[0];
}
