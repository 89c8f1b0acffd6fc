// What an answer tells without its body: a redirect that names a person, an error page that shows one, a search that
// found nobody. The portal answers as each test wants it to.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exposureReport } from '@palier/gateway';
import { instantOf } from '@palier/mfa-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../support/browser.ts';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Recorded, type Recorder, startRecorder } from '../support/recorder-upstream.ts';

const N = 5;
const misses = 4;
const stepUp = 'require: { accept: second-factor, maxAge: 12h }';
const body = 'body: { types: [application/x-www-form-urlencoded], limit: 1MiB }';
const html = "records: { from: answer-html, selector: 'tr[data-nir]', attribute: data-nir, as: nir }";
const configuration = `
identity:
  - portal-session: { cookie: SID, ask: /api/me, account: /login, signIn: /login }
routes:
  - { match: GET /login, require: open }
  - { match: "GET /patients/{nir}", ${stepUp}, records: { from: path, name: nir, as: nir } }
  - { match: GET /fiche, ${stepUp}, query: [nir], records: { from: query, name: nir, as: nir } }
  - { match: GET /patients, ${stepUp}, query: [nom], ${html} }
  - { match: POST /recherche, ${stepUp}, ${body}, ${html} }
  - { match: POST /par-entete, ${stepUp}, ${body}, records: { from: answer-header, name: X-Persons, as: nir } }
budgets:
  classes:
    default: { code: { records: ${N}, within: 12h, day: 45 }, misses: ${misses} }
stores: { durable: memory }
`;

let portal: Recorder;
let front: FrontOf;
beforeAll(async () => {
  portal = await startRecorder();
  front = await startFrontOf(portal.port, configuration);
});
afterAll(async () => {
  await front.close();
  await portal.close();
});

/** Synthetic: born in commune 99999, which is none. */
const nir = (place: number): string => `1990399999${String(place + 1).padStart(3, '0')}`;

/** What the portal says from here on, its who-am-I apart. */
function answering(answer: (request: Recorded) => readonly [head: string, body: string]): void {
  portal.answer((request, socket) => {
    const login = /SID=sid-of-([a-z0-9-]+)/.exec(request.raw)?.[1];
    const [head, body] =
      request.target === '/api/me'
        ? ['200 OK\r\nContent-Type: application/json', JSON.stringify({ login })]
        : answer(request);
    socket.write(`HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
}

async function present(login: string): Promise<Professional> {
  answering(() => ['200 OK\r\nContent-Type: text/html', '']);
  const professional = seat(front, login);
  professional.browser.cookies.set('SID', `sid-of-${login}`);
  await professional.enrolApp();
  return professional;
}

/** Searches that many times, each time for somebody else. */
async function searched(
  { browser }: Professional,
  times: number,
  target = '/recherche',
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (let place = 0; place < times; place += 1)
    pages.push(await browser.post(target, { nom: `DURAND ${place}` }));
  return pages;
}

/** Whom the thief learned of, by address or page. */
function looted(pages: readonly Page[]): readonly string[] {
  const text = pages.map(({ location, text: page }) => decodeURIComponent(location) + page).join('\n');
  return [...new Set([...text.matchAll(/1 ?990399999\d{3}/g)].map(([one]) => one.replace(' ', '')))].sort();
}

async function ledgerNames(login: string): Promise<readonly string[]> {
  const persons = new Set<string>();
  const operator = JSON.parse(readFileSync(join(front.folder, 'ledger-private.jwk'), 'utf8'));
  await exposureReport(
    {
      directory: join(front.folder, `ledger-${front.port}`),
      privateKeys: [operator],
      accounts: new Set([login]),
      from: instantOf(0),
      to: instantOf(8e15),
    },
    ({ id }) => void persons.add(id),
  );
  return [...persons].sort();
}

const five = Array.from({ length: N }, (_, place) => nir(place));
let accounts = 0;
function fresh(): string {
  accounts += 1;
  return `thief-${accounts}`;
}

describe('a redirect', () => {
  it.each([
    ['to the page of a person', (who: string) => `/patients/${who}`],
    ['to a whole address', (who: string) => `http://localhost/patients/${who}#top`],
    ['to another spelling', (who: string) => `/patients/${who.slice(0, 1)}%20${who.slice(1)}`],
    ['beside the address that was asked for', (who: string) => `./patients/${who}`],
    ['with the person in the query', (who: string) => `/fiche?nir=${who}`],
  ])('%s costs what that page costs, and the ledger has it', async (_where, location) => {
    const login = fresh();
    const thief = await present(login);
    let place = 0;
    answering(() => [`303 See Other\r\nLocation: ${location(nir(place++))}`, '']);
    expect(looted(await searched(thief, 3 * N))).toEqual(five);
    expect(await ledgerNames(login)).toEqual(five);
  });

  it('from one person to another costs both', async () => {
    const login = fresh();
    const thief = await present(login);
    let place = 100;
    answering(() => [`302 Found\r\nLocation: /patients/${nir(place++)}`, '']);
    const pages: Page[] = [];
    for (let asked = 0; asked < N; asked += 1) pages.push(await thief.browser.go(`/patients/${nir(asked)}`));
    expect(looted(pages)).toEqual([nir(100), nir(101)]);
  });

  it('to where nobody is named costs nothing (negative control)', async () => {
    const login = fresh();
    const honest = await present(login);
    answering(() => ['303 See Other\r\nLocation: /login', '']);
    const pages = await searched(honest, 3 * N);
    expect(pages.map(({ location }) => location)).toEqual(pages.map(() => '/login'));
    expect(await ledgerNames(login)).toEqual([]);
  });
});

