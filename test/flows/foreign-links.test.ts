// A page of somebody else's leads a signed-in person's window to counted pages. Where the operator says so nobody is
// shown, and nothing spent, before the person says that it was meant.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../support/browser.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Changes, inMemory, type Site, startSite } from '../support/start.ts';

/** What one code shows in the demo. */
const N = 5;
const friend = 'https://logiciel.example';
const saying = (setting: string): Changes => [
  ...inMemory,
  ['keys: { file:', `foreignLinks: ${setting}\nkeys: { file:`],
];
const ask = saying(`{ counted: ask, except: ["${friend}"] }`);

const foreign = { 'sec-fetch-site': 'cross-site', referer: 'https://evil.example/' };

async function atWork(site: Site, login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

describe('a link of another site, where it is asked about first', () => {
  let site: Site;
  let browser: Browser;
  const patient = (place: number): string => `/patients/${site.persons.nirOf(place)}`;
  const askedFor = (target: string): number => site.seen.filter((line) => line.includes(target)).length;
  beforeAll(async () => {
    site = await startSite(ask);
    ({ browser } = await atWork(site, 'pharmacie-01'));
  });
  afterAll(() => site.close());

  it('shows nobody, spends nothing and does not reach the portal, however often it is followed', async () => {
    for (let place = 0; place < 3 * N; place += 1) {
      const stopped = await browser.go(patient(place), foreign);
      expect(stopped.status).toBe(403);
      expect(stopped.text).toContain('Un autre site a ouvert cette page');
      expect(askedFor(patient(place))).toBe(0);
    }
    for (let place = 0; place < N; place += 1) expect((await browser.go(patient(place))).status).toBe(200);
  });

  it('is followed once the person says so, in the language of the browser', async () => {
    const stopped = await browser.go(`${patient(0)}`, { ...foreign, 'accept-language': 'en' });
    expect(stopped.text).toContain('Another site has opened this page');
    const link = /<a class="button" href="([^"]+)">Continue<\/a>/.exec(stopped.text)?.[1] ?? '';
    expect(link).toBe(patient(0));
    expect((await browser.go(link)).status).toBe(200);
  });

  it('is asked about on a page that lists persons too, and when its Referer is kept back', async () => {
    const { referer: _kept, ...nameless } = foreign;
    for (const target of ['/patients?nom=MARTIN', patient(0)])
      expect((await browser.go(target, nameless)).status).toBe(403);
  });

  it('is followed at once from a mail or another program, from an origin excepted, and where nobody is shown', async () => {
    expect((await browser.go(patient(0), { 'sec-fetch-site': 'none' })).status).toBe(200);
    expect((await browser.go(patient(0), { ...foreign, referer: `${friend}/dossier` })).status).toBe(200);
    for (const near of [`${friend}.evil.example/`, `https://evil.example/?${friend}/`, 'x'])
      expect((await browser.go(patient(0), { ...foreign, referer: near })).status).toBe(403);
    expect((await browser.go('/', foreign)).status).toBe(200);
  });

  it('comes after the gesture: who must make one first is not asked twice', async () => {
    const fresh = seat(site, 'medecin-01');
    await fresh.signIn();
    const stop = await fresh.browser.go(patient(50), foreign);
    expect(stop.location).toMatch(/^\/\.palier\/step-up\?resume=/);
  });

  it('has a browser without these headers let through, as before', async () => {
    const { status } = await browser.go(patient(0), { 'sec-fetch-site': '', 'sec-fetch-mode': '' });
    expect(status).not.toBe(403);
  });
});

it('is followed, and uses up the presence, where the operator says nothing (negative control)', async () => {
  const site = await startSite();
  try {
    const { browser } = await atWork(site, 'pharmacie-01');
    const statuses: number[] = [];
    for (let place = 0; place <= N; place += 1)
      statuses.push((await browser.go(`/patients/${site.persons.nirOf(place)}`, foreign)).status);
    expect(statuses).toEqual([...Array<number>(N).fill(200), 303]);
  } finally {
    await site.close();
  }
});

it('is noted and followed in observe mode, so that the links of other software are known before', async () => {
  const site = await startSite([...ask, ['mode: enforce', 'mode: observe']]);
  try {
    const { browser } = await atWork(site, 'pharmacie-01');
    expect((await browser.go(`/patients/${site.persons.nirOf(1)}`, foreign)).status).toBe(200);
    expect(JSON.stringify(site.log)).toContain('opened-from-elsewhere');
  } finally {
    await site.close();
  }
});
