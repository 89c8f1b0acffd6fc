// What people do in a browser on this site, with the mouse: sign in to the portal, look a person up, hand in a
// ticket. The words are those on the pages, so that a page that loses its words loses its test.

import type { Page } from 'playwright-core';
import { examplePassword } from '../../examples/portal/accounts.ts';
import type { Site } from '../support/start.ts';

/** Signs in with the password. */
export async function signIn(page: Page, site: Site, login: string): Promise<void> {
  await page.goto(`${site.origin.origin}/login`);
  await page.getByLabel('Identifiant').fill(login);
  await page.getByLabel('Mot de passe').fill(examplePassword(login));
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.waitForURL(`${site.origin.origin}/`);
}

/** Types a person's number into the portal's search and sends it; where that leads is for the caller to see. */
export async function lookUp(page: Page, site: Site, place: number): Promise<void> {
  await page.goto(`${site.origin.origin}/`);
  const form = page.locator('form[action="/recherche-patient"]');
  await form.locator('input[name="nir"]').fill(site.persons.nirOf(place));
  await form.locator('button').click();
}

/** Hands in a fresh ticket on the enrolment page that is open. */
export async function handIn(page: Page, site: Site, login: string): Promise<void> {
  await page.getByLabel('Ticket d’inscription').fill(await site.ticketFor(login));
  await page.getByRole('button', { name: 'Continuer avec ce ticket' }).click();
}
