// Observe mode in front of a portal: nobody is stopped, nothing is lost, and what would have been asked is counted.
// It is also the negative control of the other flows: the same requests, with the decision taken out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seat } from '../support/professional.ts';
import { type Changes, type Site, startSite } from '../support/start.ts';

const observing: Changes = [
  ['durable: sqlite:palier.db, shared: sqlite:palier.db', 'durable: memory, shared: memory'],
  ['mode: enforce', 'mode: observe'],
];

let site: Site;
beforeAll(async () => {
  site = await startSite(observing);
});
afterAll(() => site.close());

const nir = (place: number): string => site.persons.nirOf(place);
const counted = (denial: string): number =>
  site.gateway.observed().reduce((sum, row) => sum + (row.denial === denial ? row.count : 0), 0);

describe('a gateway that observes', () => {
  it('shows a password everything, and counts the gestures it would have asked for', async () => {
    const doctor = seat(site, 'medecin-01');
    await doctor.signIn();
    for (let place = 0; place < 30; place += 1) {
      expect((await doctor.browser.call(`/api/patients/${nir(place)}`)).status).toBe(200);
    }
    expect(counted('step-up:no-proof')).toBe(1);
    expect(counted('step-up:presence-used-up')).toBeGreaterThanOrEqual(1);
  });

  it('lets undeclared addresses through to the portal and counts them', async () => {
    const { browser } = seat(site, 'medecin-02');
    const before = site.seen.length;
    const answer = await browser.go('/nowhere');
    expect(answer.status).toBe(404);
    expect(site.seen.slice(before)).toEqual(['GET /nowhere']);
    expect(counted('refuse:not-declared')).toBe(1);
  });

  it('answers exactly what the portal answers', async () => {
    const nurse = seat(site, 'infirmier-01');
    await nurse.signIn();
    const through = await nurse.browser.go(`/patients/${nir(3)}`);
    const cookie = `PORTALSID=${nurse.browser.cookies.get('PORTALSID')}`;
    const headers = { cookie, accept: 'text/html', 'accept-language': 'fr' };
    const straight = await fetch(new URL(`/patients/${nir(3)}`, site.portal), { headers });
    expect(through.text).toBe(await straight.text());
  });

  it('lets the portal answer a stranger itself where persons are counted', async () => {
    const stranger = seat(site, 'medecin-03');
    const before = counted('sign-in');
    const straight = await fetch(new URL(`/api/patients/${nir(5)}`, site.portal));
    expect((await stranger.browser.call(`/api/patients/${nir(5)}`)).status).toBe(straight.status);
    expect(straight.status).toBe(401);
    expect(counted('sign-in')).toBe(before + 1);
  });
});
