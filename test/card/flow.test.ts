// A card from the stopped request to the page it was for, and everything that must not get there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../support/browser.ts';
import { formTo } from '../support/forms.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type CardSite, present, startCardSite } from './card-site.ts';

let site: CardSite;
beforeAll(async () => {
  site = await startCardSite();
});
afterAll(() => site.close());

/** Signed in and stopped before a sick leave; gives where the card is to be shown. */
async function stopped(login: string): Promise<{ who: Professional; resume: string; address: string }> {
  const who = seat(site, login);
  await who.signIn();
  const page = await declare(who);
  expect(page.status).toBe(303);
  const stop = await who.browser.go(page.location);
  const { action, fields } = formTo(stop, '/.palier/step-up/card');
  const sent = await who.browser.post(action, fields);
  expect(sent.status).toBe(303);
  expect(sent.location.startsWith(`${site.cardOrigin}/.palier/card?ask=`)).toBe(true);
  return { who, resume: fields['resume'] ?? '', address: sent.location };
}

const declare = ({ browser }: Professional): Promise<Page> =>
  browser.post('/aat', { nir: site.persons.nirOf(3), debut: '2026-11-02', fin: '2026-11-06', motif: 'x' });

const back = (who: Professional, location: string): Promise<Page> =>
  who.browser.go(location.slice(site.origin.origin.length));

const cardLines = (): readonly unknown[] =>
  site.log.filter(({ kind }) => kind === 'card').map(({ outcome }) => outcome);

describe('a route that asks for a card', () => {
  it('opens for the card of the person signed in, and what was typed arrives once', async () => {
    const { who, address } = await stopped('medecin-01');
    const shown = await present(site, address, await site.cardOf('medecin-01'));
    expect(shown.status).toBe(303);
    expect(shown.location).toMatch(/^http:\/\/localhost:\d+\/\.palier\/card\/done\?shown=chl_[\w-]{32}$/);
    const page = await back(who, shown.location);
    expect(page.location).toBe('/aat');
    const before = site.seen.filter((line) => line === 'POST /aat').length;
    const done = await who.browser.go('/aat');
    expect(done.status).toBeLessThan(400);
    expect(site.seen.filter((line) => line === 'POST /aat').length).toBe(before + 1);
    const session = await who.browser.call('/.palier/api/session');
    expect(JSON.parse(session.text)).toMatchObject({ proofs: [{ kind: 'card' }] });
  });

  it('stays closed for a password, and says that a card is missing', async () => {
    const who = seat(site, 'medecin-02');
    await who.signIn();
    const page = await declare(who);
    expect(page.location).toMatch(/^\/\.palier\/step-up\?resume=/);
    expect(site.seen.at(-1)).not.toBe('POST /aat');
  });

  it('forgets the card after a quarter of an hour of silence, and at sign-out (A221)', async () => {
    const { who, address } = await stopped('medecin-03');
    await back(who, (await present(site, address, await site.cardOf('medecin-03'))).location);
    const proofs = async (): Promise<number> =>
      (JSON.parse((await who.browser.call('/.palier/api/session')).text) as { proofs: unknown[] }).proofs
        .length;
    expect(await proofs()).toBe(1);
    site.clock.advance(14 * 60);
    expect(await proofs()).toBe(1);
    site.clock.advance(15 * 60 + 1);
    expect(await proofs()).toBe(0);
  });
});

