// What one gesture buys: so many different persons and no more, whichever way they are asked for. The demo's
// pharmacy: five persons a code, 45 a day.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formTo } from '../support/forms.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

const N = 5;
let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

const nir = (place: number): string => site.persons.nirOf(place);

/** Has just proved itself with a code: a presence of five persons. */
async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

async function look({ browser }: Professional, place: number): Promise<number> {
  return (await browser.call(`/api/patients/${nir(place)}`)).status;
}

const countOf = (name: string): number => site.persons.searchByName(decodeURIComponent(name), 60).length;

/** A name to search for that finds as many persons as wanted. */
function nameOf(wanted: (found: number) => boolean): string {
  for (let place = 0; place < 2_000; place += 1) {
    const { family, given } = site.persons.personByIndex(place);
    for (let letters = given.length; letters >= 0; letters -= 1) {
      const name = encodeURIComponent(`${family} ${given.slice(0, letters)}`);
      if (wanted(countOf(name))) return name;
    }
  }
  throw new Error('nobody has such a name');
}

describe('a presence', () => {
  it('shows five different persons, repeats for free, and the sixth asks for a gesture', async () => {
    const pharmacist = await present('pharmacie-01');
    for (let place = 0; place < N; place += 1) expect(await look(pharmacist, place)).toBe(200);
    for (let place = 0; place < N; place += 1) expect(await look(pharmacist, place)).toBe(200);
    const sixth = await pharmacist.browser.call(`/api/patients/${nir(N)}`);
    expect([sixth.status, JSON.parse(sixth.text).type]).toEqual([401, 'urn:palier:problem:presence-used-up']);
    expect(sixth.headers['www-authenticate']).toContain('insufficient_user_authentication');
    // Negative control: with a fresh gesture the very same request goes through.
    site.clock.advance(30);
    await pharmacist.browser.call('/.palier/api/step-up/totp', { code: pharmacist.code() });
    expect(await look(pharmacist, N)).toBe(200);
  });

  it('counts one person once, whatever the number looks like and wherever it stands', async () => {
    const doctor = await present('medecin-01');
    const number = nir(100);
    const key = site.persons.personByIndex(100).key;
    const spellings = [number, `${number}${key}`, number.replace(/^(.)(..)/, '$1%20$2%20')];
    for (const spelling of spellings) {
      expect((await doctor.browser.go(`/patients/${spelling}`)).status).toBe(200);
    }
    expect((await doctor.browser.go(`/patients/${number}/droits`)).status).toBe(200);
    const batch = { nirs: [number, `${number}${key}`] };
    expect((await doctor.browser.call('/api/recherche', batch)).status).toBe(200);
    const { presenceLeft } = JSON.parse((await doctor.browser.call('/.palier/api/session')).text);
    expect(presenceLeft).toBe(N - 1);
  });

  it('is not larger for 40 look-ups at the same moment', async () => {
    const pharmacist = await present('pharmacie-02');
    const tries = Array.from({ length: 40 }, (_, i) => look(pharmacist, 200 + i));
    const statuses = await Promise.all(tries);
    expect(statuses.filter((status) => status === 200)).toHaveLength(N);
  });

  it('belongs to one browser: a second one of the same account has its own gesture to make', async () => {
    const doctor = await present('medecin-02');
    expect(await look(doctor, 300)).toBe(200);
    const colleague = doctor.elsewhere();
    await colleague.signIn();
    expect(await look(colleague, 300)).toBe(401);
  });
});

describe('persons that only the answer names', () => {
  it('are counted before they are shown: a list is released whole or withheld whole', async () => {
    const { browser } = await present('pharmacie-03');
    const [few, many] = [nameOf((found) => found <= N), nameOf((found) => found > N && found < 40)];
    const short = await browser.call(`/api/patients?nom=${few}`);
    expect([short.status, JSON.parse(short.text).patients.length]).toEqual([200, countOf(few)]);
    const long = await browser.call(`/api/patients?nom=${many}`);
    expect(long.status).toBe(403);
    for (const { nir: number } of site.persons.searchByName(decodeURIComponent(many), 60)) {
      expect(long.text).not.toContain(number);
    }
    expect((await browser.go(`/patients?nom=${many}`)).status).toBe(403);
  });

  it('cannot hide behind a batch', async () => {
    const pharmacist = await present('pharmacie-04');
    const batch = Array.from({ length: N + 1 }, (_, i) => nir(400 + i));
    const refused = await pharmacist.browser.call('/api/recherche', { nirs: batch });
    // More than a whole presence buys: no gesture helps, a narrower question does.
    expect(refused.status).toBe(403);
    for (const number of batch) expect(refused.text).not.toContain(number);
    // A question in a shape nobody declared cannot be counted: it is refused, not waved through.
    const other = await pharmacist.browser.call('/api/recherche', { nir: batch[0] });
    expect(other.status).toBe(400);
    expect(other.text).not.toContain(batch[0]);
    const granted = await pharmacist.browser.call('/api/recherche', { nirs: batch.slice(1) });
    expect([granted.status, JSON.parse(granted.text).patients.length]).toEqual([200, N]);
  });
});

describe('a look-up by form', () => {
  it('is counted by the number typed into it', async () => {
    const doctor = await present('medecin-03');
    const { action, fields } = formTo(await doctor.browser.go('/'), '/recherche-patient');
    const statuses: number[] = [];
    for (let place = 500; place <= 500 + N; place += 1) {
      statuses.push((await doctor.browser.post(action, { ...fields, nir: nir(place) })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: N }, () => 200), 303]);
  });
});
