// mfa-core's quick start in a real browser, from the README's own text: signed in, stopped, ticket, app or passkey, the
// page asked for. The page is the library's own.

import { join } from 'node:path';
import { parseKeyUri, systemClock } from '@palier/mfa-core';
import { totpCode } from '@palier/mfa-core/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPage } from '../docs/pages.ts';
import { root } from '../packaging/pack.ts';
import { type QuickStart, startQuickStart } from '../support/quick-start.ts';
import { chromiumPath, launch, openWindow, plugAuthenticator } from './chromium.ts';

/** What an app reads off the page. */
async function scanned(page: Page): Promise<string> {
  const secret = (await page.locator('#secret').textContent()) ?? '';
  const read = parseKeyUri(`otpauth://totp/x?secret=${secret.replaceAll(' ', '')}`);
  if (read.outcome === 'refused') throw new Error(read.reason);
  return totpCode(read.secrets[0].secret, systemClock.now());
}

/** Where pictures are kept, if any (pages.test.ts). */
const pictures = process.env['PALIER_SCREENSHOTS'];

describe.skipIf(chromiumPath === undefined)('the quick start', () => {
  let site: QuickStart;
  let browser: Browser;
  beforeAll(async () => {
    const { files } = readPage(join(root, 'packages/mfa-core/README.md'));
    [site, browser] = await Promise.all([startQuickStart(files), launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });

  it('stops a person, takes a ticket and an app, shows the recovery codes once, and goes on to the patient', async () => {
    const { page, context, complaints } = await openWindow(browser);
    await page.goto(`${site.origin}/login/ana`);
    await expect.poll(() => page.url()).toContain('/mfa/?resume=');
    expect(await page.textContent('body')).not.toContain('Patient 1');
    await page.getByLabel('Ticket remis par l’administrateur du portail').fill(await site.ticket('ana'));
    await page.getByLabel('Nom de cette clé ou application').fill('téléphone du cabinet');
    // Enter chooses neither way: the recommended one comes next.
    await page.keyboard.press('Enter');
    expect(await page.locator('#add-key').evaluate((key) => key === document.activeElement)).toBe(true);
    expect(await page.locator('#confirm-form').isVisible()).toBe(false);
    expect(await page.getByRole('status').textContent()).toContain('une clé ou une application');
    await page.getByRole('button', { name: 'Une application' }).click();
    await page.locator('#qr svg').waitFor();
    const link = page.locator('#app-link');
    expect(parseKeyUri((await link.getAttribute('href')) ?? '')).toMatchObject({ outcome: 'read' });
    expect(await link.isVisible()).toBe(false);
    // Nor in a narrow window: what has no touch screen has its app elsewhere.
    await page.setViewportSize({ width: 375, height: 700 });
    expect(await link.isVisible()).toBe(false);
    await page.getByLabel('Code affiché par l’application').fill('000000');
    await page.locator('#confirm-form').getByRole('button', { name: 'Valider' }).click();
    await expect.poll(() => page.getByRole('status').textContent()).toContain('recommencez');
    await page.getByLabel('Code affiché par l’application').fill(await scanned(page));
    await page.locator('#confirm-form').getByRole('button', { name: 'Valider' }).click();
    await expect.poll(() => page.locator('#code-list li').count()).toBe(10);
    await expect
      .poll(() => page.locator('#factor-list').textContent())
      .toContain('téléphone du cabinet, application');
    expect(await page.locator('#step-up').isVisible()).toBe(false);
    expect(await page.locator('#secret').textContent()).toBe('');
    expect(await link.getAttribute('href')).toBe(null);
    await page.getByRole('button', { name: 'Continuer' }).click();
    await expect.poll(() => page.textContent('body')).toBe('Patient 1');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('opens the app on a phone, and says of a wrong ticket that it is one', async () => {
    const phone = { viewport: { width: 375, height: 700 }, hasTouch: true, isMobile: true };
    const { page, context } = await openWindow(browser, phone);
    await page.goto(`${site.origin}/login/fanny`);
    await page.getByLabel('Ticket remis par l’administrateur du portail').fill('tkt-00000-00000-00000-00000');
    await page.getByRole('button', { name: 'Une application' }).click();
    await expect.poll(() => page.getByRole('status').textContent()).toContain('Ce ticket n’est pas accepté');
    await page.getByLabel('Ticket remis par l’administrateur du portail').fill(await site.ticket('fanny'));
    await page.getByRole('button', { name: 'Une application' }).click();
    await page.locator('#qr svg').waitFor();
    expect(await page.locator('#app-link').isVisible()).toBe(true);
    await context.close();
  });

  it.each(['light', 'dark'] as const)('can be read where the person likes it %s', async (colorScheme) => {
    const { page, context } = await openWindow(browser, { colorScheme });
    await page.goto(`${site.origin}/login/ida`);
    await page.getByLabel('Ticket remis par l’administrateur du portail').fill(await site.ticket('ida'));
    await page.getByRole('button', { name: 'Une application' }).click();
    const picture = page.locator('#qr svg');
    await picture.waitFor();
    const colours = (): Promise<readonly string[]> =>
      page.evaluate(() =>
        ['body', '#qr svg'].flatMap((part) => {
          const found = document.querySelector(part);
          return found === null ? [] : [getComputedStyle(found).backgroundColor];
        }),
      );
    // Chromium's own colours; the picture stays dark on white, or no app reads it.
    const ground = colorScheme === 'dark' ? 'rgb(18, 18, 18)' : 'rgb(255, 255, 255)';
    expect(await colours()).toEqual([ground, 'rgb(255, 255, 255)']);
    await shoot(page, `core-app.${colorScheme}`);
    await context.close();
  });

  it('says to a person with an app what a key needs, keeps what she typed, and takes a ticket for one', async () => {
    const window = await openWindow(browser);
    const { page, context, complaints } = window;
    await plugAuthenticator(window);
    await page.goto(`${site.origin}/login/cleo`);
    await page.getByLabel('Ticket remis par l’administrateur du portail').fill(await site.ticket('cleo'));
    await page.getByRole('button', { name: 'Une application' }).click();
    await page.locator('#qr svg').waitFor();
    await page.getByLabel('Code affiché par l’application').fill(await scanned(page));
    await page.locator('#confirm-form').getByRole('button', { name: 'Valider' }).click();
    await expect.poll(() => page.locator('#code-list li').count()).toBe(10);
    await expect.poll(() => page.getByRole('status').textContent()).toContain('C’est fait');
    await page.getByText('Ajouter une clé ou une application').click();
    await page.getByText('il ne permet pas d’ajouter une clé').waitFor();
    await page.getByLabel('Nom de cette clé ou application').fill('clé du comptoir');
    await page.getByRole('button', { name: 'Une clé ou une clé d’accès' }).click();
    await expect.poll(() => page.getByRole('status').textContent()).toContain('Demandez un ticket');
    expect(await page.locator('#factor-list').textContent()).not.toContain('clé');
    expect(await page.locator('#ticket').evaluate((field) => field === document.activeElement)).toBe(true);
    await page.getByLabel('Ticket remis par l’administrateur du portail').fill(await site.ticket('cleo'));
    await putAwayOnce(page);
    await page.getByRole('button', { name: 'Une clé ou une clé d’accès' }).click();
    await expect.poll(() => page.getByRole('status').textContent()).toContain('pas fonctionné');
    // The ticket is used up and the field empty; what it gave is still at hand.
    expect(await page.getByLabel('Ticket remis par l’administrateur du portail').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Une clé ou une clé d’accès' }).click();
    await expect.poll(() => page.locator('#factor-list').textContent()).toContain('clé du comptoir');
    expect(await page.locator('#key-hint').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('says what a phished code added, with names as text, and lets the owner take it away', async () => {
    const owner = await openWindow(browser);
    await owner.page.goto(`${site.origin}/login/dora`, { waitUntil: 'networkidle' });
    await addApp(owner.page, 'téléphone de Dora', await site.ticket('dora'));
    expect(await owner.page.locator('#lately').isVisible()).toBe(false);
    await addApp(owner.page, '<b>mon téléphone</b>');
    await owner.page.goto(`${site.origin}/mfa/`);
    const line = owner.page.locator('#lately');
    await line.waitFor();
    expect(await line.textContent()).toMatch(
      /^Ajouté à ce compte le .+\s: application «\s<b>mon téléphone<\/b>\s»\. Ce n’était pas vous ou un collègue/,
    );
    expect(await owner.page.locator('#factor-list').textContent()).toMatch(
      /application, nouveau, ajouté avec application «\s[^»]+\s»/,
    );
    await shoot(owner.page, 'core-lately.fr');
    await owner.page.getByRole('button', { name: 'Retirer <b>mon téléphone</b>' }).click();
    await expect.poll(() => line.isVisible()).toBe(false);
    expect(owner.complaints).toEqual([]);
    await owner.context.close();
  });

  it('says it in English, three of many, and offers no removal of an older app, but says why', async () => {
    const { page, context, complaints } = await openWindow(browser, { locale: 'en-GB', colorScheme: 'dark' });
    await page.goto(`${site.origin}/login/emma`, { waitUntil: 'networkidle' });
    await addApp(page, 'old phone', await site.ticket('emma'));
    for (const name of ['one', 'W'.repeat(60), '', 'four']) await addApp(page, name);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${site.origin}/mfa/`);
    await page.locator('#lately').waitFor();
    expect(await page.locator('#lately').textContent()).toMatch(
      /^Added to this account on .+: app “four”; on .+: app; on .+: app “W{60}”; and 1 more\. Was it not you/,
    );
    await shoot(page, 'core-lately.en.phone');
    // Where the ticket was spent all can go, but its own app, which would leave only what codes added.
    expect(await page.getByRole('button', { name: /^Remove / }).count()).toBe(5);
    expect(await page.locator('#not-by-code').isVisible()).toBe(false);
    const other = await openWindow(browser, { locale: 'en-GB' });
    await other.page.setViewportSize({ width: 360, height: 740 });
    await other.page.goto(`${site.origin}/login/emma`, { waitUntil: 'networkidle' });
    await other.page.goto(`${site.origin}/mfa/`);
    await other.page.getByText('only what comes from a code of its own app').waitFor();
    expect(await other.page.getByRole('button', { name: /^Remove / }).count()).toBe(4);
    expect(await other.page.getByRole('button', { name: 'Remove old phone' }).count()).toBe(0);
    await shoot(other.page, 'core-not-by-code.en.phone');
    expect([...complaints, ...other.complaints]).toEqual([]);
    await other.context.close();
    await context.close();
  });

  it('lets another person use a passkey, take it away, and be stopped again', async () => {
    const window = await openWindow(browser, { locale: 'en-GB' });
    const { page, context, complaints } = window;
    await plugAuthenticator(window);
    await page.goto(`${site.origin}/login/bea`);
    for (const name of ['first key', 'second key']) {
      // The page opens that part by itself where there is no factor yet: a click before it has would close it again.
      await page.goto(`${site.origin}/mfa/`, { waitUntil: 'networkidle' });
      const ticket = page.getByLabel('Ticket from the portal’s administrator');
      if (!(await ticket.isVisible())) await page.getByText('Add a key or an app').click();
      await ticket.fill(await site.ticket('bea'));
      await page.getByLabel('Name of this key or app').fill(name);
      // One authenticator holds one key of an account: the second person of a team has another.
      if (name === 'second key') await plugAnother(window);
      await page.getByRole('button', { name: 'A security key or passkey' }).click();
      await expect.poll(() => page.locator('#factor-list').textContent()).toContain(name);
    }
    await page.goto(`${site.origin}/patients/7`);
    await expect.poll(() => page.textContent('body')).toBe('Patient 7');
    await page.goto(`${site.origin}/mfa/`);
    await page.getByRole('button', { name: 'Use my security key or passkey' }).click();
    await expect.poll(() => page.getByRole('status').textContent()).toBe('Done.');
    await page.getByRole('button', { name: 'Remove first key' }).click();
    await expect.poll(() => page.locator('#factor-list').textContent()).not.toContain('first key');
    expect(await page.locator('#factor-list').textContent()).toContain('second key');
    expect(complaints).toEqual([]);
    await context.close();
  });
});

/** Binds an app with what is in the ticket field: nothing, where a gesture was just made. */
async function addApp(page: Page, name: string, ticket = ''): Promise<void> {
  await page.locator('#enrol').evaluate((part) => part.setAttribute('open', ''));
  await page.locator('#ticket').fill(ticket);
  await page.locator('#name').fill(name);
  await page.locator('#ticket-form button[value="totp"]').click();
  await page.locator('#qr svg').waitFor();
  await page.locator('#confirm').fill(await scanned(page));
  await page.locator('#confirm-form button').click();
  // The last thing the page does: before, it would close the part that the next one opens.
  await page.locator('#said', { hasText: /./ }).waitFor();
}

/** The person closes the browser's window for keys, once. */
async function putAwayOnce(page: Page): Promise<void> {
  await page.evaluate(() => {
    const real = navigator.credentials.create.bind(navigator.credentials);
    navigator.credentials.create = async () => {
      navigator.credentials.create = real;
      throw new DOMException('put away', 'NotAllowedError');
    };
  });
}

async function shoot(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** A second authenticator beside the first, which refuses to hold another key of the account. */
async function plugAnother({ context, page }: Awaited<ReturnType<typeof openWindow>>): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
