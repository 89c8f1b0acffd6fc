// A card as the first factor: no portal session, no password; the certificate says who is there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser } from '../support/browser.ts';
import { formTo } from '../support/forms.ts';
import { type CardSite, present, startCardSite, withoutPortal } from './card-site.ts';

let site: CardSite;
beforeAll(async () => {
  site = await startCardSite({ signsIn: 'true', class: 'gp', matches: 'account' }, [], withoutPortal);
});
afterAll(() => site.close());

/** Stopped at a page for people who are signed in; gives where the card is to be shown. */
async function begun(browser: Browser, target = '/profil'): Promise<string> {
  const stop = await browser.go(target);
  expect(stop.location).toMatch(/^\/\.palier\/sign-in\?to=/);
  const page = await browser.go(stop.location);
  const { action, fields } = formTo(page, '/.palier/card/sign-in');
  return (await browser.post(action, fields)).location;
}

const back = (browser: Browser, location: string): ReturnType<Browser['go']> =>
  browser.go(location.slice(site.origin.origin.length));

const sessionOf = async (browser: Browser): Promise<unknown> =>
  JSON.parse((await browser.call('/.palier/api/session')).text);

const idOf = (login: string): string => site.accounts.find(login)?.nationalId ?? '';

describe('signing in with a card', () => {
  it('names the account, proves the card, and goes on where the person was stopped', async () => {
    const browser = openBrowser(site.origin);
    const shown = await present(site, await begun(browser), await site.cardOf('medecin-01'));
    expect(shown.location).toMatch(/\/\.palier\/card\/signed-in\?shown=chl_/);
    const arrived = await back(browser, shown.location);
    expect([arrived.status, arrived.location]).toEqual([303, '/profil']);
    expect(await sessionOf(browser)).toMatchObject({
      account: idOf('medecin-01'),
      class: 'gp',
      proofs: [{ kind: 'card' }],
    });
    const before = site.seen.filter((line) => line === 'GET /profil').length;
    await browser.go('/profil');
    expect(site.seen.filter((line) => line === 'GET /profil').length).toBe(before + 1);
  });

  it('works once, and only in the browser that asked (login CSRF, A227)', async () => {
    const thief = openBrowser(site.origin);
    const victim = openBrowser(site.origin);
    const shown = await present(site, await begun(thief), await site.cardOf('medecin-02'));
    // The thief sends the victim the address that would sign her in as the thief.
    expect((await back(victim, shown.location)).status).toBe(410);
    await begun(victim);
    expect((await back(victim, shown.location)).status).toBe(410);
    expect(await sessionOf(victim)).not.toHaveProperty('account');
    expect((await back(thief, shown.location)).status).toBe(303);
    expect((await back(thief, shown.location)).status).toBe(410);
  });

  it('ends with the session, and another card in the same browser is another person', async () => {
    const browser = openBrowser(site.origin);
    await back(
      browser,
      (await present(site, await begun(browser), await site.cardOf('medecin-03'))).location,
    );
    expect(await sessionOf(browser)).toMatchObject({ account: idOf('medecin-03') });
    await browser.post('/.palier/sign-out', {});
    expect((await browser.go('/profil')).location).toMatch(/^\/\.palier\/sign-in/);
    await back(
      browser,
      (await present(site, await begun(browser), await site.cardOf('medecin-04'))).location,
    );
    expect(await sessionOf(browser)).toMatchObject({ account: idOf('medecin-04') });
  });

  it('asks for the card again after a quarter of an hour of silence, and then for that very card (A221)', async () => {
    const browser = openBrowser(site.origin);
    await back(
      browser,
      (await present(site, await begun(browser), await site.cardOf('medecin-05'))).location,
    );
    site.clock.advance(16 * 60);
    expect(await sessionOf(browser)).toMatchObject({ account: idOf('medecin-05'), proofs: [] });
    const page = await browser.go('/.palier/step-up');
    const { action, fields } = formTo(page, '/.palier/step-up/card');
    const first = await browser.post(action, fields);
    expect((await present(site, first.location, await site.cardOf('medecin-06'))).status).toBe(403);
    const second = await browser.post(action, fields);
    const shown = await present(site, second.location, await site.cardOf('medecin-05'));
    await back(browser, shown.location);
    expect(await sessionOf(browser)).toMatchObject({ proofs: [{ kind: 'card' }] });
  });

  it.each(['expired', 'other-root', 'organisation', 'staff-pseudonymous', 'wrong-usage'] as const)(
    'opens nothing for a certificate that is %s',
    async (name) => {
      const browser = openBrowser(site.origin);
      const answer = await present(site, await begun(browser), site.pki.leaf(name));
      expect([answer.status, answer.location]).toEqual([403, '']);
      expect(await sessionOf(browser)).not.toHaveProperty('account');
    },
  );

  it('opens nothing for a cookie of its own making', async () => {
    const browser = openBrowser(site.origin);
    browser.cookies.set(
      '__Host-palier-who',
      `${Buffer.from('client-certificate').toString('base64url')}~v1.k1.x.y`,
    );
    expect((await browser.go('/profil')).location).toMatch(/^\/\.palier\/sign-in/);
  });
});
