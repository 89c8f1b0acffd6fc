// The main story: a password alone sees nobody, a code opens the look-up where it was stopped.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

const person = (place: number): string => `/patients/${site.persons.nirOf(place)}`;

/** Has an app, and has proved nothing yet in this browser. */
async function arrived(login: string): Promise<Professional> {
  const before = seat(site, login);
  await before.signIn();
  await before.enrolApp();
  site.clock.advance(30);
  const professional = before.elsewhere();
  await professional.signIn();
  return professional;
}

describe('a look-up behind the gateway', () => {
  it('asks who is not signed in to sign in, and shows the portal nothing', async () => {
    const { browser } = seat(site, 'medecin-02');
    const before = site.seen.length;
    const page = await browser.go(person(0));
    expect([page.status, page.location]).toEqual([303, '/login']);
    expect(site.seen.slice(before)).toEqual([]);
  });

  it('stops a password at the step-up page and never asks the portal for the person', async () => {
    const { browser, signIn } = seat(site, 'medecin-01');
    await signIn();
    const stopped = await browser.go(person(0));
    expect(stopped.status).toBe(303);
    expect(stopped.location).toMatch(/^\/\.palier\/step-up\?resume=chl_[\w-]{32}$/);
    const page = await browser.go(stopped.location);
    expect(page.status).toBe(200);
    expect(page.text).toContain('/.palier/enrol?resume=');
    expect(site.seen).not.toContain(`GET ${person(0)}`);
  });

  it('goes on to the person once a code was typed', async () => {
    const pharmacist = await arrived('pharmacie-01');
    const stopped = await pharmacist.browser.follow(person(1));
    const shown = await pharmacist.stepUp(stopped);
    expect(shown.status).toBe(200);
    expect(shown.text).toContain(site.persons.personByIndex(1).family);
    expect(site.seen.filter((line) => line === `GET ${person(1)}`)).toHaveLength(1);
  });

  it('takes a code once', async () => {
    const pharmacist = await arrived('pharmacie-02');
    const code = pharmacist.code();
    const first = await pharmacist.browser.call('/.palier/api/step-up/totp', { code });
    const second = await pharmacist.browser.call('/.palier/api/step-up/totp', { code });
    expect([first.status, second.status]).toEqual([200, 400]);
    // The next one is good again: it was the code that was spent, not the account.
    site.clock.advance(30);
    const third = await pharmacist.browser.call('/.palier/api/step-up/totp', { code: pharmacist.code() });
    expect(third.status).toBe(200);
  });

  it('forgets the proof when it is older than the route allows', async () => {
    const doctor = await arrived('medecin-02');
    await doctor.stepUp(await doctor.browser.follow(person(2)));
    for (let hours = 0; hours < 12; hours += 1) {
      await doctor.signIn();
      expect((await doctor.browser.go(person(2))).status).toBe(200);
      site.clock.advance(3_600);
    }
    site.clock.advance(1);
    await doctor.signIn();
    expect((await doctor.browser.go(person(2))).status).toBe(303);
  });
});

describe('a program behind the gateway', () => {
  it('is told what is missing in the words of RFC 9470 and RFC 9457', async () => {
    const { browser, signIn } = seat(site, 'infirmier-01');
    await signIn();
    const answer = await browser.call(`/api/patients/${site.persons.nirOf(3)}`);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer error="insufficient_user_authentication".* acr_values="mfa", max_age="43200"$/,
    );
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({
      type: 'urn:palier:problem:step-up-required',
      status: 401,
      stepUpUrl: `${site.origin.origin}/.palier/step-up`,
    });
  });

  it('gets what a person gets once the session was stepped up', async () => {
    const nurse = await arrived('infirmier-02');
    await nurse.browser.call('/.palier/api/step-up/totp', { code: nurse.code() });
    const answer = await nurse.browser.call(`/api/patients/${site.persons.nirOf(3)}`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ nir: site.persons.nirOf(3) });
  });
});
