// What somebody is told whose code is not enough: the true reason. Nobody is accused by an alarm that does not stand.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Changes, type Site, startSite } from '../support/start.ts';

/** Codes show six persons a day to a pharmacy, all of them with one code; nothing to a general practice. */
const sizes: Changes = [
  [
    'pharmacy:\n      code: { records: 5, within: 12h, day: 45 }',
    'pharmacy:\n      code: { records: 6, within: 12h, day: 6 }',
  ],
  ['gp:\n      code: { records: 5, within: 12h, day: 45 }', 'gp:\n      code: none'],
];

let site: Site;
beforeAll(async () => {
  site = await startSite(sizes);
});
afterAll(() => site.close());

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}
const person = (place: number): string => `/patients/${site.persons.nirOf(place)}`;
const accused = /sortent de l’ordinaire|out of the ordinary/;

describe('an account whose codes have shown all they may in a day', () => {
  let pharmacist: Professional;
  beforeAll(async () => {
    pharmacist = await present('pharmacie-01');
    for (let place = 0; place < 6; place += 1)
      expect((await pharmacist.browser.go(person(place))).status).toBe(200);
    site.clock.advance(30);
    await pharmacist.browser.call('/.palier/api/step-up/totp', { code: pharmacist.code() });
  });

  it('reads that, when codes count again, what goes on, and how a key is come by', async () => {
    const page = await pharmacist.browser.follow(person(7));
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(accused);
    expect(page.text).toContain('que des codes permettent de voir en 24 heures');
    expect(page.text).toMatch(/peu à peu, après le \d+ \S+ \d{4} à \d\d:\d\d\./);
    expect(page.text).toContain('utilisez une clé d’accès, une clé de sécurité ou votre carte');
    expect(page.text).toContain('Demandez un ticket à l’administrateur du portail');
    expect(site.log.filter(({ kind }) => kind === 'alarm')).toEqual([]);
  });

  it('reads it in English too, and a program of the portal is told the same', async () => {
    const stopped = await pharmacist.browser.go(person(7));
    const page = await pharmacist.browser.go(stopped.location, { 'accept-language': 'en' });
    expect(page.text).toContain('You have seen all the persons that codes may show in 24 hours');
    expect(page.text).toMatch(/little by little, after \d+ \S+ \d{4} at \d\d:\d\d\./);
    expect(page.text).not.toMatch(accused);
    const told = JSON.parse((await pharmacist.browser.call(`/api${person(7)}`)).text);
    expect(told.type).toBe('urn:palier:problem:stronger-proof-required');
    expect(told.detail).not.toMatch(accused);
  });
});

describe('an account that codes buy nothing', () => {
  it('reads that, and of no look-ups out of the ordinary', async () => {
    const doctor = await present('medecin-01');
    const page = await doctor.browser.follow(person(1));
    expect(page.text).toContain('ne peut pas consulter de personnes avec ce que vous avez montré');
    expect(page.text).not.toMatch(accused);
  });
});

describe('a presence that is used up', () => {
  it('says that numbers nobody has were counted too', async () => {
    const nurse = await present('infirmier-01');
    let stopped = await nurse.browser.go(person(0));
    for (let place = 1; stopped.status === 200 && place < 45; place += 1)
      stopped = await nurse.browser.go(person(place));
    const page = await nurse.browser.go(stopped.location);
    expect(page.text).toContain('les numéros qui n’ont rien donné comptent aussi');
    const other = await nurse.browser.go(`${stopped.location}&lang=en`);
    expect(other.text).toContain('numbers that were not found count too');
  });
});
