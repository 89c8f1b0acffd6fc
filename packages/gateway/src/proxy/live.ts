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
  const open = new Set<LiveExchange>();
  const judged = new Set<LiveExchange>();
  const end = (exchange: LiveExchange): boolean => {
    if (!open.delete(exchange)) return false;
    exchange.end();
    return true;
  };
  const endAll = (chosen: Iterable<LiveExchange>): number => [...chosen].filter(end).length;
  const judge = async (
    exchange: LiveExchange,
    mayLive: (terms: PermitTerms) => Promise<boolean>,
  ): Promise<void> => {
    judged.add(exchange);
    const may = await mayLive(exchange.terms).catch(() => false);
    judged.delete(exchange);
    if (!may) end(exchange);
  };
  return {
    add: (exchange) => {
      open.add(exchange);
      return () => void open.delete(exchange);
    },
    cut: (whose) => endAll([...open].filter(({ terms }) => belongs(terms, whose))),
    sweep: async (mayLive) => {
      const due = [...open].filter((exchange) => !judged.has(exchange));
      await Promise.all(due.map((exchange) => judge(exchange, mayLive)));
    },
    cutAll: () => endAll(open),
    get size() {
      return open.size;
    },
  };
}

function belongs({ session, identity }: PermitTerms, whose: Whose): boolean {
  if ('session' in whose) return session?.id === whose.session;
  return identity.kind === 'account' && identity.account === whose.account;
}
