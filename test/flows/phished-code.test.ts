// What somebody makes of a password, a mailbox and one phished code, at the gateway's own pages and calls: no key by any
// way, no place in front of the owner.
import { fakeRandom, type SoftwareAuthenticator, softwareAuthenticator } from '@palier/mfa-core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindAnotherApp } from '../support/another-app.ts';
import type { Browser, Page } from '../support/browser.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

async function withApp(login: string): Promise<Professional> {
  const owner = seat(site, login);
  await owner.signIn();
  await owner.enrolApp();
  return owner;
}

/** The thief's browser, after the code he phished. */
async function thiefOf(owner: Professional): Promise<Browser> {
  site.clock.advance(30);
  const { browser, signIn } = owner.elsewhere();
  await signIn();
  expect((await browser.call('/.palier/api/step-up/totp', { code: owner.code() })).status).toBe(200);
  return browser;
}

const aKey = (name: string): SoftwareAuthenticator => softwareAuthenticator({ random: fakeRandom(name) });

const read = ({ text }: Page): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

/** The right that the last gesture of a browser earned, as the page carries it. */
async function rightOf(browser: Browser): Promise<string> {
  const page = await browser.post('/.palier/enrol/factor', {});
  return page.forms.map(({ fields }) => fields['right'] ?? '').find((right) => right !== '') ?? '';
}

function asks(browser: Browser, right: string, more: object = {}): Promise<Page> {
  return browser.call('/.palier/api/enrol/begin', { right, kind: 'webauthn', name: 'k', ...more });
}

