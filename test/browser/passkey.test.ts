// The main story in a real browser: password, patient, stopped, ticket, passkey, patient, presence used up, passkey
// again. What a person reads and clicks, and nothing else.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Site, startSite } from '../support/start.ts';
import { chromiumPath, launch, openWindow, plugAuthenticator } from './chromium.ts';
import { handIn, lookUp, signIn } from './people.ts';

const KEY_PRESENCE = 8;

describe.skipIf(chromiumPath === undefined)('a pharmacist with a passkey', () => {
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

  it('is stopped, enrols, sees persons, and is asked again when the presence is used up', async () => {
    const window = await openWindow(browser);
    const { page, complaints } = window;
    await plugAuthenticator(window);
    await signIn(page, site, 'pharmacie-01');
    await lookUp(page, site, 0);
    await expect.poll(() => page.url()).toContain('/.palier/step-up?resume=');
    expect(await page.textContent('body')).not.toContain(family(0));

    await page.getByRole('link', { name: 'Ajouter une clé ou une application' }).click();
    await handIn(page, site, 'pharmacie-01');
    await page.getByLabel('Nom (facultatif)').fill('clé du comptoir');
    await page.getByRole('button', { name: 'Ajouter une clé' }).click();
    await page.getByRole('heading', { name: 'C’est ajouté' }).waitFor();
    expect(await page.locator('ul.codes li').count()).toBe(10);
    await page.getByRole('link', { name: 'Continuer' }).click();
    await expect.poll(() => page.textContent('body')).toContain(family(0));

    for (let place = 1; place < KEY_PRESENCE; place += 1) {
      await lookUp(page, site, place);
      await expect.poll(() => page.textContent('body')).toContain(family(place));
    }
    await lookUp(page, site, KEY_PRESENCE);
    await expect.poll(() => page.url()).toContain('/.palier/step-up?resume=');
    expect(await page.textContent('main')).toContain('Vous avez consulté toutes les personnes');
    await page.getByRole('button', { name: 'Utiliser ma clé ou ma clé d’accès' }).click();
    await expect.poll(() => page.textContent('body')).toContain(family(KEY_PRESENCE));
    expect(complaints).toEqual([]);
    await window.context.close();
  });

  // The browser gives the focus back when its own dialog closes, and the page hears its own word that it was proved.
  it.each([
    ['goes on to the person it typed when the way back is slow', true],
    ['would be shown the step-up page again if the page did not know its own gesture', false],
  ])('%s', { timeout: 20_000 }, async (_behaviour, marked) => {
    const login = marked ? 'pharmacie-02' : 'pharmacie-03';
    const window = await openWindow(browser);
    const { page } = window;
    if (!marked)
      await page.route('**/.palier/tabs.js', async (route) => {
        const script = await (await route.fetch()).text();
        await route.fulfill({
          contentType: 'text/javascript',
          body: script.replaceAll('stop.dataset.busy', 'false'),
        });
      });
    await plugAuthenticator(window);
    await signIn(page, site, login);
    await page.goto(`${site.origin.origin}/.palier/enrol`);
    await handIn(page, site, login);
    await page.getByRole('button', { name: 'Ajouter une clé' }).click();
    await page.getByRole('heading', { name: 'C’est ajouté' }).waitFor();
    for (let place = 0; place < KEY_PRESENCE; place += 1) {
      await lookUp(page, site, place);
      await expect.poll(() => page.textContent('body')).toContain(family(place));
    }
    await lookUp(page, site, KEY_PRESENCE);
    await expect.poll(() => page.url()).toContain('/.palier/step-up?resume=');
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
    await page.route('**/.palier/step-up/done?*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      await route.continue().catch(() => undefined);
    });
    site.clock.advance(1);
    await page.getByRole('button', { name: 'Utiliser ma clé ou ma clé d’accès' }).click();
    await expect.poll(() => asked).toContain('/.palier/step-up/done');
    await page.waitForTimeout(1500);
    expect(asked.includes('/.palier/step-up')).toBe(!marked);
    if (marked) expect(await page.textContent('body')).toContain(family(KEY_PRESENCE));
    await window.context.close();
  });

  it('is told when the key does not answer, and can try again', async () => {
    const window = await openWindow(browser);
    const { page } = window;
    const key = await plugAuthenticator(window);
    await signIn(page, site, 'medecin-01');
    await page.goto(`${site.origin.origin}/.palier/enrol`);
    await handIn(page, site, 'medecin-01');
    await page.getByRole('button', { name: 'Ajouter une clé' }).click();
    await page.getByRole('heading', { name: 'C’est ajouté' }).waitFor();

    await key.unplug();
    await plugAuthenticator(window);
    await page.goto(`${site.origin.origin}/.palier/step-up`);
    await page.getByRole('button', { name: 'Utiliser ma clé ou ma clé d’accès' }).click();
    await page.getByRole('alert').filter({ hasText: 'La clé n’a pas répondu' }).waitFor();
    expect(await page.getByRole('button', { name: 'Utiliser ma clé ou ma clé d’accès' }).isEnabled()).toBe(
      true,
    );
    await window.context.close();
  });
});
