// Sessions in memory: the specification of SessionStore. Whether a session lives is judged by the caller; here it is
// only swept, long after.
import type { AccountId, TokenDigest } from '../ids.ts';
import type { Session } from '../session.ts';
import type { SessionStore } from '../stores.ts';
import { instantOf } from '../time.ts';

interface Shelf {
  readonly byDigest: Map<TokenDigest, Session>;
  readonly byAccount: Map<AccountId, Set<TokenDigest>>;
}

/** Sessions that are swept `kept` milliseconds after they were opened. */
export function memorySessions(kept: number): SessionStore {
  const shelf: Shelf = { byDigest: new Map(), byAccount: new Map() };
  return {
    create: async (digest, session) => {
      const isOver = ([, old]: [TokenDigest, Session]): boolean => old.openedAt < session.openedAt - kept;
      sweep(shelf.byDigest.entries(), isOver, ([old]) => discard(shelf, old));
      insert(shelf, digest, session);
    },
    load: async (digest) => shelf.byDigest.get(digest),
    replace: async (from, to, session) => {
      if (!discard(shelf, from)) return 'gone';
      insert(shelf, to, session);
      return 'replaced';
    },
    touch: async (digest, seenAt) => {
      const session = shelf.byDigest.get(digest);
      if (session === undefined) return;
      shelf.byDigest.set(digest, { ...session, seenAt: instantOf(Math.max(session.seenAt, seenAt)) });
    },
    list: async (account) => {
      const held = heldBy(shelf, account).map(([, session]) => session);
      return held.sort((a, b) => b.openedAt - a.openedAt);
    },
    end: async (account, which) => {
      const hit = heldBy(shelf, account).filter(([, { id }]) => which === 'all' || which.includes(id));
      for (const [digest] of hit) discard(shelf, digest);
      return hit.length;
    },
  };
}

function insert(shelf: Shelf, digest: TokenDigest, session: Session): void {
  shelf.byDigest.set(digest, session);
  shelf.byAccount.set(session.account, (shelf.byAccount.get(session.account) ?? new Set()).add(digest));
}

function discard(shelf: Shelf, digest: TokenDigest): boolean {
  const session = shelf.byDigest.get(digest);
  if (session === undefined) return false;
  const own = shelf.byAccount.get(session.account);
  own?.delete(digest);
  if (own?.size === 0) shelf.byAccount.delete(session.account);
  return shelf.byDigest.delete(digest);
}

function heldBy(shelf: Shelf, account: AccountId): readonly (readonly [TokenDigest, Session])[] {
  return [...(shelf.byAccount.get(account) ?? [])].flatMap((digest) => {
    const session = shelf.byDigest.get(digest);
    return session === undefined ? [] : [[digest, session] as const];
  });
}

/** Discards from the oldest on until one is not over yet: what is left behind waits for its neighbour, no longer. */
export function sweep<T>(
  oldestFirst: Iterable<T>,
  isOver: (one: T) => boolean,
  discard: (one: T) => void,
): void {
  for (const one of oldestFirst) {
    if (!isOver(one)) return;
    discard(one);
  }
}
