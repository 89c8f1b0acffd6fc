// The first factor: a ticket that was handed over in person, and nothing that comes out of a mailbox.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../support/browser.ts';
import { formTo } from '../support/forms.ts';
import { type Professional, seat } from '../support/professional.ts';
import { inMemory, type Site, startSite } from '../support/start.ts';

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

/** What the gateway says to a program that asks for a key with a right. */
const askForKey = (who: Professional, right: string): Promise<Page> =>
  who.browser.call('/.palier/api/enrol/begin', { kind: 'webauthn', right });

const rightOn = ({ text }: Page): string => /name="right" value="(chl_[^"]+)"/.exec(text)?.[1] ?? '';

describe('a code, which can be phished', () => {
  it('earns the right to an app and never to a key: the page says what a key needs, and takes it', async () => {
    const doctor = seat(site, 'medecin-04');
    await doctor.signIn();
    await doctor.enrolApp();
    for (const path of ['/.palier/enrol', '/.palier/factors'])
      expect((await doctor.browser.go(path)).text).toContain('il ne permet donc pas d’ajouter une clé');
    const choice = await doctor.browser.post('/.palier/enrol/factor', { resume: '' });
    expect(choice.text).toContain('il ne permet donc pas d’ajouter une clé');
    expect(choice.text).not.toContain('id="key-button"');
    const refused = await askForKey(doctor, rightOn(choice));
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      403,
      { type: 'urn:palier:problem:right-too-weak', title: expect.stringContaining('ticket') },
    ]);
    expect(formTo(choice, '/.palier/enrol/ticket').fields).toHaveProperty('ticket');
    const ticket = await site.ticketFor('medecin-04');
    const byTicket = await doctor.browser.post('/.palier/enrol/ticket', { ticket });
    expect(byTicket.text).toContain('id="key-button"');
    expect((await askForKey(doctor, rightOn(byTicket))).status).toBe(200);
  });

  it('earns a right to a key where the configuration says a duration, so that it is that setting that holds', async () => {
    const weaker = await startSite([...inMemory, ['enrolment:', 'enrolment:\n  keyAfterCode: 72h']]);
    try {
      const doctor = seat(weaker, 'medecin-04');
      await doctor.signIn();
      await doctor.enrolApp();
      const choice = await doctor.browser.post('/.palier/enrol/factor', { resume: '' });
      expect(choice.text).toContain('id="key-button"');
      expect((await askForKey(doctor, rightOn(choice))).status).toBe(200);
    } finally {
      await weaker.close();
    }
  });

  it('loses nothing that was typed when the ticket has one wrong sign', async () => {
    const nurse = seat(site, 'infirmier-02');
    await nurse.signIn();
    const again = await nurse.browser.post('/.palier/enrol/ticket', { ticket: 'tkt-AAAAA-AAAAA-AAAAA-"AAA' });
    expect(again.status).toBe(400);
    expect(again.text).toContain('value="tkt-AAAAA-AAAAA-AAAAA-&quot;AAA"');
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
