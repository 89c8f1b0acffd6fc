// A number that was mistyped: one click back, and what was typed is still there to be corrected.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';
import { chromiumPath, launch, openWindow, type Window } from './chromium.ts';

describe.skipIf(chromiumPath === undefined)('a number that was mistyped', () => {
  let site: Site;
  let browser: Browser;
  let doctor: Professional;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), launch()]);
    doctor = seat(site, 'medecin-01');
    await doctor.signIn();
    await doctor.enrolApp();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  async function windowOf(who: Professional, javaScriptEnabled = true): Promise<Window> {
    const window = await openWindow(browser, { javaScriptEnabled });
    const host = { domain: site.origin.hostname, path: '/', secure: true };
    const cookies = [...who.browser.cookies].map(([name, value]) => ({ name, value, ...host }));
    await window.context.addCookies(cookies);
    await window.page.goto(site.origin.href);
    return window;
  }
  async function mistype(page: Page): Promise<void> {
    await page.locator('form[action="/recherche-patient"] input[name="nir"]').fill('1990399');
    await page.locator('form[action="/recherche-patient"] button').click();
  }
  const typed = (page: Page): Promise<string> =>
    page.locator('form[action="/recherche-patient"] input[name="nir"]').inputValue();

  it('is back in its field with one click', async () => {
    const { page, context, complaints } = await windowOf(doctor);
    // The example portal asks browsers to forget its fields; one that does not is told from a page that is loaded anew.
    await page.route(site.origin.href, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        body: (await answer.text()).replaceAll('autocomplete="off"', ''),
      });
    });
    await page.reload();
    await mistype(page);
    await page.locator('#back').click();
    await page.waitForURL(site.origin.href);
    await expect.poll(() => typed(page)).toBe('1990399');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('leads to the page it was typed on without a script too', async () => {
    const { page, context } = await windowOf(doctor, false);
    await mistype(page);
    await page.locator('#back').click();
    await page.waitForURL(site.origin.href);
    expect(await page.locator('form[action="/recherche-patient"]').count()).toBe(1);
    await context.close();
  });

  it('does not lead back to a page of ours whose work is done', async () => {
    const { page, context } = await windowOf(doctor);
    await page.goto(`${site.origin.origin}/.palier/sessions`);
    await page.evaluate(() => {
      location.href = '/patients/123';
    });
    await page.locator('#back').click();
    await page.waitForURL(site.origin.href);
    await context.close();
  });
});
