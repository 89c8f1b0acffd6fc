// A person with an app who wants a key, in a real browser: what the pages offer, what they say, and what binds it.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Changes, inMemory, type Site, startSite } from '../support/start.ts';
import { chromiumPath, launch, openWindow, plugAuthenticator, type Window } from './chromium.ts';
import { handIn } from './people.ts';

const weaker: Changes = [...inMemory, ['enrolment:', 'enrolment:\n  keyAfterCode: 72h']];

describe.skipIf(chromiumPath === undefined)('a person with an app', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  /** A window in which the person has just bound an app, on the page where a factor is chosen with it. */
  async function choosing(login: string): Promise<Window> {
    const window = await openWindow(browser);
    await plugAuthenticator(window);
    await takeOver(window, site, await withApp(site, login));
    await window.page.goto(`${site.origin.origin}/.palier/enrol`);
    await window.page.getByRole('button', { name: 'Continuer avec ce que j’ai déjà' }).click();
    await window.page.getByRole('heading', { name: 'Clé ou application' }).waitFor();
    return window;
  }

  const addKey = (page: Page): Promise<void> => page.getByRole('button', { name: 'Ajouter une clé' }).click();

  it('is told that a code adds no key, mistypes the ticket, and binds one with it', async () => {
    const { page, context, complaints } = await choosing('medecin-01');
    expect(await page.locator('.note').textContent()).toContain('il ne permet donc pas d’ajouter une clé');
    expect(await page.getByRole('button', { name: 'Ajouter une clé' }).count()).toBe(0);
    await page.getByLabel('Ticket d’inscription').fill('tkt-AAAAA-AAAAA-AAAAA-AAAAA');
    await page.getByRole('button', { name: 'Continuer avec ce ticket' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Ticket d’inscription').inputValue()).toBe('tkt-AAAAA-AAAAA-AAAAA-AAAAA');
    await handIn(page, site, 'medecin-01');
    await addKey(page);
    await page.getByRole('heading', { name: 'C’est ajouté' }).waitFor();
    await page.goto(`${site.origin.origin}/.palier/factors`);
    expect(await page.locator('ul.rows').textContent()).toContain('Clé d’accès ou clé de sécurité');
    expect(await page.locator('.note').count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('is told why when the rule became stricter under an open page, and would have had a key before', async () => {
    await site.reload(weaker);
    const before = await choosing('medecin-02');
    await addKey(before.page);
    await before.page.getByText('cela ne comptera qu’à partir du').waitFor();
    const after = await choosing('medecin-03');
    await site.reload(inMemory);
    await addKey(after.page);
    await after.page.getByRole('alert').filter({ hasText: 'Demandez un ticket' }).waitFor();
    await Promise.all([before.context.close(), after.context.close()]);
  });
});

async function withApp(site: Site, login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

/** Goes on in a window with the cookies of a browser without a screen. */
async function takeOver({ context }: Window, site: Site, { browser }: Professional): Promise<void> {
  const host = { domain: site.origin.hostname, path: '/', secure: true };
  await context.addCookies([...browser.cookies].map(([name, value]) => ({ name, value, ...host })));
}
