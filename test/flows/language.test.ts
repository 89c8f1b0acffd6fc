// The language that was chosen by a link lasts: on the answer to a form, on other pages of ours, on refusals.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

async function atWork(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

const langOf = ({ text }: { readonly text: string }): string | undefined =>
  /<html lang="(..)">/.exec(text)?.[1];
const wish = { fr: { 'accept-language': 'fr' }, en: { 'accept-language': 'en' } } as const;

describe.each([
  ['en', 'fr', 'medecin-01'],
  ['fr', 'en', 'medecin-02'],
] as const)('%s chosen in a browser that says %s', (chosen, said, login) => {
  let person: Professional;
  const go = (target: string): ReturnType<Professional['browser']['go']> =>
    person.browser.go(target, wish[said]);
  beforeAll(async () => {
    person = await atWork(login);
    expect(langOf(await go('/.palier/step-up'))).toBe(said);
    expect(langOf(await go(`/.palier/step-up?lang=${chosen}`))).toBe(chosen);
  });

  it('is the language of the answer to a wrong code and a wrong ticket', async () => {
    const wrong = await person.browser.post('/.palier/step-up/totp', { code: '000000' }, wish[said]);
    expect([wrong.status, langOf(wrong)]).toEqual([400, chosen]);
    const ticket = await person.browser.post('/.palier/enrol/ticket', { ticket: 'x' }, wish[said]);
    expect([ticket.status, langOf(ticket)]).toEqual([400, chosen]);
  });

  it.each([
    '/.palier/factors',
    '/.palier/sessions',
    '/.palier/enrol',
    '/.palier/nowhere',
    '/nowhere',
    '/patients/1',
  ])('is the language of %s', async (target) => {
    expect(langOf(await go(target))).toBe(chosen);
  });

  it('can be changed back, and never reaches the portal', async () => {
    const before = site.heard.length;
    await go('/');
    const heard = JSON.stringify(site.heard.slice(before));
    expect([heard.includes('PORTALSID'), heard.includes('palier-lang')]).toEqual([true, false]);
    expect(langOf(await go(`/.palier/factors?lang=${said}`))).toBe(said);
    expect(langOf(await go('/nowhere'))).toBe(said);
  });
});

describe('the cookie of a language', () => {
  it('is ours alone, holds two letters, and is set by a choice only', async () => {
    const { browser } = await atWork('medecin-03');
    const plain = await browser.go('/.palier/factors');
    expect(String(plain.headers['set-cookie'] ?? '')).not.toContain('palier-lang');
    const chosen = await browser.go('/.palier/factors?lang=en');
    expect(chosen.headers['set-cookie']).toEqual([
      '__Host-palier-lang=en; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=15552000',
    ]);
    expect(chosen.headers['cache-control']).toBe('no-store');
    expect(langOf(await browser.go('/.palier/factors?lang=de'))).toBe('en');
    browser.cookies.set('__Host-palier-lang', '"><script>');
    expect(langOf(await browser.go('/.palier/factors'))).toBe('fr');
  });
});
