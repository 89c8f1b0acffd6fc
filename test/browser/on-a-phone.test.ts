// What a phone needs: its camera cannot look at its own screen, and its screen is narrow. And what a keyboard needs
// where two ways lead on from one field.

import { parseKeyUri } from '@palier/mfa-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplePassword } from '../../examples/portal/accounts.ts';
import { type Site, startSite } from '../support/start.ts';
import { chromiumPath, launch, openWindow, plugAuthenticator } from './chromium.ts';
import { hasFocus } from './keyboard.ts';
import { handIn, signIn } from './people.ts';

const phone: BrowserContextOptions = {
  viewport: { width: 375, height: 700 },
  hasTouch: true,
  isMobile: true,
};
const counter: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

describe.skipIf(chromiumPath === undefined)('a person with a phone, or only a keyboard', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  async function scanPage(page: Page, login: string): Promise<void> {
    await signIn(page, site, login);
    await page.goto(`${site.origin.origin}/.palier/enrol`);
    await handIn(page, site, login);
    await page.locator('form[action="/.palier/enrol/totp"] button').click();
    await page.locator('.qr svg').waitFor();
  }

  it('is told what to install before the ticket is spent', async () => {
    const { page, context } = await openWindow(browser, phone);
    await signIn(page, site, 'medecin-01');
    await page.goto(`${site.origin.origin}/.palier/enrol`);
    expect(await page.getByLabel('Ticket d’inscription').isVisible()).toBe(true);
    expect(await page.locator('main').textContent()).toContain('par exemple FreeOTP, Google Authenticator');
    await context.close();
  });

  it('opens her app from the page itself, with the secret of the picture, and a mistyped code keeps the way', async () => {
    const { page, context, complaints } = await openWindow(browser, phone);
    await scanPage(page, 'medecin-02');
    const link = page.getByRole('link', { name: 'Ouvrir dans mon application' });
    expect(await link.isVisible()).toBe(true);
    const address = (await link.getAttribute('href')) ?? '';
    expect(parseKeyUri(address)).toMatchObject({ outcome: 'read' });
    const secret = (await page.locator('.secret').textContent())?.replaceAll(' ', '') ?? '';
    expect(new URL(address).searchParams.get('secret')).toBe(secret);
    await page.locator('#code').fill('000000');
    await page.locator('form[action="/.palier/enrol/totp/confirm"] button').click();
    await page.getByRole('alert').waitFor();
    expect(await link.getAttribute('href')).toBe(address);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('sees no such link at a counter, where the picture is scanned', async () => {
    const { page, context } = await openWindow(browser, counter);
    await scanPage(page, 'medecin-03');
    expect(await page.getByRole('link', { name: 'Ouvrir dans mon application' }).count()).toBe(0);
    await context.close();
  });

  it('begins at the name of a key, and Enter in it chooses neither the key nor the app', async () => {
    const window = await openWindow(browser, counter);
    const { page, context } = window;
    await plugAuthenticator(window);
    await signIn(page, site, 'medecin-04');
    await page.goto(`${site.origin.origin}/.palier/enrol`);
    await handIn(page, site, 'medecin-04');
    const name = page.locator('#name');
    await page.locator('#key-button').waitFor();
    expect(await hasFocus(name)).toBe(true);
    await page.keyboard.type('clé du comptoir');
    await page.keyboard.press('Enter');
    expect(await hasFocus(page.locator('#key-button'))).toBe(true);
    expect(await page.locator('.qr').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.locator('.done').waitFor();
    await page.goto(`${site.origin.origin}/.palier/factors`);
    expect(await page.locator('ul.rows strong').allTextContents()).toContain('clé du comptoir');
    await context.close();
  });

  it('finds back to the portal from every page of her own, first thing in the menu', async () => {
    const { page, context } = await openWindow(browser, phone);
    await signIn(page, site, 'medecin-05');
    for (const own of ['factors', 'sessions', 'step-up', 'enrol']) {
      await page.goto(`${site.origin.origin}/.palier/${own}`);
      const links = page.getByRole('navigation').getByRole('link');
      expect([own, (await links.allTextContents())[0]]).toEqual([own, 'Accueil du portail']);
      await links.first().click();
      await page.waitForURL(`${site.origin.origin}/`);
    }
    await context.close();
  });

  it('sees a record with no value broken into more than two lines', async () => {
    const { page, context } = await openWindow(browser, phone);
    await page.goto(`${site.portal.origin}/login`);
    await page.locator('input[name="login"]').fill('medecin-06');
    await page.locator('input[name="password"]').fill(examplePassword('medecin-06'));
    await page.locator('main button').first().click();
    for (const place of [0, 1, 2, 3, 4, 5, 6, 7]) {
      await page.goto(`${site.portal.origin}/patients/${site.persons.nirOf(place)}`);
      expect(await lines(page, 'dd')).toBeLessThanOrEqual(2);
    }
    // Negative control: beside its term, as on a wide screen, the number has no room here.
    await page.locator('dl div').evaluateAll((rows) => {
      for (const row of rows)
        if (row instanceof HTMLElement) row.style.gridTemplateColumns = 'minmax(10rem,18rem) 1fr';
    });
    expect(await lines(page, 'dd')).toBeGreaterThan(2);
    await context.close();
  });
});

/** The most lines any of them has. */
function lines(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluateAll((found) =>
    Math.max(
      ...found.map((element) => {
        const height = Number.parseFloat(getComputedStyle(element).lineHeight);
        return Math.round(element.getBoundingClientRect().height / height);
      }),
    ),
  );
}
