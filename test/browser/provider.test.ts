// A card at the identity provider, in a real browser: away from the step-up page, one click at the stand-in, and back to
// where the person was stopped. Once with scripts and once without any.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplePassword } from '../../examples/portal/accounts.ts';
import { type ProviderSite, startProviderSite } from '../support/provider-site.ts';
import { chromiumPath, launch, openWindow } from './chromium.ts';

describe.skipIf(chromiumPath === undefined)(
  'a card at the provider, in chromium',
  { timeout: 60_000 },
  () => {
    let site: ProviderSite;
    let browser: Browser;
    beforeAll(async () => {
      site = await startProviderSite();
      browser = await launch();
    });
    afterAll(async () => {
      await browser?.close();
      await site?.close();
    });

    const pictures = process.env['PALIER_PICTURES'];
    const picture = async (page: Page, name: string): Promise<void> => {
      if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
    };

    async function stopped(page: Page, place: number, login = 'medecin-01'): Promise<void> {
      await page.goto(`${site.origin.origin}/login`);
      await page.locator('[name="login"]').fill(login);
      await page.locator('[name="password"]').fill(examplePassword(login));
      await page.locator('form button').first().click();
      await page.goto(`${site.origin.origin}/patients/${site.persons.nirOf(place)}`);
      expect(new URL(page.url()).pathname).toBe('/.palier/step-up');
    }

    const press = (page: Page): Promise<void> => page.locator('form[action$="/step-up"] button').click();
    const choose = (page: Page, label: string): Promise<void> =>
      page.locator('button', { hasText: label }).first().click();

    it.each([true, false])('opens the look-up, with scripts: %s', async (javaScriptEnabled) => {
      const { page, context, complaints } = await openWindow(browser, {
        ignoreHTTPSErrors: true,
        javaScriptEnabled,
      });
      await stopped(page, javaScriptEnabled ? 20 : 21);
      await picture(page, `step-up-fr-${javaScriptEnabled}`);
      await press(page);
      await page.locator('button', { hasText: 'Carte et code' }).first().waitFor();
      await choose(page, 'Carte et code\u00a0: ROBERT');
      await page.waitForURL(/\/patients\//);
      expect(new URL(page.url()).pathname).toMatch(/^\/patients\/\d+$/);
      expect(complaints).toEqual([]);
      await context.close();
    });

    it.each([
      ['fr-FR', 'dark', 'n’est pas celle de cette session'],
      ['en-GB', 'light', 'is not the one of this session'],
    ] as const)(
      'says in the person’s language who was refused, and lets her begin again: %s',
      async (locale, colorScheme, words) => {
        const { page, context } = await openWindow(browser, { ignoreHTTPSErrors: true, locale, colorScheme });
        await stopped(page, 22);
        await picture(page, `step-up-${locale}-${colorScheme}`);
        await press(page);
        await choose(page, 'Carte et code\u00a0: CAROLE');
        await page.locator('[role="alert"]').waitFor();
        expect(await page.locator('[role="alert"]').textContent()).toContain(words);
        await picture(page, `refused-${locale}-${colorScheme}`);
        await press(page);
        await choose(page, 'Carte et code\u00a0: ROBERT');
        await page.waitForURL(/\/patients\//);
        expect(new URL(page.url()).pathname).toMatch(/^\/patients\/\d+$/);
        await context.close();
      },
    );

    it('leaves no step of the way in the history that would trap Back', async () => {
      const { page, context } = await openWindow(browser, { ignoreHTTPSErrors: true });
      await stopped(page, 23);
      await press(page);
      await choose(page, 'Carte et code\u00a0: ROBERT');
      await page.waitForURL(/\/patients\//);
      await page.goBack();
      expect(new URL(page.url()).protocol).toMatch(/^https?:$/);
      // The page that goes on by itself would lead forward again, and its answer is used.
      expect(new URL(page.url()).pathname).not.toMatch(/\/callback$/);
      await page.goto(`${site.origin.origin}/`);
      expect(new URL(page.url()).pathname).toBe('/');
      await context.close();
    });
  },
);