describe('one phished code', () => {
  it('begins no key, whatever is asked for beside it, alone or at once', async () => {
    const browser = await thiefOf(await withApp('medecin-01'));
    const right = await rightOf(browser);
    const wishes = [{}, { asCard: true }, { tier: 'card' }, { source: 'ticket' }, { settings: {} }];
    const answers = await Promise.all([...wishes, ...wishes].map((more) => asks(browser, right, more)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    expect((await asks(browser, right, { kind: ['webauthn'] })).status).toBe(400);
  });

  it('puts no key at the end of a ceremony that was begun for an app', async () => {
    const browser = await thiefOf(await withApp('medecin-02'));
    const begun = await browser.call('/.palier/api/enrol/begin', {
      right: await rightOf(browser),
      kind: 'totp',
    });
    const options = {
      rp: { id: 'localhost', name: 'x' },
      user: { id: 'AAAA', name: 'x', displayName: 'x' },
      challenge: 'AAAA',
      pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
    };
    const response = await aKey('thief').create(options, site.origin.origin);
    const { challenge } = read(begun);
    expect((await browser.call('/.palier/api/enrol/complete', { challenge, response })).status).toBe(400);
    expect((await browser.go('/.palier/factors')).text.match(/<li><strong>/g)).toHaveLength(2);
  });

  it('earns a right that is worth nothing in another session of the same account', async () => {
    const owner = await withApp('medecin-03');
    const browser = await thiefOf(owner);
    const right = await rightOf(browser);
    const other = owner.elsewhere();
    await other.signIn();
    for (const kind of ['totp', 'webauthn'])
      expect((await asks(other.browser, right, { kind })).status).toBe(400);
  });

  it('earns nothing with recovery codes that it made anew, beyond what a code is worth', async () => {
    const owner = await withApp('medecin-04');
    const browser = await thiefOf(owner);
    const made = await browser.post('/.palier/factors/recovery-codes', {});
    const code = /<li><code>([^<]+)<\/code>/.exec(made.text)?.[1] ?? '';
    const other = owner.elsewhere();
    await other.signIn();
    const shown = await other.browser.call('/.palier/api/step-up/recovery-code', { code });
    expect([code === '', shown.status]).toEqual([false, 200]);
    expect(await rightOf(other.browser)).toBe('');
  });

  it('leaves nothing to begin with when the owner gets a key meanwhile', async () => {
    const owner = await withApp('medecin-05');
    const browser = await thiefOf(owner);
    const right = await rightOf(browser);
    const begun = await browser.call('/.palier/api/enrol/begin', { right, kind: 'totp' });
    const ticket = await site.ticketFor('medecin-05');
    const granted = read(await owner.browser.call('/.palier/api/enrol/ticket', { ticket }));
    const key = await asks(owner.browser, String(granted['right']));
    const { challenge, webauthn } = read(key);
    const response = await aKey('owner').create(webauthn as never, site.origin.origin);
    const bound = await owner.browser.call('/.palier/api/enrol/complete', { challenge, response });
    expect(bound.status).toBe(200);
    expect((await asks(browser, right, { kind: 'totp' })).status).toBe(400);
    const late = { challenge: read(begun)['challenge'], code: '000000' };
    expect((await browser.call('/.palier/api/enrol/complete', late)).status).toBe(400);
  });

  it('does not outlast the ticket of an owner who lost his phone', async () => {
    const owner = await withApp('medecin-06');
    const browser = await thiefOf(owner);
    const code = await bindAnotherApp(site, browser, 'planted');
    site.clock.advance(3600);
    await owner.signIn();
    await owner.enrolApp('', 'phone of today');
    const list = await owner.browser.go('/.palier/factors');
    expect((await removal(owner.browser, list, 'phone of the counter')).status).toBe(303);
    site.clock.advance(30);
    const again = owner.elsewhere();
    await again.signIn();
    expect((await again.browser.call('/.palier/api/step-up/totp', { code: code() })).status).toBe(200);
    const seen = await owner.browser.go('/.palier/factors');
    for (const name of ['phone of today', 'planted'])
      expect((await removal(again.browser, seen, name)).status).toBe(403);
    expect((await removal(owner.browser, seen, 'planted')).status).toBe(303);
  });

  it('takes no app away that a code of a colleague’s added later; the colleague does', async () => {
    const owner = await withApp('pharmacie-08');
    const bea = seat(site, 'pharmacie-08');
    await bea.signIn();
    await bea.enrolApp('', 'phone of Bea');
    site.clock.advance(30);
    const [atWork, at] = [bea.elsewhere(), '/.palier/api/step-up/totp'];
    await atWork.signIn();
    expect((await atWork.browser.call(at, { code: bea.code() })).status).toBe(200);
    await bindAnotherApp(site, atWork.browser, 'phone of Cleo');
    const browser = await thiefOf(owner);
    const list = await browser.go('/.palier/factors');
    const row = rowOf(list, 'phone of Cleo');
    expect(row).toContain('ajouté avec «\u00a0<bdi>phone of Bea</bdi>\u00a0»');
    expect([row.includes('/remove'), row.includes('/rename')]).toEqual([false, false]);
    expect(list.text).toContain('que ce qui vient d’un code de sa propre application');
    site.clock.advance(30);
    const again = bea.elsewhere();
    await again.signIn();
    expect((await again.browser.call(at, { code: bea.code() })).status).toBe(200);
    const hers = await again.browser.go('/.palier/factors');
    const factor = /name="factor" value="([^"]+)"/.exec(rowOf(hers, 'phone of Cleo'))?.[1] ?? '';
    for (const change of ['remove', 'rename'])
      expect((await browser.post(`/.palier/factors/${change}`, { factor, name: 'old' })).status).toBe(403);
    expect((await again.browser.post('/.palier/factors/remove', { factor })).status).toBe(303);
  });

  it('fills the account, and the ticket of the owner adds a key all the same', async () => {
    const owner = await withApp('medecin-07');
    const browser = await thiefOf(owner);
    for (let more = 0; more < 18; more += 1) await bindAnotherApp(site, browser, `n${more}`);
    await expect(bindAnotherApp(site, browser, 'one more')).rejects.toThrow();
    await owner.signIn();
    const ticket = await site.ticketFor('medecin-07');
    const { right } = read(await owner.browser.call('/.palier/api/enrol/ticket', { ticket }));
    expect((await asks(owner.browser, String(right))).status).toBe(200);
  });
});

function rowOf(list: Page, name: string): string {
  return list.text.split('<li><strong>').find((text) => text.startsWith(name)) ?? '';
}

function removal(browser: Browser, list: Page, name: string): Promise<Page> {
  const factor = /name="factor" value="([^"]+)"/.exec(rowOf(list, name))?.[1] ?? '';
  return browser.post('/.palier/factors/remove', { factor });
}