describe('at the card listener', () => {
  it("another person's card is refused, and the challenge is spent (A221)", async () => {
    const { who, address } = await stopped('medecin-01');
    const other = await site.cardOf('pharmacie-01');
    const refused = await present(site, address, other);
    expect([refused.status, refused.location]).toEqual([403, '']);
    expect(refused.text).toContain('celle d’une autre personne');
    expect(cardLines().at(-1)).toBe('refused:wrong-person');
    expect((await present(site, address, await site.cardOf('medecin-01'))).status).toBe(410);
    expect((await who.browser.go('/.palier/card/done?shown=')).status).toBe(410);
  });

  it('no certificate gets words, in the language of the page it came from, and the challenge waits for the next try', async () => {
    const { address } = await stopped('medecin-01');
    const none = await present(site, address, undefined);
    expect(none.status).toBe(403);
    expect(none.text).toContain('n’a présenté aucun certificat');
    expect((await present(site, address, await site.cardOf('medecin-01'))).status).toBe(303);
  });

  it.each([
    ['expired', 'expired'],
    ['not-yet-valid', 'not-yet-valid'],
    ['other-root', 'untrusted'],
    ['weak-key', 'weak-key'],
    ['weak-hash', 'weak-signature'],
    ['wrong-extended-usage', 'wrong-usage'],
    ['wrong-usage', 'wrong-usage'],
    ['no-policy', 'wrong-policy'],
    ['doctor-signature', 'wrong-usage'],
    ['staff-named', 'wrong-policy'],
    ['staff-pseudonymous', 'wrong-policy'],
    ['organisation', 'wrong-policy'],
    ['unknown-critical', 'invalid-path'],
  ] as const)('a certificate that is %s is refused: %s', async (name, reason) => {
    const { address } = await stopped('medecin-02');
    // A browser might not send so weak a key; a program of a thief's does.
    const answer = await present(site, address, site.pki.leaf(name), { ciphers: 'DEFAULT@SECLEVEL=0' });
    expect([answer.status, answer.location]).toEqual([403, '']);
    expect(cardLines().at(-1)).toBe(`refused:${reason}`);
  });

  it('a request nobody asked for gets nothing, whatever is in the address', async () => {
    const card = await site.cardOf('medecin-01');
    const { address } = await stopped('medecin-01');
    const ask = new URL(address).searchParams.get('ask') ?? '';
    const changed = `${ask.slice(0, -5)}${ask.at(-5) === 'A' ? 'B' : 'A'}${ask.slice(-4)}`;
    for (const text of ['', 'x', 'chl_x', changed, ask.replace('v1', 'v2'), 'v1.k1.x.y', 'a'.repeat(5000)]) {
      const answer = await present(
        site,
        `${site.cardOrigin}/.palier/card?ask=${encodeURIComponent(text)}`,
        card,
      );
      expect([answer.status, answer.location]).toEqual([410, '']);
    }
    expect((await present(site, address, card)).status).toBe(303);
    expect((await present(site, address, card)).status).toBe(410);
  });

  it('of ten cards shown at once for one challenge one gets an answer', async () => {
    const { address } = await stopped('medecin-01');
    const card = await site.cardOf('medecin-01');
    const all = await Promise.all(Array.from({ length: 10 }, () => present(site, address, card)));
    expect(all.map(({ status }) => status).sort()).toEqual([303, ...Array.from({ length: 9 }, () => 410)]);
  });

  it('a challenge is gone after five minutes, and an answer after one', async () => {
    const { who, address } = await stopped('medecin-04');
    const card = await site.cardOf('medecin-04');
    site.clock.advance(301);
    expect((await present(site, address, card)).status).toBe(410);
    await who.signIn();
    const again = await stopped('medecin-04');
    const shown = await present(site, again.address, card);
    site.clock.advance(61);
    await again.who.signIn();
    expect((await back(again.who, shown.location)).status).toBe(410);
  });

  it('only its own host and paths exist, by GET (A218)', async () => {
    const card = await site.cardOf('medecin-01');
    const at = (path: string, tls: Parameters<typeof present>[3] = {}): Promise<number> =>
      present(site, `${site.cardOrigin}${path}`, card, tls).then(({ status }) => status);
    expect(await at('/.palier/card?ask=x', { host: site.origin.host })).toBe(421);
    expect(await at('/.palier/card?ask=x', { host: 'localhost' })).toBe(421);
    expect(await at('/.palier/card?ask=x', { servername: 'portail.essai.test' })).toBe(421);
    expect(await at('/.palier/card?ask=x', { servername: 'LOCALHOST' })).toBe(410);
    expect(await at('/patients')).toBe(404);
    expect(await at('/.palier/step-up')).toBe(404);
    expect(await at('/.palier/style.css')).toBe(404);
  });
});

