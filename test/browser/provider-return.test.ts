// Back from an identity provider, which is another site: to a page where links of other sites are asked about first, and
// to a form that was held. What a real browser says and sends on that way decides.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProviderSite, startProviderSite } from '../support/provider-site.ts';
import { type SignInSite, startSignInSite } from '../support/sign-in-site.ts';
import { chromiumPath, launch, openWindow } from './chromium.ts';
import { signIn } from './people.ts';

const ask = ['keys: { file:', 'foreignLinks: { counted: ask }\nkeys: { file:'] as const;

describe.skipIf(chromiumPath === undefined)(
  'who comes back from the provider, in chromium',
  { timeout: 60_000 },
  () => {
    let site: ProviderSite;
    let browser: Browser;
    beforeAll(async () => {
      site = await startProviderSite(undefined, [ask]);
      browser = await launch();
    });
    afterAll(async () => {
      await browser?.close();
      await site?.close();
    });

    const patient = (place: number): string => `${site.origin.origin}/patients/${site.persons.nirOf(place)}`;
    const family = (place: number): string => site.persons.personByIndex(place).family;

    async function gestureAtProvider(page: Page): Promise<void> {
      await page.locator('form[action$="/step-up"] button').click();
      await page.locator('button', { hasText: 'Carte et code\u00a0: ROBERT' }).first().click();
    }

    it.each([true, false])(
      'sees the patient, and is asked nothing, with scripts: %s',
      async (javaScriptEnabled) => {
        const { page, context, complaints } = await openWindow(browser, {
          ignoreHTTPSErrors: true,
          javaScriptEnabled,
        });
        const place = javaScriptEnabled ? 30 : 31;
        await signIn(page, site, 'medecin-01');
        await page.goto(patient(place));
        await gestureAtProvider(page);
        await page.waitForURL(patient(place));
        await expect.poll(() => page.textContent('body')).toContain(family(place));
        expect(complaints).toEqual([]);
        await context.close();
      },
    );

    it('is asked by the link of another site that comes afterwards (negative control)', async () => {
      const { page, context } = await openWindow(browser, { ignoreHTTPSErrors: true });
      await signIn(page, site, 'medecin-01');
      await page.goto(patient(33));
      await gestureAtProvider(page);
      await page.waitForURL(patient(33));
      // The portal past the gateway has another host name: another site.
      await page.goto(new URL('/login', site.portal).href);
      await page.evaluate((address) => location.assign(address), patient(34));
      await page.waitForURL(patient(34));
      await expect.poll(() => page.textContent('body')).toContain('Un autre site a ouvert cette page');
      await context.close();
    });

    it('has the form sent that was held', async () => {
      const { page, context } = await openWindow(browser, { ignoreHTTPSErrors: true });
      await signIn(page, site, 'medecin-01');
      await page.goto(`${site.origin.origin}/`);
      await page.evaluate((nir) => {
        const form = document.createElement('form');
        form.method = 'post';
        form.action = '/recherche-patient';
        const field = document.createElement('input');
        field.name = 'nir';
        field.value = nir;
        form.append(field);
        document.body.append(form);
        form.submit();
      }, site.persons.nirOf(32));
      await page.waitForURL(/\/\.palier\/step-up/);
      await gestureAtProvider(page);
      await expect.poll(() => page.textContent('body')).toContain(family(32));
      await context.close();
    });
  },
);

describe.skipIf(chromiumPath === undefined)(
  'who signs in at the provider with a card, in chromium',
  { timeout: 60_000 },
  () => {
    let site: SignInSite;
    let browser: Browser;
    beforeAll(async () => {
      site = await startSignInSite('foreignLinks: { counted: ask }\n');
      browser = await launch();
    });
    afterAll(async () => {
      await browser?.close();
      await site?.close();
    });

    it('comes back to the patient that was asked for, and is asked nothing', async () => {
      const { page, context, complaints } = await openWindow(browser, { ignoreHTTPSErrors: true });
      const address = `${site.origin.origin}/patients/199019999900110`;
      await page.goto(address);
      await page.locator('form[action$="/sign-in"] button').click();
      await page.locator('button', { hasText: 'Carte et code\u00a0: ROBERT' }).first().click();
      await page.waitForURL(address);
      await expect.poll(() => page.textContent('body')).toContain('"url":"/patients/199019999900110"');
      expect(complaints).toEqual([]);
      await context.close();
    });
  },
);
