// What a request costs and who pays. The store makes each charge one atomic fact; here it is decided what is charged,
// and an answer is made of the outcome. Nothing here bans: caps pass with time, everything else with a gesture.
import { elapsed, type Instant, instantOf, type Proof, type Seconds, secondsOf } from '@palier/mfa-core';
import type { BudgetClass, Budgets } from '../config/budget-settings.ts';
import type { AlarmKind } from './alarm.ts';
import type { Caps } from './allowance.ts';
import type { BudgetStore, Charged, Consumed } from './budget-store.ts';
import {
  type Accept,
  type Account,
  chargeOf,
  classOf,
  glassOf,
  isCard,
  isCode,
  missOf,
  sizeOf,
  strongerIn,
} from './charge.ts';
import type { CircleFull, Circles } from './circles.ts';
import type { BrokenGlass } from './exemption.ts';
import type { CountedRecord } from './record-rule.ts';
import { noWatch, type ReachedCap, type Watch } from './watch.ts';

export type CapName = 'account' | 'organisation' | 'fleet' | 'new-records' | 'misses';

export type Spent =
  | { readonly outcome: 'spent'; readonly fresh: number; readonly left: number }
  /** A fresh proof of the same kind helps. */
  | { readonly outcome: 'presence-used-up' }
  /** No proof of this kind shows so many at once: asking for gesture after gesture would end nowhere. */
  | { readonly outcome: 'too-many-at-once' }
  | { readonly outcome: 'cap'; readonly retryAfter: Seconds; readonly cap: CapName }
  /** `accept`: the proofs that help. `class`: this one buys nothing in this class. `code-cap`: codes have shown all they may today. */
  | {
      readonly outcome: 'stronger-proof';
      readonly because: AlarmKind | 'class';
      readonly accept: Accept;
    }
  | {
      readonly outcome: 'stronger-proof';
      readonly because: 'code-cap';
      readonly accept: Accept;
      /** From when codes show somebody again. */
      readonly again: Instant;
    };

export interface Spend {
  readonly identity: Account;
  /** The proof whose presence pays. Undefined pays for nothing. */
  readonly proof: Proof | undefined;
  readonly records: readonly CountedRecord[];
  readonly now: Instant;
  /** False in observe mode: everything is counted, and the answer says what would have been. */
  readonly enforce: boolean;
  /** True when the answer named the records: a list may show one that nobody asked for. One alone was asked for. */
  readonly listed?: boolean | undefined;
  /** Break-glass under way: it pays instead, within its own bound. */
  readonly glass?: BrokenGlass | undefined;
}

export interface Budget {
  /** Charges records; call it before anything is shown. In observe mode a refusal is only the opinion of the counters. */
  spend(spend: Spend): Promise<Spent>;
  miss(miss: Pick<Spend, 'identity' | 'records' | 'now' | 'enforce'>): Promise<Spent>;
  /** What the presence of this proof still buys. */
  left(proof: Proof, identity: Account, now: Instant): Promise<number>;
}

/** What is kept of caps that many share, and who is told when one is met. */
export interface SharedCaps {
  readonly circles: Circles;
  readonly full: (full: CircleFull) => void;
}

/**
 * Without a watch no history is kept and nothing is detected: caps are the ceilings of the class. `countedSince` says
 * since when the store has counted without a loss.
 */
export function createBudget(
  store: BudgetStore,
  budgets: Budgets,
  watch: Watch = noWatch,
  countedSince: () => Instant = () => instantOf(0),
  shared?: SharedCaps,
): Budget {
  return {
    spend: async (spend) => {
      const spent = await pay(store, budgets, watch, {
        ...spend,
        proof: standing(spend.proof, countedSince()),
      });
      if (shared !== undefined) noteShared(shared, spend, spent);
      return spent;
    },
    miss: async ({ identity, records, now, enforce }) => {
      const own = classOf(budgets, identity);
      return spentOf(
        await store.consume(missOf(own, { identity, records, enforce }), now),
        own,
        undefined,
        now,
      );
    },
    left: async (proof, identity, now) => {
      const size = sizeOf(classOf(budgets, identity), proof);
      const live =
        size !== undefined && standing(proof, countedSince()) && elapsed(proof.at, now) <= size.within;
      return live ? store.left(proof.id, size.records, now) : 0;
    },
  };
}

