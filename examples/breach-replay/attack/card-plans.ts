// Two attacks on cards: phished by a page that relays what the victims' browsers do, and stolen with the key inside. The
// second is the first without what binds a card to its owner's hand, so that the first can be seen to depend on it.

import { cardWith, holdsProof } from '../cards/card.ts';
import type { SiteCards } from '../cards/site-cards.ts';
import { createLine, type Line } from '../line.ts';
import type { Stage } from '../stage.ts';
import { cardTricks, openCardPhishingSite, type Try } from './card-phishing.ts';
import { type Plan, thiefAt, thiefsLine } from './plans.ts';
import { signIn } from './script.ts';
import type { StolenAccount } from './stolen-accounts.ts';

const TRIES_EACH = 20;

/** Cards shown at a phishing site: every trick with what they give, several times for each account. */
export const phishedCards: Plan = async (stage, accounts) => {
  const cards = cardsOf(stage);
  const lines: Line[] = [];
  // Any certificate will do for the site of a thief: the browsers of his victims believe it.
  const phish = await openCardPhishingSite(await cards.of(accounts[0]?.login ?? ''));
  const ends = new Map<string, Set<string>>([...cardTricks.keys()].map((name) => [name, new Set()]));
  const tricks = [...cardTricks];
  const attackers = await Promise.all(
    accounts.map(async (account) => {
      const { login } = account;
      const victim = createLine(stage.site.origin, {});
      const thief = thiefsLine(stage, account);
      lines.push(victim, thief);
      const [card, revoked] = [await cards.of(login), await cards.revokedOf(login)];
      const hear = (): ((bytes: Uint8Array) => void) => stage.loot.listen(login);
      const one: Try = { login, thief, victim, card, revoked, phish, hear };
      let tried = 0;
      const prove = async (): Promise<boolean> => {
        const [name = '', trick] = tricks[tried % tricks.length] ?? [];
        if (tried >= TRIES_EACH || trick === undefined) return false;
        tried += 1;
        await atHome(victim, account);
        ends.get(name)?.add(await trick(one));
        return holdsProof(thief);
      };
      return thiefAt(stage, account, { line: thief, prove });
    }),
  );
  return {
    attackers,
    verify: () => sawEveryTrick(ends),
    close: async () => {
      for (const line of lines) line.close();
      await phish.stop();
    },
  };
};

/** The victim is at work in her own browser, signed in. */
async function atHome(victim: Line, account: StolenAccount): Promise<void> {
  const me = await victim.send('/api/me', { headers: { accept: 'application/json' } });
  if (me.status !== 200) await signIn(victim, account);
}

/**
 * What has to have happened for a zero to mean anything: the certificates were phished and the handshakes with them made,
 * the victims' cards were taken where they were shown, and their own answers were alive when the thief had them.
 */
const lived: ReadonlyMap<string, RegExp> = new Map([
  ['the certificate with a key of his own', /^handshake: ERR_SSL_\w*ALERT/],
  ['the certificate in headers of a front', /^listener 403$/],
  ['his own request, shown by the victim', /^shown 303, /],
  ['an answer meant for the victim', /, hers taken, /],
  ['a revoked card with its key', /^listener 403$/],
]);

function sawEveryTrick(ends: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [name, words] of lived) {
    const seen = [...(ends.get(name) ?? [])];
    if (seen.length === 0 || seen.some((end) => !words.test(end)))
      throw new Error(`${name} was not seen to take place: ${seen.join('; ')}`);
  }
}

/** The card itself in the thief's hands, key and all, until its owner misses it: one gesture each. */
export const heldCards: Plan = async (stage, accounts) => {
  const cards = cardsOf(stage);
  const lines: Line[] = [];
  const attackers = await Promise.all(
    accounts.map(async (account) => {
      const line = thiefsLine(stage, account);
      lines.push(line);
      const held = cardWith(await cards.of(account.login));
      let used = false;
      const prove = async (own: Line, now: number): Promise<boolean> => {
        if (used) return false;
        used = true;
        return held.prove(own, now);
      };
      return thiefAt(stage, account, { line, prove });
    }),
  );
  return {
    attackers,
    close: async () => {
      for (const line of lines) line.close();
    },
  };
};

function cardsOf({ site }: Stage): SiteCards {
  if (site.cards === undefined) throw new TypeError('the site of this run reads no cards');
  return site.cards;
}
