// Sessions that were read a moment ago, kept for the next requests of the same page: a browser sends a dozen at once.
// What this process changes counts at once; what another one ends counts at the latest `keepMilliseconds` later, well
// within the second that revocation may take. Proofs are safe: whoever spends or changes one asks the store itself.
import type { Session, SessionStore, TokenDigest } from '@palier/mfa-core';

export const keepMilliseconds = 200;

/** `now` is in milliseconds and never goes back (`performance.now`). */
export function recentSessions(store: SessionStore, now: () => number): SessionStore {
  let since = 0;
  let kept = new Map<TokenDigest, Promise<Session | undefined>>();
  const forget = (): void => {
    since = now();
    kept = new Map();
  };
  /** A read that began before a change ended may have seen the old state: what came so far is forgotten after it. */
  const changing = async <T>(change: Promise<T>): Promise<T> => change.finally(forget);
  return {
    create: (digest, session) => changing(store.create(digest, session)),
    load: (digest) => {
      if (now() - since >= keepMilliseconds) forget();
      const known = kept.get(digest);
      if (known !== undefined) return known;
      const [read, into] = [store.load(digest), kept];
      into.set(digest, read);
      read.catch(() => into.delete(digest));
      return read;
    },
    replace: (from, to, session) => changing(store.replace(from, to, session)),
    touch: (digest, seenAt) => changing(store.touch(digest, seenAt)),
    list: (account) => store.list(account),
    end: (account, which) => changing(store.end(account, which)),
  };
}
