// Every page of the gateway a person can meet, and how to get there. The states are made by professionals without a
// screen; a window then takes over their cookies.

import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { bindAnotherApp } from '../support/another-app.ts';
import { type Professional, seat } from '../support/professional.ts';
import type { Site } from '../support/start.ts';

/** One page: whose cookies, the way there, and what is on it and on no other. */
export interface Picture {
  readonly name: string;
  readonly who: Professional;
  readonly reach: (page: Page) => Promise<void>;
  readonly shows: string;
}

/** Prepares the accounts and lists the pages. Ways can be gone again and again, in any language. */
export async function hang(site: Site): Promise<readonly Picture[]> {
  const first = [...(await stepUpPages(site)), ...(await latelyPages(site))];
  return [...first, ...(await enrolPages(site)), ...(await otherPages(site))];
}

async function stepUpPages(site: Site): Promise<readonly Picture[]> {
  const fresh = await signedIn(site, 'medecin-01');
  const owner = await withApp(site, 'pharmacie-01');
  const stopped = await elsewhere(site, owner);
  const spent = await withApp(site, 'pharmacie-02');
  for (let place = 0; place < 5; place += 1) await spent.browser.go(`/patients/${site.persons.nirOf(place)}`);
  const held = await elsewhere(site, spent);
  const form = await held.browser.post('/recherche-patient', { nir: site.persons.nirOf(9) });
  const person = `/patients/${site.persons.nirOf(6)}`;
  const at = (target: string): Picture['reach'] => goTo(site, target);
  const wrong: Picture['reach'] = async (page) => {
    await at('/.palier/step-up')(page);
    await page.locator('#code').fill('000000');
    await page.locator('form[action="/.palier/step-up/totp"] button').click();
  };
  return [
    { name: 'step-up-no-factor', who: fresh, reach: at(person), shows: 'a[href^="/.palier/enrol"]' },
    { name: 'step-up-code', who: stopped, reach: at(person), shows: '#code' },
    { name: 'step-up-wrong-code', who: stopped, reach: wrong, shows: '[role="alert"]' },
    { name: 'step-up-presence-used-up', who: spent, reach: at(person), shows: '#code' },
    { name: 'step-up-held-form', who: held, reach: at(form.location), shows: '.note' },
    { name: 'step-up-done', who: owner, reach: at('/.palier/step-up/done'), shows: '.done' },
    {
      name: 'step-up-signed-out',
      who: seat(site, 'medecin-02'),
      reach: at('/.palier/step-up'),
      shows: 'a.button',
    },
  ];
}

/** One app that a phished code bound, and many, with names as long and as unbroken as they can be. */
async function latelyPages(site: Site): Promise<readonly Picture[]> {
  const [one, many] = [await withApp(site, 'pharmacie-04'), await withApp(site, 'pharmacie-05')];
  const thief = await thiefOf(site, one, ['mon téléphone']);
  await thiefOf(site, many, ['a', '', '<b>Tout va bien</b> : rien à faire', '\u200fטלפון', 'W'.repeat(60)]);
  const [own, other] = [await elsewhere(site, one), await elsewhere(site, many)];
  const at = (target: string): Picture['reach'] => goTo(site, target);
  const line = '.lately[role="note"]';
  return [
    { name: 'step-up-added-lately', who: own, reach: at('/.palier/step-up'), shows: line },
    { name: 'step-up-added-lately-many', who: other, reach: at('/.palier/step-up'), shows: line },
    { name: 'factors-new', who: own, reach: at('/.palier/factors'), shows: 'li .new' },
    { name: 'factors-new-many', who: other, reach: at('/.palier/factors'), shows: 'li .new' },
    {
      name: 'factors-kept-from-a-code',
      who: thief,
      reach: at('/.palier/factors'),
      shows: '.note',
    },
  ];
}

/** The same password and a code of the owner's, in another browser, which binds apps under these names with it. */
async function thiefOf(site: Site, owner: Professional, names: readonly string[]): Promise<Professional> {
  const thief = await elsewhere(site, owner);
  await thief.browser.call('/.palier/api/step-up/totp', { code: owner.code() });
  for (const name of names) {
    site.clock.advance(1);
    await bindAnotherApp(site, thief.browser, name);
  }
  return thief;
}

