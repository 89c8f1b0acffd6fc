// A page of another site leads the window of a signed-in person to a patient: what a real browser says of it decides.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seat } from '../support/professional.ts';
import { inMemory, type Site, startSite } from '../support/start.ts';
import { chromiumPath, launch, openWindow } from './chromium.ts';
import { typeInto } from './keyboard.ts';
import { signIn } from './people.ts';

describe.skipIf(chromiumPath === undefined)('a link of another site in a real browser', () => {
  let site: Site;
  let browser: Browser;
  let stranger: Server;
  beforeAll(async () => {
    const ask = ['keys: { file:', 'foreignLinks: { counted: ask }\nkeys: { file:'] as const;
    [site, browser] = await Promise.all([startSite([...inMemory, ask]), launch()]);
    stranger = createServer((request, response) => {
      const target = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('to') ?? '';
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><script>location = ${JSON.stringify(target)}</script>`);
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    stranger?.close();
  });

  const patient = (place: number): string => `${site.origin.origin}/patients/${site.persons.nirOf(place)}`;
  const family = (place: number): string => site.persons.personByIndex(place).family;
  const trap = (place: number): string =>
    `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/?to=${encodeURIComponent(patient(place))}`;

  it('shows a question and nobody, and goes on with one click', async () => {
    const doctor = seat(site, 'medecin-01');
    await doctor.signIn();
    await doctor.enrolApp();
    site.clock.advance(30);
    const { page, context } = await openWindow(browser);
    await signIn(page, site, 'medecin-01');
    // Who has to make the gesture first is not asked a second time.
    await page.goto(trap(0));
    await page.waitForURL(/\/\.palier\/step-up/);
    site.clock.advance(1);
    await typeInto(page, page.getByLabel('Code à 6 chiffres'), doctor.code());
    await page.keyboard.press('Enter');
    await expect.poll(() => page.textContent('body')).toContain(family(0));
    await page.goto(trap(1));
    await page.getByText('Un autre site a ouvert cette page').waitFor();
    expect(await page.textContent('body')).not.toContain(family(1));
    await page.getByRole('link', { name: 'Continuer' }).click();
    await expect.poll(() => page.textContent('body')).toContain(family(1));
    // Typed, or opened by another program.
    await page.goto(patient(2));
    await expect.poll(() => page.textContent('body')).toContain(family(2));
    await context.close();
  });

  it('stopped at the gesture waits for a gesture of its own, and one that the person opened goes on by itself', async () => {
    const doctor = seat(site, 'medecin-02');
    await doctor.signIn();
    await doctor.enrolApp();
    site.clock.advance(30);
    const { page, context } = await openWindow(browser);
    await signIn(page, site, 'medecin-02');
    const [own, led, read] = [await context.newPage(), await context.newPage(), await context.newPage()];
    await Promise.all([page.goto(patient(3)), own.goto(patient(4)), led.goto(trap(5)), read.goto(trap(6))]);
    for (const tab of [led, read]) await tab.waitForURL(/\/\.palier\/step-up/);
    // In the other language, and back: a link of ours led here now.
    await read.getByRole('link', { name: 'English' }).click();
    await read.getByRole('link', { name: 'Français' }).click();
    await read.getByRole('link', { name: 'English' }).waitFor();
    site.clock.advance(1);
    await typeInto(page, page.getByLabel('Code à 6 chiffres'), doctor.code());
    await page.keyboard.press('Enter');
    await expect.poll(() => page.textContent('body')).toContain(family(3));
    for (const tab of [own, led, read]) await tab.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect.poll(() => own.textContent('body')).toContain(family(4));
    // Nothing to wait for: a look took the tab before it some milliseconds, and this one has none to take.
    for (const tab of [led, read]) {
      expect(await tab.locator('script[src*="tabs.js"]').count()).toBe(0);
      expect(tab.url()).toContain('/.palier/step-up');
    }
    const nirs = [5, 6].map((place) => site.persons.nirOf(place));
    expect(site.seen.filter((line) => nirs.some((nir) => line.includes(nir)))).toEqual([]);
    await context.close();
  });
});