function noteShared({ circles, full }: SharedCaps, { identity, now }: Spend, spent: Spent): void {
  if (spent.outcome === 'spent') circles.note(identity, spent.fresh, now);
  if (spent.outcome !== 'cap' || (spent.cap !== 'organisation' && spent.cap !== 'fleet')) return;
  const told = circles.met(spent.cap, identity, now);
  if (told !== undefined) full(told);
}

/** When counts were lost nobody knows what a presence of before has shown: it is void, and a fresh proof helps (A125). */
function standing(proof: Proof | undefined, since: Instant): Proof | undefined {
  return proof !== undefined && proof.at < since ? undefined : proof;
}

async function pay(store: BudgetStore, budgets: Budgets, watch: Watch, spend: Spend): Promise<Spent> {
  const { identity, proof, records, now, enforce, glass, listed = false } = spend;
  const own = classOf(budgets, identity);
  if (glass !== undefined && glass.account === identity.account && now < glass.until) {
    const broken = await store.consume(glassOf(glass.id, glass.records, records, enforce), now);
    const asked = !listed || records.length === 1;
    if (broken.charged.outcome === 'granted')
      await watch.noteCanaries({ account: identity.account, records, asked, now, enforce });
    return spentOf(broken, own, undefined, now);
  }
  if (proof === undefined) return { outcome: 'presence-used-up' };
  const size = sizeOf(own, proof);
  if (size === undefined) return { outcome: 'stronger-proof', because: 'class', accept: strongerIn(own) };
  const alarm = await watch.unanswered({ account: identity.account, proof, now, enforce });
  const stronger: Spent | undefined = alarm && {
    outcome: 'stronger-proof',
    because: alarm.kind,
    accept: strongerIn(own),
  };
  if (stronger !== undefined && enforce) return stronger;
  const caps = await watch.caps(identity.account, own, isCard(proof), now);
  const consumed = await store.consume(
    chargeOf({ budgets, own, identity, proof, size, caps, records, enforce }),
    now,
  );
  const { charged } = consumed;
  if (charged.outcome === 'granted') {
    await watch.note({
      account: identity.account,
      proof,
      records,
      asked: !listed || records.length === 1,
      fresh: charged.fresh,
      novel: charged.novel,
      now,
      enforce,
    });
  }
  const answer = stronger ?? spentOf(consumed, own, { proof, most: size.records }, now);
  const cap = reachedIn(answer, own, caps);
  if (cap !== undefined && enforce) {
    const { account, class: kind } = identity;
    await watch.capped({ account, class: kind, ...cap, at: now });
  }
  return answer;
}

/** The cap of the account's own that refused, if one did; for those it shares see circles.ts. */
function reachedIn(
  answer: Spent,
  own: BudgetClass,
  caps: Caps,
): Pick<ReachedCap, 'cap' | 'most'> | undefined {
  if (answer.outcome === 'stronger-proof' && answer.because === 'code-cap')
    return { cap: 'codes', most: own.code?.day ?? 0 };
  if (answer.outcome !== 'cap') return undefined;
  if (answer.cap === 'account') return { cap: 'account', most: caps.day };
  return answer.cap === 'new-records' ? { cap: 'new-records', most: caps.newRecords } : undefined;
}

interface Asked {
  readonly proof: Proof;
  readonly most: number;
}

function spentOf(
  { charged, wouldBe }: Consumed,
  own: BudgetClass,
  asked: Asked | undefined,
  now: Instant,
): Spent {
  const outcome: Charged = wouldBe ?? charged;
  if (outcome.outcome === 'granted') return { outcome: 'spent', fresh: outcome.fresh, left: outcome.left };
  if (outcome.outcome === 'presence-used-up') {
    return {
      outcome: asked !== undefined && outcome.fresh > asked.most ? 'too-many-at-once' : 'presence-used-up',
    };
  }
  if (asked !== undefined && isCode(asked.proof) && outcome.limit.startsWith('code:')) {
    return {
      outcome: 'stronger-proof',
      because: 'code-cap',
      accept: strongerIn(own),
      again: outcome.retryAt,
    };
  }
  return {
    outcome: 'cap',
    retryAfter: secondsOf(Math.max(1, Math.ceil((outcome.retryAt - now) / 1000))),
    cap: capName(outcome.limit),
  };
}

function capName(limit: string): CapName {
  if (limit === 'fleet') return 'fleet';
  if (limit.startsWith('organisation:')) return 'organisation';
  if (limit.startsWith('new:')) return 'new-records';
  return limit.startsWith('miss:') ? 'misses' : 'account';
}
