// The browser helper on a portal's own page: a script's request is stopped, the person makes the gesture in a window with
// the keyboard alone, the request goes out once more, and what was typed is still there.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';
import { chromiumPath, launch, openWindow } from './chromium.ts';
import { hasFocus } from './keyboard.ts';
import { signIn } from './people.ts';

describe.skipIf(chromiumPath === undefined)('client.js on a page of the portal', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const target = (place: number): string => `/api/patients/${site.persons.nirOf(place)}`;
  const arrivals = (place: number): number =>
    site.seen.filter((line) => line === `GET ${target(place)}`).length;

  /** A doctor with a phone, and a page of the portal with the helper and something typed. */
  async function atTheDesk(
    login: string,
  ): Promise<{ doctor: Professional; page: Page; context: BrowserContext }> {
    const doctor = seat(site, login);
    await doctor.signIn();
    await doctor.enrolApp();
    site.clock.advance(30);
    const { page, context } = await openWindow(browser);
    await signIn(page, site, login);
    await page.addScriptTag({ url: '/.palier/client.js' });
    await page.locator('input[name="nir"]').first().fill('half a number');
    return { doctor, page, context };
  }

  /** Begins the requests and leaves their outcome on the page. */
  function ask(page: Page, targets: readonly string[]): Promise<void> {
    return page.evaluate((all) => {
      const answers = all.map((one) => fetch(one, { headers: { accept: 'application/json' } }));
      const told = Promise.all(
        answers.map(async (answer) => `${(await answer).status} ${await (await answer).text()}`),
      );
      told.then((text) => document.body.setAttribute('data-told', text.join('\n')));
    }, targets);
  }

  const told = (page: Page): Promise<string | null> => page.getAttribute('body', 'data-told');

  /** Types the code into the window that opened, and waits until it is gone. */
  async function makeGesture(window: Page, doctor: Professional): Promise<void> {
    await window.waitForLoadState();
    expect(window.url()).toContain('/.palier/step-up?next=close');
    expect(await hasFocus(window.getByLabel('Code à 6 chiffres'))).toBe(true);
    site.clock.advance(1);
    await window.keyboard.type(doctor.code());
    await window.keyboard.press('Enter');
    if (!window.isClosed()) await window.waitForEvent('close', { timeout: 5000 });
  }

  it('asks for one gesture for three requests, sends each once more, and loses nothing typed', async () => {
    const { doctor, page, context } = await atTheDesk('medecin-01');
    const opened = context.waitForEvent('page');
    await ask(page, [target(0), target(1), target(2)]);
    await makeGesture(await opened, doctor);
    await expect.poll(() => told(page)).toContain(site.persons.personByIndex(2).family);
    expect((await told(page))?.match(/^200 /gm)).toHaveLength(3);
    expect([arrivals(0), arrivals(1), arrivals(2)]).toEqual([1, 1, 1]);
    expect(await page.locator('input[name="nir"]').first().inputValue()).toBe('half a number');
    expect(await page.locator('dialog').count()).toBe(0);
    expect(context.pages()).toHaveLength(1);
    await context.close();
  });

  it('has a button for browsers that open no window by themselves, and Escape gives up', async () => {
    const { doctor, page, context } = await atTheDesk('medecin-02');
    await page.evaluate(() => {
      const open = window.open;
      window.open = () => {
        window.open = open;
        return null;
      };
    });
    await ask(page, [target(3)]);
    const button = page.getByRole('button', { name: 'Ouvrir la fenêtre' });
    await button.waitFor();
    expect(await page.getByRole('dialog').getAttribute('aria-labelledby')).toBe('palier-title');
    expect(await hasFocus(button)).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => told(page)).toMatch(/^401 /);
    expect([arrivals(3), await page.locator('dialog').count()]).toEqual([0, 0]);

    await page.evaluate(() => {
      const open = window.open;
      window.open = () => {
        window.open = open;
        return null;
      };
    });
    await ask(page, [target(4)]);
    await button.waitFor();
    const opened = context.waitForEvent('page');
    await page.keyboard.press('Enter');
    await makeGesture(await opened, doctor);
    await expect.poll(() => told(page)).toContain(site.persons.personByIndex(4).family);
    expect(arrivals(4)).toBe(1);
    await context.close();
  });

  it('is what does it: without it the script gets the refusal, in the words of RFC 9470', async () => {
    const { page, context } = await atTheDesk('medecin-03');
    await page.reload();
    await ask(page, [target(5)]);
    await expect.poll(() => told(page)).toMatch(/^401 .*step-up-required/);
    expect(arrivals(5)).toBe(0);
    await context.close();
  });
});
