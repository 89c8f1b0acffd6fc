// A form that was stopped is not lost: it is kept, sealed and bound to the session, and sent once, exactly, after
// the gesture.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

const nir = (place: number): string => site.persons.nirOf(place);
const searches = (): number => site.seen.filter((line) => line === 'POST /recherche-patient').length;

/** Has a phone and no proof in this browser. */
async function arrived(login: string): Promise<Professional> {
  const before = seat(site, login);
  await before.signIn();
  await before.enrolApp();
  site.clock.advance(30);
  const professional = before.elsewhere();
  await professional.signIn();
  return professional;
}

describe('a form stopped for a gesture', () => {
  it('reaches the portal once afterwards, with what was typed', async () => {
    const doctor = await arrived('medecin-01');
    const before = searches();
    const stopped = await doctor.browser.post('/recherche-patient', { nir: nir(0) });
    expect([stopped.status, searches()]).toEqual([303, before]);
    const page = await doctor.browser.go(stopped.location);
    expect(page.text).toContain('class="note"');
    const shown = await doctor.stepUp(page);
    expect(shown.status).toBe(200);
    expect(shown.text).toContain(site.persons.personByIndex(0).family);
    expect(searches()).toBe(before + 1);
  });

  it('is not sent again by going back to the same address', async () => {
    const doctor = await arrived('medecin-02');
    const stopped = await doctor.browser.post('/recherche-patient', { nir: nir(1) });
    const page = await doctor.browser.go(stopped.location);
    await doctor.stepUp(page);
    const before = searches();
    const again = await doctor.browser.follow(stopped.location.replace('step-up?', 'step-up/done?'));
    expect(searches()).toBe(before);
    expect(again.text).not.toContain(site.persons.personByIndex(1).given);
  });

  it('is sent once when the way back is taken 20 times at the same moment', async () => {
    const nurse = await arrived('infirmier-01');
    const stopped = await nurse.browser.post('/recherche-patient', { nir: nir(2) });
    const resume = new URLSearchParams(stopped.location.split('?')[1]).get('resume') ?? '';
    const done = await nurse.browser.post('/.palier/step-up/totp', { resume, code: nurse.code() });
    const before = searches();
    const goes = await Promise.all(Array.from({ length: 20 }, () => nurse.browser.go(done.location)));
    expect(searches()).toBe(before + 1);
    expect(goes.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is neither sent nor kept when the portal knows somebody else by then (A214)', async () => {
    const doctor = await arrived('medecin-03');
    const stopped = await doctor.browser.post('/recherche-patient', { nir: nir(4) });
    const resume = new URLSearchParams(stopped.location.split('?')[1]).get('resume') ?? '';
    const done = await doctor.browser.post('/.palier/step-up/totp', { resume, code: doctor.code() });
    const before = searches();
    // The next person at the same counter: the portal's session is another one's, our cookies are still there.
    const next = seat(site, 'medecin-04');
    await next.signIn();
    const [own, others] = [
      doctor.browser.cookies.get('PORTALSID') ?? '',
      next.browser.cookies.get('PORTALSID') ?? '',
    ];
    doctor.browser.cookies.set('PORTALSID', others);
    const page = await doctor.browser.go(done.location);
    expect([page.status === 200, searches()]).toEqual([false, before]);
    expect(page.location).not.toContain('resume=');
    // With the portal's session unchanged the same address sends it.
    const other = await arrived('medecin-05');
    const again = await other.browser.post('/recherche-patient', { nir: nir(4) });
    const ticket = new URLSearchParams(again.location.split('?')[1]).get('resume') ?? '';
    const way = await other.browser.post('/.palier/step-up/totp', { resume: ticket, code: other.code() });
    expect((await other.browser.go(way.location)).status).toBe(200);
    expect([own === '', searches()]).toEqual([false, before + 1]);
  });

  it('cannot be fetched by another session, not even of the same account', async () => {
    const pharmacist = await arrived('pharmacie-01');
    const stopped = await pharmacist.browser.post('/recherche-patient', { nir: nir(3) });
    const resume = new URLSearchParams(stopped.location.split('?')[1]).get('resume') ?? '';
    const colleague = pharmacist.elsewhere();
    await colleague.signIn();
    const before = searches();
    const code = colleague.code();
    const done = await colleague.browser.post('/.palier/step-up/totp', { resume, code });
    expect(done.location).toBe('');
    expect(done.status).toBe(200);
    expect(searches()).toBe(before);
  });

  it('is refused with a page, and nothing is cut, when it is longer than the route allows', async () => {
    const lab = await arrived('laboratoire-01');
    const before = searches();
    const answer = await lab.browser.post('/recherche-patient', { nir: nir(4), note: 'x'.repeat(5_000) });
    expect(answer.status).toBe(413);
    expect(searches()).toBe(before);
  });
});

describe('a form of another site', () => {
  it('A232: is not kept, opens no session, and its person is told so; the same form of ours is kept', async () => {
    const doctor = await arrived('medecin-03');
    const before = new Map(doctor.browser.cookies);
    const foreign = await doctor.browser.post(
      '/recherche-patient',
      { nir: nir(6) },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    );
    expect([foreign.status, foreign.location, foreign.headers['set-cookie']]).toEqual([401, '', undefined]);
    expect(doctor.browser.cookies).toEqual(before);
    const own = await doctor.browser.post('/recherche-patient', { nir: nir(6) });
    expect(own.status).toBe(303);
  });
});

describe('two tabs that were stopped at once', () => {
  it('finish with one gesture, each with what was asked in it', async () => {
    const doctor = await arrived('medecin-04');
    const form = await doctor.browser.post('/recherche-patient', { nir: nir(7) });
    const page = await doctor.browser.go(`/patients/${nir(8)}`);
    site.clock.advance(1);
    const first = await doctor.stepUp(await doctor.browser.go(form.location));
    expect(first.text).toContain(site.persons.personByIndex(7).family);
    const second = await doctor.browser.follow(page.location);
    expect(second.text).toContain(site.persons.personByIndex(8).family);
  });

  it('also when neither had a session of ours yet: both get the same one', async () => {
    const doctor = await arrived('medecin-08');
    expect([...doctor.browser.cookies.keys()]).not.toContain('__Host-palier');
    const before = new Map(doctor.browser.cookies);
    const pages = await Promise.all([12, 13].map((place) => doctor.browser.go(`/patients/${nir(place)}`)));
    const given = new Set(pages.map(({ headers }) => String(headers['set-cookie']).split(';')[0]));
    expect([before.has('__Host-palier'), given.size]).toEqual([false, 1]);
    site.clock.advance(1);
    const shown = await doctor.stepUp(await doctor.browser.go(pages[0]?.location ?? ''));
    expect(shown.text).toContain(site.persons.personByIndex(12).family);
    const other = await doctor.browser.follow(pages[1]?.location ?? '');
    expect(other.text).toContain(site.persons.personByIndex(13).family);
    // Control: another browser of the same account, at the same moment, has a session of its own.
    const colleague = doctor.elsewhere();
    await colleague.signIn();
    const theirs = await colleague.browser.go(`/patients/${nir(12)}`);
    expect(given.has(String(theirs.headers['set-cookie']).split(';')[0])).toBe(false);
  });

  it('also when the second one is sent the used code, as a browser without scripts does', async () => {
    const doctor = await arrived('medecin-05');
    const [one, other] = [
      await doctor.browser.go(`/patients/${nir(9)}`),
      await doctor.browser.post('/recherche-patient', { nir: nir(10) }),
    ];
    site.clock.advance(1);
    const [pageOne, pageOther] = [
      await doctor.browser.go(one.location),
      await doctor.browser.go(other.location),
    ];
    expect((await doctor.stepUp(pageOne)).text).toContain(site.persons.personByIndex(9).family);
    expect((await doctor.stepUp(pageOther)).text).toContain(site.persons.personByIndex(10).family);
  });

  it('and a stop after the gesture asks for another one', async () => {
    const doctor = await arrived('medecin-06');
    const stopped = await doctor.browser.go(`/patients/${nir(11)}`);
    site.clock.advance(1);
    await doctor.stepUp(await doctor.browser.go(stopped.location));
    for (let place = 20; place < 24; place += 1) await doctor.browser.go(`/patients/${nir(place)}`);
    site.clock.advance(30);
    const spent = await doctor.browser.go(`/patients/${nir(30)}`);
    expect((await doctor.browser.go(spent.location)).status).toBe(200);
  });
});

describe('the address that is gone back to', () => {
  it('is never in the URL, so that no link can choose it', async () => {
    const hospital = await arrived('hopital-01');
    for (const resume of ['https://evil.example/', '//evil.example', '/patients/1', 'chl_x']) {
      const code = hospital.code();
      const done = await hospital.browser.post('/.palier/step-up/totp', { resume, code });
      expect(done.location).toBe('');
      site.clock.advance(30);
    }
  });
});