describe('an error page', () => {
  it.each([
    [
      'a form that comes back with its persons',
      '/recherche',
      (who: string) =>
        ['422 Unprocessable Content\r\nContent-Type: text/html', `<tr data-nir="${who}">`] as const,
    ],
    [
      'a page whose header names them',
      '/par-entete',
      (who: string) => [`500 Oops\r\nX-Persons: ${who}\r\nContent-Type: text/html`, who] as const,
    ],
  ])('is counted where its persons can be read: %s', async (_what, target, page) => {
    const login = fresh();
    const thief = await present(login);
    let place = 0;
    // A table row lives in a table only.
    answering(() => {
      const [head, body] = page(nir(place++));
      return [head, `<table>${body}</table>`];
    });
    expect(looted(await searched(thief, 3 * N, target))).toEqual(five);
    expect(await ledgerNames(login)).toEqual(five);
  });

  it.each([404, 410])(
    'of status %i that shows persons shows them: each is paid for and in the ledger',
    async (status) => {
      const login = fresh();
      const thief = await present(login);
      let place = 0;
      answering(() => [
        `${status} Not here\r\nContent-Type: text/html`,
        `<p>Did you mean</p><table><tr data-nir="${nir(place++)}"></table>`,
      ]);
      expect(looted(await searched(thief, 3 * N))).toEqual(five);
      expect(await ledgerNames(login)).toEqual(five);
    },
  );

  it('of status 404 whose head names a person shows that one, and the one asked for is a miss', async () => {
    const login = fresh();
    const thief = await present(login);
    let place = 100;
    answering(() => [`404 Not Found\r\nContent-Location: /patients/${nir(place++)}`, '']);
    const pages: Page[] = [];
    for (let asked = 0; asked < 2 * N; asked += 1)
      pages.push(await thief.browser.go(`/patients/${nir(asked)}`));
    // Each look-up pays for the one asked for and for the one shown: two look-ups and a half.
    const shown = pages.flatMap(({ headers }) => String(headers['content-location'] ?? '').slice(10) || []);
    expect(shown).toEqual([nir(100), nir(101)]);
    expect(await ledgerNames(login)).toEqual([nir(100), nir(101)]);
  });

  it('of status 404 that shows nobody is a miss as before, and passed on as it is (negative control)', async () => {
    const login = fresh();
    const thief = await present(login);
    answering(() => ['404 Not Found\r\nContent-Type: text/html', '<p>nobody</p>']);
    const pages = await searched(thief, 3 * misses);
    expect(pages.map(({ status }) => status)).toEqual(pages.map((_, place) => (place < misses ? 404 : 429)));
    expect(pages[0]?.text).toBe('<p>nobody</p>');
    expect(await ledgerNames(login)).toEqual([]);
  });

  it('that names nobody is passed on as it is (negative control)', async () => {
    const honest = await present(fresh());
    answering(() => ['500 Oops\r\nContent-Type: text/plain', 'try later']);
    const pages = await searched(honest, 3 * N);
    expect(pages.map(({ status, text }) => [status, text])).toEqual(pages.map(() => [500, 'try later']));
  });
});

