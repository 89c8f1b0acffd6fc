// A card in a real browser: password, stopped, card, done. What a person reads and clicks, and nothing else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CardSite, startCardSite } from '../card/card-site.ts';
import type { Leaf } from '../support/pki.ts';
import { type CardBrowser, isCardStoreMissing, openCardBrowser } from './card-store.ts';
import { signIn } from './people.ts';

describe.skipIf(isCardStoreMissing)('a doctor with a card in the browser', () => {
  let site: CardSite;
  beforeAll(async () => {
    site = await startCardSite();
  });
  afterAll(() => site?.close());

  /** Signs in, asks for a card on the step-up page, and reads what came of it. */
  async function showCard(card: Leaf | undefined): Promise<{ readonly url: string; readonly text: string }> {
    let browser: CardBrowser | undefined;
    try {
      browser = await openCardBrowser(site.pki, site.cardOrigin, card);
      const page = await browser.context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of 40[0-9]/.test(message.text()))
          complaints.push(message.text());
      });
      await signIn(page, site, 'medecin-01');
      await page.goto(`${site.origin.origin}/.palier/step-up`);
      await page.getByRole('button', { name: 'Utiliser ma carte' }).click();
      await page
        .locator('main h1')
        .filter({ hasText: /C’est bien vous|Votre carte/ })
        .waitFor();
      const text = (await page.textContent('main')) ?? '';
      const title = await page.evaluate('getComputedStyle(document.querySelector("main")).maxWidth');
      expect(title).not.toBe('none');
      expect(complaints).toEqual([]);
      return { url: page.url(), text };
    } finally {
      await browser?.close();
    }
  }

  it('goes to the card listener and comes back proved', async () => {
    const { url, text } = await showCard(await site.cardOf('medecin-01'));
    expect(new URL(url).origin).toBe(site.origin.origin);
    expect(text).toContain('C’est bien vous');
    expect(site.log.filter(({ kind }) => kind === 'card').at(-1)).toMatchObject({ outcome: 'shown' });
  });

  it("is told when the card is another person's, with a way back", async () => {
    const { url, text } = await showCard(await site.cardOf('pharmacie-01'));
    expect(new URL(url).origin).toBe(site.cardOrigin);
    expect(text).toContain('Cette carte est celle d’une autre personne');
    expect(text).toContain('Revenir au portail');
  });

  it('is told when there is no card', async () => {
    expect((await showCard(undefined)).text).toContain('n’a présenté aucun certificat');
  });
});
