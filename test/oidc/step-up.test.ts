// A card proved at an OpenID Connect provider, driven over HTTP through the real oidc-provider over mutual TLS.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seat } from '../support/professional.ts';
import { type ProviderSite, startProviderSite } from '../support/provider-site.ts';
import { cardOf, leave, proofsOf, stopped } from '../support/provider-visit.ts';

let site: ProviderSite;
beforeAll(async () => {
  site = await startProviderSite();
});
afterAll(() => site.close());

const person = (place: number): string => `/patients/${site.persons.nirOf(place)}`;

describe('a look-up that a card opens', () => {
  it('comes back where the person was stopped, after one visit to the provider', async () => {
    const { doctor, page } = await stopped(site, person(0));
    const address = await leave(doctor, page);
    const asked = new URL(address).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      scope: 'openid scope_all',
      acr_values: 'eidas1',
      max_age: '0',
      prompt: 'login',
      code_challenge_method: 'S256',
    });
    expect(JSON.parse(asked.get('claims') ?? '')).toMatchObject({
      id_token: { acr: { essential: true, values: ['eidas1'] }, auth_time: { essential: true } },
    });
    const done = await doctor.browser.go(await site.identify(address, cardOf.doctor));
    expect(done.location).toBe(person(0));
    const shown = await doctor.browser.go(done.location);
    expect([shown.status, shown.text.includes(site.persons.personByIndex(0).family)]).toEqual([200, true]);
    expect(await proofsOf(doctor)).toEqual(['card']);
  });

  it('sends a form that was held, once, with what was typed', async () => {
    const doctor = seat(site, 'medecin-01');
    await doctor.signIn();
    const held = await doctor.browser.post('/recherche-patient', { nir: site.persons.nirOf(1) });
    const page = await doctor.browser.go(held.location);
    const back = await site.identify(await leave(doctor, page), cardOf.doctor);
    const before = site.seen.filter((line) => line === 'POST /recherche-patient').length;
    const shown = await doctor.browser.follow(back);
    expect(shown.text).toContain(site.persons.personByIndex(1).family);
    expect(site.seen.filter((line) => line === 'POST /recherche-patient')).toHaveLength(before + 1);
  });

  it('changes the session token, and the old one opens nothing (A199)', async () => {
    const { doctor, page } = await stopped(site, person(2));
    const before = doctor.browser.cookies.get('__Host-palier');
    await doctor.browser.go(await site.identify(await leave(doctor, page), cardOf.doctor));
    expect(doctor.browser.cookies.get('__Host-palier')).not.toBe(before);
    expect(await site.gateway.mfa.sessions.load(before ?? '')).toBeUndefined();
  });

  it('names the provider as evidence, and nothing of the answer, in the log', () => {
    const lines = JSON.stringify(site.log);
    expect(lines).not.toContain('899700218896');
    expect(lines).not.toMatch(/eyJ[A-Za-z0-9_-]{20,}\./);
  });
});

