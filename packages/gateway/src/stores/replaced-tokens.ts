// Which session a token belonged to that a gesture has just replaced. The other tabs' requests that were under way carry it
// still: it opens nothing (A199), but a new session for them would come with a cookie that takes the place of the new one,
// and the gesture would be lost. Remembered for seconds, in this process only: elsewhere such a request is a stranger's.
import {
  type AccountId,
  digestToken,
  parseSessionToken,
  type SessionId,
  type SessionStore,
  type TokenDigest,
} from '@palier/mfa-core';

export const rememberMilliseconds = 10_000;

/** The session behind a token of this account that was replaced a moment ago. Says nothing of whether it still stands. */
export type Replaced = (token: string, account: AccountId) => SessionId | undefined;

interface Place {
  readonly session: SessionId;
  readonly account: AccountId;
  readonly until: number;
}

/** `now` is in milliseconds and never goes back (`performance.now`). */
export function rememberReplaced(
  store: SessionStore,
  now: () => number,
): { readonly store: SessionStore; readonly replaced: Replaced } {
  const places = new Map<TokenDigest, Place>();
  const replace: SessionStore['replace'] = async (from, to, session) => {
    const outcome = await store.replace(from, to, session);
    if (outcome !== 'replaced' || from === to) return outcome;
    for (const [old, { until }] of places) {
      if (until > now()) break;
      places.delete(old);
    }
    places.set(from, { session: session.id, account: session.account, until: now() + rememberMilliseconds });
    return outcome;
  };
  const replaced: Replaced = (text, account) => {
    const token = parseSessionToken(text);
    const place = token && places.get(digestToken(token));
    return place?.account === account && now() < place.until ? place.session : undefined;
  };
  return {
    store: {
      create: (digest, session) => store.create(digest, session),
      load: (digest) => store.load(digest),
      replace,
      touch: (digest, seenAt) => store.touch(digest, seenAt),
      list: (account) => store.list(account),
      end: (account, which) => store.end(account, which),
    },
    replaced,
  };
}
