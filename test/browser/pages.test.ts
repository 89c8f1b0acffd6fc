// Every page, looked at: it fits on a phone, says its language, has one heading, names its fields and breaks no rule
// of its own. With PALIER_SCREENSHOTS=FOLDER each is also kept as a picture, in all eight ways: French and English,
// phone and desktop, light and dark.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Site, startSite } from '../support/start.ts';
import { chromiumPath, launch, openWindow, type Window } from './chromium.ts';
import { hang, type Picture } from './gallery.ts';

interface Way {
  readonly locale: 'fr-FR' | 'en-GB';
  readonly size: keyof typeof sizes;
  readonly colorScheme: 'light' | 'dark';
}

const folder = process.env['PALIER_SCREENSHOTS'];
const sizes = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } } as const;
const ways = folder === undefined ? shortWays() : allWays();

/** Each language, size and scheme once. */
function shortWays(): readonly Way[] {
  return [
    { locale: 'fr-FR', size: 'phone', colorScheme: 'light' },
    { locale: 'en-GB', size: 'desktop', colorScheme: 'dark' },
  ];
}

function allWays(): readonly Way[] {
  return (['fr-FR', 'en-GB'] as const).flatMap((locale) =>
    (['phone', 'desktop'] as const).flatMap((size) =>
      (['light', 'dark'] as const).map((colorScheme) => ({ locale, size, colorScheme })),
    ),
  );
}

describe.skipIf(chromiumPath === undefined)('every page of the gateway', () => {
  let site: Site;
  let browser: Browser;
  let pictures: readonly Picture[];
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), launch()]);
    pictures = await hang(site);
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  for (const way of ways) {
    const { locale, size, colorScheme } = way;
    it(`is whole and readable in ${locale} on a ${size}, ${colorScheme}`, { timeout: 60_000 }, async () => {
      const window = await openWindow(browser, { locale, colorScheme, viewport: sizes[size] });
      for (const picture of pictures) {
        await reach(window, picture);
        const name = `${picture.name}.${locale.slice(0, 2)}.${size}.${colorScheme}`;
        if (folder !== undefined) await shoot(window.page, join(folder, `${name}.png`));
        expect([name, ...(await faults(window.page, locale.slice(0, 2)))]).toEqual([name]);
      }
      expect(window.complaints).toEqual([]);
      await window.context.close();
    });
  }

  async function reach({ context, page }: Window, picture: Picture): Promise<void> {
    const host = { domain: site.origin.hostname, path: '/', secure: true };
    const { cookies } = picture.who.browser;
    await context.clearCookies();
    await context.addCookies([...cookies].map(([name, value]) => ({ name, value, ...host })));
    await picture.reach(page);
    await page.locator(picture.shows).first().waitFor({ state: 'attached', timeout: 5_000 });
  }
});

async function shoot(page: Page, path: string): Promise<void> {
  await page.screenshot({ path, fullPage: true });
}

/** What is wrong with the page that is open, in words. */
async function faults(page: Page, language: string): Promise<readonly string[]> {
  const { wide, lang, headings, title, unnamed } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    lang: document.documentElement.lang,
    headings: document.querySelectorAll('h1').length,
    title: document.title,
    unnamed: [...document.querySelectorAll('input:not([type="hidden"])')].filter(
      (field) => !(field instanceof HTMLInputElement) || (field.labels?.length ?? 0) === 0,
    ).length,
  }));
  return [
    wide > 0 ? `${wide} pixels too wide` : '',
    lang === language ? '' : `lang is ${lang}`,
    headings === 1 ? '' : `${headings} headings of the first level`,
    title.trim() === '' ? 'no title' : '',
    unnamed === 0 ? '' : `${unnamed} fields without a label`,
  ].filter((fault) => fault !== '');
}