describe('whoever comes back with something else', () => {
  it('G29: a colleague with her own card proves nothing in this session', async () => {
    const { doctor, page } = await stopped(site, person(3));
    const done = await doctor.browser.go(await site.identify(await leave(doctor, page), cardOf.pharmacist));
    expect([done.status, done.text.includes('n’est pas celle de cette session')]).toEqual([400, true]);
    expect(await proofsOf(doctor)).toEqual([]);
  });

  it('G29: and with the same card in the session that is hers, it is a proof', async () => {
    const { doctor: pharmacist, page } = await stopped(site, person(4), 'pharmacie-01');
    await pharmacist.browser.go(await site.identify(await leave(pharmacist, page), cardOf.pharmacist));
    expect(await proofsOf(pharmacist)).toEqual(['card']);
  });

  it('A223: the phone app of the same person has another amr and proves nothing', async () => {
    const { doctor, page } = await stopped(site, person(5));
    const done = await doctor.browser.go(await site.identify(await leave(doctor, page), cardOf.phone));
    expect([done.status, done.text.includes('ne vaut pas une carte')]).toEqual([400, true]);
    expect(await proofsOf(doctor)).toEqual([]);
  });

  it('goes on from the page when the person cancelled, with the way back kept', async () => {
    const { doctor, page } = await stopped(site, person(6));
    const done = await doctor.browser.go(await site.identify(await leave(doctor, page), 'cancel'));
    expect([done.status, done.text.includes('n’a pas eu lieu')]).toEqual([400, true]);
    const again = await doctor.browser.go(await site.identify(await leave(doctor, done), cardOf.doctor));
    expect(again.location).toBe(person(6));
  });

  it('A227: a callback that nobody began proves nothing', async () => {
    const { doctor } = await stopped(site, person(7));
    for (const query of ['', '?code=x', '?code=x&state=chl_x', `?code=x&state=chl_${'A'.repeat(32)}`]) {
      const done = await doctor.browser.go(`/.palier/oidc/pro-sante-connect/callback${query}`);
      expect([done.status, done.text.includes('a expiré')]).toEqual([400, true]);
    }
    expect(await proofsOf(doctor)).toEqual([]);
  });

  it('A227: an answer is good once, also 20 times at the same moment', async () => {
    const { doctor, page } = await stopped(site, person(8));
    const back = await site.identify(await leave(doctor, page), cardOf.doctor);
    const all = await Promise.all(Array.from({ length: 20 }, () => doctor.browser.go(back)));
    expect(all.filter(({ location }) => location === person(8))).toHaveLength(1);
    expect((await doctor.browser.go(back)).status).toBe(400);
  });

  it('A227: an answer that another session began is nobody’s, and stays good for whoever began it', async () => {
    const mine = await stopped(site, person(9));
    const hers = await stopped(site, person(9));
    const back = await site.identify(await leave(hers.doctor, hers.page), cardOf.doctor);
    expect((await mine.doctor.browser.go(back)).status).toBe(400);
    expect(await proofsOf(mine.doctor)).toEqual([]);
    expect((await hers.doctor.browser.go(back)).location).toBe(person(9));
  });

  it('A227: a state sent twice, or an answer in a posted form, is not looked at', async () => {
    const { doctor, page } = await stopped(site, person(10));
    const back = await site.identify(await leave(doctor, page), cardOf.doctor);
    const state = new URLSearchParams(back.split('?')[1]).get('state') ?? '';
    expect((await doctor.browser.go(`${back}&state=${state}`)).status).toBe(400);
    const [path = '', query = ''] = back.split('?');
    const posted = await doctor.browser.post(path, Object.fromEntries(new URLSearchParams(query)));
    expect(posted.status).toBe(404);
    expect(await proofsOf(doctor)).toEqual([]);
  });

  it('comes too late after ten minutes', async () => {
    const { doctor, page } = await stopped(site, person(11));
    const back = await site.identify(await leave(doctor, page), cardOf.doctor);
    site.clock.advance(601);
    const done = await doctor.browser.go(back);
    site.clock.advance(-601);
    expect([done.status, done.text.includes('a expiré')]).toEqual([400, true]);
  });

  it('A202: a state is no session, and a session is no state', async () => {
    const { doctor, page } = await stopped(site, person(12));
    const state = new URL(await leave(doctor, page)).searchParams.get('state') ?? '';
    expect(await site.gateway.mfa.sessions.load(state)).toBeUndefined();
    const token = doctor.browser.cookies.get('__Host-palier') ?? '';
    const done = await doctor.browser.go(`/.palier/oidc/pro-sante-connect/callback?code=x&state=${token}`);
    expect(done.status).toBe(400);
  });

  it('A232: nobody else’s page can begin it', async () => {
    const { doctor } = await stopped(site, person(13));
    const begun = await doctor.browser.go('/.palier/oidc/pro-sante-connect/step-up');
    expect(begun.status).toBe(404);
  });
});
