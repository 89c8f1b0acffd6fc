// Two tabs stopped at once, and the way back after signing out, in a real browser.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';
import { chromiumPath, launch, openWindow } from './chromium.ts';
import { typeInto } from './keyboard.ts';
import { signIn } from './people.ts';

describe.skipIf(chromiumPath === undefined)('a doctor with two tabs', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const family = (place: number): string => site.persons.personByIndex(place).family;
  const patient = (place: number): string => `${site.origin.origin}/patients/${site.persons.nirOf(place)}`;

  async function withApp(login: string): Promise<Professional> {
    const doctor = seat(site, login);
    await doctor.signIn();
    await doctor.enrolApp();
    site.clock.advance(30);
    return doctor;
  }

  it('makes one gesture, and both tabs go on, each to its own person', async () => {
    const doctor = await withApp('medecin-01');
    const { page, context, complaints } = await openWindow(browser);
    const other = await context.newPage();
    await signIn(page, site, 'medecin-01');
    await Promise.all([page.goto(patient(0)), other.goto(patient(1))]);
    for (const tab of [page, other]) expect(tab.url()).toContain('/.palier/step-up?resume=');
    site.clock.advance(1);
    await typeInto(page, page.getByLabel('Code à 6 chiffres'), doctor.code());
    await page.keyboard.press('Enter');
    await expect.poll(() => page.textContent('body')).toContain(family(0));
    await other.bringToFront();
    await other.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect.poll(() => other.textContent('body')).toContain(family(1));
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('A212: sees no person by going back after signing out', async () => {
    const doctor = await withApp('medecin-02');
    const { page, context } = await openWindow(browser);
    await signIn(page, site, 'medecin-02');
    await page.goto(patient(2));
    site.clock.advance(1);
    await typeInto(page, page.getByLabel('Code à 6 chiffres'), doctor.code());
    await page.keyboard.press('Enter');
    await expect.poll(() => page.textContent('body')).toContain(family(2));
    await page.locator('form[action="/logout"] button').click();
    await page.waitForURL(/\/login/);
    await page.goBack();
    await page.waitForLoadState();
    expect(await page.textContent('body')).not.toContain(family(2));
    await context.close();
  });
});