describe('a search that finds nobody (A113)', () => {
  it('is a miss for each question, also where the question stands in a body nobody read', async () => {
    const thief = await present(fresh());
    answering(() => ['200 OK\r\nContent-Type: text/html', '<table></table>']);
    const pages = await searched(thief, 3 * misses);
    expect(pages.map(({ status }) => status)).toEqual(pages.map((_, place) => (place < misses ? 200 : 429)));
  });

  it('is a miss each time where the body is too long to be read', async () => {
    const thief = await present(fresh());
    answering(() => ['200 OK\r\nContent-Type: text/html', '<table></table>']);
    const long = 'x'.repeat(70_000);
    const pages: Page[] = [];
    for (let asked = 0; asked < 2 * misses; asked += 1)
      pages.push(await thief.browser.post('/recherche', { nom: 'DURAND', long }));
    expect(pages.map(({ status }) => status)).toEqual(pages.map((_, place) => (place < misses ? 200 : 429)));
  });

  it('is one miss, however often the same is asked (negative control)', async () => {
    const honest = await present(fresh());
    answering(() => ['200 OK\r\nContent-Type: text/html', '<table></table>']);
    for (let again = 0; again < 3 * misses; again += 1) {
      expect((await honest.browser.go('/patients?nom=DURAND')).status).toBe(200);
      expect((await honest.browser.post('/recherche', { nom: 'MARTIN' })).status).toBe(200);
    }
  });
});

it('the log line of an answer says how many it was counted for, whoever named them', async () => {
  const login = fresh();
  const honest = await present(login);
  answering(({ target }) => {
    const rows = [0, 1, 2].map((place) => `<tr data-nir="${nir(place)}">`).join('');
    return ['200 OK\r\nContent-Type: text/html', target === '/recherche' ? `<table>${rows}</table>` : ''];
  });
  await searched(honest, 1);
  await honest.browser.go(`/patients/${nir(0)}`);
  const lines = front.log.filter(({ account, outcome }) => account === login && outcome === 'forward');
  expect(lines.map(({ route, records }) => [route, records])).toEqual([
    ['POST /recherche', 3],
    ['GET /patients/{nir}', 1],
  ]);
  expect(await ledgerNames(login)).toHaveLength(3);
});

describe('a search that shows one person too many', () => {
  it('waits for a gesture at once, short or long: the body that went by is not waited for', async () => {
    const honest = await present(fresh());
    let place = 0;
    answering(() => {
      const row = `<table><tr data-nir="${nir(place++)}"></table>`;
      return ['200 OK\r\nContent-Type: text/html', row];
    });
    expect(looted(await searched(honest, N))).toEqual(five);
    const began = performance.now();
    const [held] = await searched(honest, 1);
    expect(held?.location).toMatch(/^\/\.palier\/step-up\?resume=/);
    const long = await honest.browser.post('/recherche', { nom: 'DURAND', long: 'x'.repeat(70_000) });
    expect(long.status).toBe(401);
    expect(performance.now() - began).toBeLessThan(5_000);
    // The form was held whole, and is sent with the gesture.
    front.clock.advance(30);
    const shown = await honest.stepUp(await honest.browser.go(held?.location ?? ''));
    expect([shown.status, portal.requests.at(-1)?.body.toString()]).toEqual([200, 'nom=DURAND+0']);
  });
});
