// A person with a keyboard and nothing else: Tab until the wanted thing has the focus, then type or press.

import type { Locator, Page } from 'playwright-core';

const PATIENCE = 40;

/** Tabs to a thing; an Error when forty tabs do not reach it: then nobody without a mouse does. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let tabs = 0; tabs < PATIENCE; tabs += 1) {
    if (await hasFocus(wanted)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${wanted}`);
}

/** Tabs to a field, replaces what is in it and leaves the focus there. */
export async function typeInto(page: Page, wanted: Locator, text: string): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

/** Tabs to a button or link, presses it, and waits for the page it leads to. */
export async function press(page: Page, wanted: Locator): Promise<void> {
  await tabTo(page, wanted);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
}

/** Whether the thing has the focus. */
export function hasFocus(wanted: Locator): Promise<boolean> {
  return wanted.evaluate((element) => element === element.ownerDocument.activeElement);
}