describe('the answer of a card', () => {
  it('is worth nothing in any other session, nor twice in its own', async () => {
    const { who, address } = await stopped('medecin-01');
    const shown = await present(site, address, await site.cardOf('medecin-01'));
    const sameAccount = seat(site, 'medecin-01');
    await sameAccount.signIn();
    const other = seat(site, 'pharmacie-02');
    await other.signIn();
    for (const thief of [sameAccount, other, seat(site, 'medecin-01')]) {
      const tried = await back(thief, shown.location);
      expect([401, 410]).toContain(tried.status);
      expect(await declare(thief).then(({ status }) => status)).toBe(303);
    }
    expect((await back(who, shown.location)).status).toBe(303);
    expect((await back(who, shown.location)).status).toBe(410);
  });

  it('comes back to the browser that showed the card: who sends a link to it gets nothing (login CSRF)', async () => {
    // A thief with the doctor's password begins, and sends the doctor the address; the doctor's card is shown.
    const thief = await stopped('medecin-05');
    const victim = seat(site, 'medecin-05');
    await victim.signIn();
    const shown = await present(site, thief.address, await site.cardOf('medecin-05'));
    // The name to redeem is in the victim's browser alone, and her session never asked.
    expect((await back(victim, shown.location)).status).toBe(410);
    // What the thief knows, the challenge, redeems nothing.
    const ask = new URL(thief.address).searchParams.get('ask') ?? '';
    for (const known of [ask, thief.resume])
      expect(
        (await thief.who.browser.go(`/.palier/card/done?shown=${encodeURIComponent(known)}`)).status,
      ).toBe(410);
    expect((await declare(thief.who)).status).toBe(303);
  });

  it('cannot be asked for by another site', async () => {
    const who = seat(site, 'medecin-01');
    await who.signIn();
    const cookie = [...who.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: site.cardOrigin },
      {},
    ]) {
      const answer = await fetch(new URL('/.palier/step-up/card', site.origin), {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: 'resume=',
      });
      expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
    }
  });
});

describe('a card and the first factor', () => {
  it('lets the person enrol without a ticket', async () => {
    const who = seat(site, 'infirmier-01');
    await who.signIn();
    const page = await who.browser.go('/.palier/enrol');
    const { action, fields } = formTo(page, '/.palier/enrol/card');
    const sent = await who.browser.post(action, fields);
    const shown = await present(site, sent.location, await site.cardOf('infirmier-01'));
    const choice = await back(who, shown.location);
    expect(choice.status).toBe(200);
    expect(formTo(choice, '/.palier/enrol/totp').fields['right']).toMatch(/^chl_/);
  });
});

describe('a card beside an app', () => {
  it('binds the key that a code does not, from the page that says so', async () => {
    const who = seat(site, 'infirmier-02');
    await who.signIn();
    await who.enrolApp();
    const byCode = await who.browser.post('/.palier/enrol/factor', { resume: '' });
    expect(byCode.text).toContain('ou montrez votre carte');
    expect(byCode.text).not.toContain('id="key-button"');
    const { action, fields } = formTo(byCode, '/.palier/enrol/card');
    const sent = await who.browser.post(action, fields);
    const shown = await present(site, sent.location, await site.cardOf('infirmier-02'));
    const choice = await back(who, shown.location);
    expect(choice.text).toContain('id="key-button"');
    const right = formTo(choice, '/.palier/enrol/totp').fields['right'];
    const begun = await who.browser.call('/.palier/api/enrol/begin', { kind: 'webauthn', right });
    expect(begun.status).toBe(200);
  });
});

describe('a card whose certificate ends soon', () => {
  it('counts, and the person and the log are told until when', async () => {
    const { who, address } = await stopped('pharmacie-03');
    const ending = await site.cardOf('pharmacie-03', { days: { from: -300, to: 12 } });
    const page = await back(who, (await present(site, address, ending)).location);
    expect(page.status).toBe(200);
    expect(page.text).toContain('se termine bientôt');
    const reminders = (): readonly unknown[] => site.log.filter(({ type }) => type === 'card-ends-soon');
    expect(reminders()).toHaveLength(1);
    // A second gesture on the same day is not worth a second letter.
    const again = await stopped('pharmacie-03');
    await back(again.who, (await present(site, again.address, ending)).location);
    expect(reminders()).toHaveLength(1);
    expect((await who.browser.follow(`/.palier/step-up/done?resume=`)).status).toBe(200);
  });
});
