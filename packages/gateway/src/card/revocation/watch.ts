// Cards that opened something a while ago: when one of them is revoked, what it opened ends, sockets included. Each
// instance watches the cards that were shown to it; the session ends in the store, so it ends everywhere.

import type { AccountId, Instant, SessionId } from '@palier/mfa-core';
import { keepNewest } from '../../bounded-map.ts';
import type { CertificateChain } from '../certificate.ts';
import type { Revocation } from '../revocation.ts';

export interface WatchedCard {
  readonly session: SessionId;
  readonly account: AccountId;
  readonly chain: CertificateChain;
  /** No session lives longer than this. */
  readonly until: Instant;
}

export interface CardWatch {
  note(card: WatchedCard): void;
  /** Asks again for every card; answers how many sessions ended. One round at a time: a second call joins the first. */
  again(now: Instant): Promise<number>;
  /** What is watched, for the one that takes over at a reload. */
  cards(): readonly WatchedCard[];
}

const mostWatched = 20_000;

/** `end` ends the session and everything that lives by it; it is called once for a card and session. */
export function createCardWatch(
  revocation: Revocation,
  end: (card: WatchedCard) => Promise<void>,
): CardWatch {
  const watched = new Map<SessionId, WatchedCard>();
  let round: Promise<number> | undefined;
  const judge = async (card: WatchedCard, now: Instant): Promise<number> => {
    const { status } = await revocation.check(card.chain, now);
    // Not known is no reason to end what was known to be good a moment ago: the next card is refused, this one ages out.
    if (status !== 'revoked') return 0;
    await end(card);
    watched.delete(card.session);
    return 1;
  };
  const all = async (now: Instant): Promise<number> => {
    let ended = 0;
    for (const card of [...watched.values()]) {
      if (now >= card.until) watched.delete(card.session);
      // A store that fails now is asked in the next round: the card stays on the list.
      else ended += await judge(card, now).catch(() => 0);
    }
    return ended;
  };
  return {
    note: (card) => keepNewest(watched, card.session, card, mostWatched),
    again: (now) => {
      round ??= all(now).finally(() => {
        round = undefined;
      });
      return round;
    },
    cards: () => [...watched.values()],
  };
}
