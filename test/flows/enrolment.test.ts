// The first factor: a ticket that was handed over in person, and nothing that comes out of a mailbox.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formTo } from '../support/forms.ts';
import { seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

const look = (place: number): string => `/patients/${site.persons.nirOf(place)}`;

describe('enrolling the first factor', () => {
  it('leads from the stopped look-up through the ticket to the person', async () => {
    const doctor = seat(site, 'medecin-01');
    await doctor.signIn();
    const stopped = await doctor.browser.follow(look(0));
    const [, resume = ''] = /\/\.palier\/enrol\?resume=([\w-]+)/.exec(stopped.text) ?? [];
    const done = await doctor.enrolApp(resume);
    expect(done.status).toBe(200);
    const codes = [...done.text.matchAll(/<li><code>([^<]+)<\/code><\/li>/g)];
    expect(codes).toHaveLength(10);
    const [, next = ''] = /class="button" href="([^"]+)"/.exec(done.text) ?? [];
    const shown = await doctor.browser.follow(next.replaceAll('&amp;', '&'));
    expect(shown.status).toBe(200);
    expect(shown.text).toContain(site.persons.personByIndex(0).family);
  });

  it('spends a ticket once, and only for the account it was made out to', async () => {
    const ticket = await site.ticketFor('pharmacie-01');
    const [owner, other] = [seat(site, 'pharmacie-01'), seat(site, 'pharmacie-02')];
    await Promise.all([owner.signIn(), other.signIn()]);
    const tried = await other.browser.call('/.palier/api/enrol/ticket', { ticket });
    const first = await owner.browser.call('/.palier/api/enrol/ticket', { ticket });
    const second = await owner.browser.call('/.palier/api/enrol/ticket', { ticket });
    expect([tried.status, first.status, second.status]).toEqual([400, 200, 400]);
  });

  it('gives 100 parallel tries of one ticket one right', async () => {
    const ticket = await site.ticketFor('infirmier-01');
    const nurse = seat(site, 'infirmier-01');
    await nurse.signIn();
    await nurse.browser.go('/.palier/enrol');
    const tries = Array.from({ length: 100 }, () =>
      nurse.browser.call('/.palier/api/enrol/ticket', { ticket }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  it('offers the same picture again after a mistyped code, and no other secret', async () => {
    const lab = seat(site, 'laboratoire-01');
    await lab.signIn();
    const ticket = await site.ticketFor('laboratoire-01');
    const choice = await lab.browser.post('/.palier/enrol/ticket', { ticket });
    const { action, fields } = formTo(choice, '/.palier/enrol/totp');
    const offer = await lab.browser.post(action, fields);
    const confirm = formTo(offer, '/.palier/enrol/totp/confirm');
    const again = await lab.browser.post(confirm.action, { ...confirm.fields, code: '000000' });
    const secretOf = (text: string): string | undefined => /<p class="secret">([^<]+)</.exec(text)?.[1];
    expect(again.status).toBe(400);
    expect(again.text).toContain('role="alert"');
    expect(secretOf(offer.text)).toMatch(/^[A-Z2-7 ]{16,}$/);
    expect(secretOf(again.text)).toBe(secretOf(offer.text));
  });
});

describe('a thief with the password and the mailbox', () => {
  it('resets the password, signs in, and is nobody still', async () => {
    const thief = seat(site, 'hopital-01');
    await thief.browser.post('/mot-de-passe-oublie', { email: 'hopital-01@sante.example' });
    const link = site.mails.find(({ login }) => login === 'hopital-01')?.link ?? '';
    expect((await thief.browser.post(link, { password: 'a password of the thief' })).status).toBe(200);
    await thief.browser.post('/login', { login: 'hopital-01', password: 'a password of the thief' });
    expect((await thief.browser.call('/api/me')).status).toBe(200);
    const before = site.seen.length;
    expect((await thief.browser.call(`/api/patients/${site.persons.nirOf(5)}`)).status).toBe(401);
    for (const kind of ['totp', 'webauthn']) {
      const offer = await thief.browser.call('/.palier/api/enrol/begin', { kind, right: 'x' });
      expect(offer.status).toBe(400);
    }
    expect((await thief.browser.post('/.palier/enrol/factor', {})).text).not.toContain('name="right"');
    expect(site.seen.slice(before).filter((line) => line.includes('patients'))).toEqual([]);
  });

  it('would see persons with a ticket, so that it is the ticket that is missing', async () => {
    const thief = seat(site, 'hopital-02');
    await thief.signIn();
    await thief.enrolApp();
    const shown = await thief.browser.call(`/api/patients/${site.persons.nirOf(5)}`);
    expect(shown.status).toBe(200);
  });
});
