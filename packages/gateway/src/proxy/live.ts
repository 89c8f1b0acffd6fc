// Exchanges that outlive a decision: WebSockets and event streams. They end with the session, the account or the proof
// they live by, within a second of its end (A085). Owns no rule about when that is: whoever sweeps brings it.
import type { AccountId, SessionId } from '@palier/mfa-core';
import type { PermitTerms } from '../gate/permit.ts';

export interface LiveExchange {
  readonly terms: PermitTerms;
  /** Closes both sides at once; called at most once. */
  end(): void;
}

export type Whose = { readonly session: SessionId } | { readonly account: AccountId };

export interface LiveExchanges {
  /** Keeps one until it is removed or cut; call what comes back when it ends by itself. */
  add(exchange: LiveExchange): () => void;
  /** Ends everything of a session or an account at once, and says how many. */
  cut(whose: Whose): number;
  /**
   * Ends what `mayLive` no longer allows; a rejection counts as no. Call it twice a second: that finds what ended by age,
   * or on another instance. One exchange is judged once at a time however slow the judgement is.
   */
  sweep(mayLive: (terms: PermitTerms) => Promise<boolean>): Promise<void>;
  cutAll(): number;
  readonly size: number;
}

export function createLiveExchanges(): LiveExchanges {
  // A list whose holes are filled from its end, not a set: see `errand` in link.ts.
  const open: Kept[] = [];
  const remove = (kept: Kept): boolean => {
    const { place } = kept;
    if (place === -1) return false;
    const last = open.pop();
    if (last !== undefined && last !== kept) {
      open[place] = last;
      last.place = place;
    }
    kept.place = -1;
    return true;
  };
  const end = (kept: Kept): boolean => {
    const removed = remove(kept);
    if (removed) kept.exchange.end();
    return removed;
  };
  const judge = async (kept: Kept, mayLive: (terms: PermitTerms) => Promise<boolean>): Promise<void> => {
    kept.judged = true;
    const may = await mayLive(kept.exchange.terms).catch(() => false);
    kept.judged = false;
    if (!may) end(kept);
  };
  const endAll = (chosen: readonly Kept[]): number => chosen.filter(end).length;
  return {
    add: (exchange) => {
      const kept = { exchange, place: open.length, judged: false };
      open.push(kept);
      return () => void remove(kept);
    },
    cut: (whose) => endAll(open.filter(({ exchange }) => belongs(exchange.terms, whose))),
    sweep: async (mayLive) => {
      await Promise.all(open.filter(({ judged }) => !judged).map((kept) => judge(kept, mayLive)));
    },
    cutAll: () => endAll([...open]),
    get size() {
      return open.length;
    },
  };
}

interface Kept {
  readonly exchange: LiveExchange;
  /** Where it stands in the list; -1 once it is out. */
  place: number;
  judged: boolean;
}

function belongs({ session, identity }: PermitTerms, whose: Whose): boolean {
  if ('session' in whose) return session?.id === whose.session;
  return identity.kind === 'account' && identity.account === whose.account;
}