async function enrolPages(site: Site): Promise<readonly Picture[]> {
  const [first, more] = [await signedIn(site, 'medecin-03'), await withApp(site, 'medecin-04')];
  const byCode = await withApp(site, 'medecin-05');
  const hand = async (page: Page, ticket: string): Promise<void> => {
    await goTo(site, '/.palier/enrol')(page);
    await page.locator('#ticket').fill(ticket);
    await page.locator('form[action="/.palier/enrol/ticket"] button').click();
  };
  const choose = async (page: Page, login: string): Promise<void> => hand(page, await site.ticketFor(login));
  const scan = async (page: Page, login: string): Promise<void> => {
    await choose(page, login);
    await page.locator('form[action="/.palier/enrol/totp"] button').click();
  };
  const at = (target: string): Picture['reach'] => goTo(site, target);
  return [
    { name: 'enrol-first', who: first, reach: at('/.palier/enrol'), shows: '#ticket' },
    {
      name: 'enrol-more',
      who: more,
      reach: at('/.palier/enrol'),
      shows: 'form[action="/.palier/enrol/factor"]',
    },
    {
      name: 'enrol-choose-by-code',
      who: byCode,
      reach: async (page) => {
        await at('/.palier/enrol')(page);
        await page.locator('form[action="/.palier/enrol/factor"] button').click();
      },
      shows: 'form[action="/.palier/enrol/totp"] ~ .note',
    },
    {
      name: 'enrol-wrong-ticket',
      who: first,
      reach: (page) => hand(page, 'tkt-00000-00000-00000-00000'),
      shows: '[role="alert"]',
    },
    {
      name: 'enrol-choose',
      who: first,
      reach: (page) => choose(page, first.login),
      shows: 'form[action="/.palier/enrol/totp"]',
    },
    { name: 'enrol-scan', who: first, reach: (page) => scan(page, first.login), shows: '.qr svg' },
    {
      name: 'enrol-done',
      who: more,
      reach: async (page) => {
        await scan(page, more.login);
        await page.locator('summary').click();
        const secret = (await page.locator('p.secret').textContent())?.replace(/\s/g, '') ?? '';
        const app = new TOTP({ secret: Secret.fromBase32(secret) });
        await page.locator('#code').fill(app.generate({ timestamp: site.clock.now() }));
        await page.locator('form[action="/.palier/enrol/totp/confirm"] button').click();
      },
      shows: '.done',
    },
  ];
}

async function otherPages(site: Site): Promise<readonly Picture[]> {
  const owner = await withApp(site, 'pharmacie-03');
  const other = await elsewhere(site, owner);
  await other.browser.go('/.palier/sessions');
  const at = (target: string): Picture['reach'] => goTo(site, target);
  const rename = 'form[action="/.palier/factors/rename"]';
  return [
    { name: 'factors', who: owner, reach: at('/.palier/factors'), shows: rename },
    {
      name: 'sessions',
      who: owner,
      reach: at('/.palier/sessions'),
      shows: 'form[action^="/.palier/sessions"]',
    },
    { name: 'problem-mistyped', who: owner, reach: at('/patients/123'), shows: '#back' },
    { name: 'problem-not-found', who: owner, reach: at('/nowhere'), shows: 'h1' },
    { name: 'problem-below-ours', who: owner, reach: at('/.palier/nowhere'), shows: 'h1' },
  ];
}

function goTo(site: Site, target: string): Picture['reach'] {
  return async (page) => void (await page.goto(`${site.origin.origin}${target}`));
}

async function signedIn(site: Site, login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  return professional;
}

async function withApp(site: Site, login: string): Promise<Professional> {
  const professional = await signedIn(site, login);
  await professional.enrolApp();
  return professional;
}

/** The same person at another computer, where nothing was proved yet. */
async function elsewhere(site: Site, professional: Professional): Promise<Professional> {
  site.clock.advance(30);
  const other = professional.elsewhere();
  await other.signIn();
  return other;
}
