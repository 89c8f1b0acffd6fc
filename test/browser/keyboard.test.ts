// The same story for who has no mouse, and a browser that runs no script: a ticket, an authenticator app, a code. An
// old hospital computer must be enough.

import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplePassword } from '../../examples/portal/accounts.ts';
import { type Site, startSite } from '../support/start.ts';
import { chromiumPath, launch, openWindow } from './chromium.ts';
import { hasFocus, press, tabTo, typeInto } from './keyboard.ts';

const CODE_PRESENCE = 5;
const login = 'medecin-01';

describe.skipIf(chromiumPath === undefined)('a doctor without a mouse and without scripts', () => {
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

  async function lookUp(page: Page, place: number): Promise<void> {
    await page.goto(`${site.origin.origin}/`);
    await typeInto(
      page,
      page.locator('form[action="/recherche-patient"] input[name="nir"]'),
      site.persons.nirOf(place),
    );
    await press(page, page.locator('form[action="/recherche-patient"] button'));
  }

  async function enrolApp(page: Page): Promise<TOTP> {
    await press(page, page.getByRole('link', { name: 'Ajouter une clé ou une application' }));
    await typeInto(page, page.getByLabel('Ticket d’inscription'), await site.ticketFor(login));
    await press(page, page.getByRole('button', { name: 'Continuer avec ce ticket' }));
    await press(page, page.getByRole('button', { name: 'Utiliser une application' }));
    await tabTo(page, page.locator('summary'));
    await page.keyboard.press('Enter');
    const secret = (await page.locator('p.secret').textContent())?.replace(/\s/g, '') ?? '';
    return new TOTP({ secret: Secret.fromBase32(secret) });
  }

  const codeOf = (app: TOTP): string => app.generate({ timestamp: site.clock.now() });

  it('enrols an app with a ticket, looks persons up, and goes on with a code', async () => {
    const window = await openWindow(browser, { javaScriptEnabled: false });
    const { page, complaints } = window;
    await page.goto(`${site.origin.origin}/login`);
    await typeInto(page, page.getByLabel('Identifiant'), login);
    await typeInto(page, page.getByLabel('Mot de passe'), examplePassword(login));
    await press(page, page.getByRole('button', { name: 'Se connecter' }));

    await lookUp(page, 0);
    expect(page.url()).toContain('/.palier/step-up?resume=');
    const app = await enrolApp(page);
    await typeInto(page, page.getByLabel('Code affiché par l’application'), codeOf(app));
    await press(page, page.getByRole('button', { name: 'Confirmer' }));
    expect(await page.locator('ul.codes li').count()).toBe(10);
    await press(page, page.getByRole('link', { name: 'Continuer' }));
    expect(await page.textContent('body')).toContain(family(0));

    for (let place = 1; place < CODE_PRESENCE; place += 1) {
      await lookUp(page, place);
      expect(await page.textContent('body')).toContain(family(place));
    }
    await lookUp(page, CODE_PRESENCE);
    const field = page.getByLabel('Code à 6 chiffres');
    expect(await hasFocus(field)).toBe(true);
    site.clock.advance(30);
    await page.keyboard.type('000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await typeInto(page, page.getByLabel('Code à 6 chiffres'), codeOf(app));
    await press(page, page.getByRole('button', { name: 'Valider le code' }));
    expect(await page.textContent('body')).toContain(family(CODE_PRESENCE));
    expect(complaints).toEqual([]);
    await window.context.close();
  });

  it('would not get past a button that the keyboard does not reach', async () => {
    const { page, context } = await openWindow(browser);
    await page.setContent(
      '<form action="/"><input name="code"><button tabindex="-1">Valider</button></form>',
    );
    await expect(press(page, page.getByRole('button'))).rejects.toThrow('the keyboard does not reach');
    await context.close();
  });
});
