// What a request costs and who pays: which sets count it, under which caps, and which presence. The semantics and their
// proof are in docs/bulk-queries.md; the store makes it one atomic fact.
import { elapsed, type Instant, type Proof, type Seconds, secondsOf } from '@palier/mfa-core';
import type { BudgetClass, Budgets, PresenceSize } from '../config/budget-settings.ts';
import type { Identity } from '../identity/identity.ts';
import type { BudgetStore, Charge, Charged, SetLimit } from './budget-store.ts';
import type { CountedRecord } from './record-rule.ts';

type Account = Identity & { readonly kind: 'account' };
export type CapName = 'account' | 'organisation' | 'fleet' | 'new-records' | 'misses';

export type Spent =
  | { readonly outcome: 'spent'; readonly fresh: number; readonly left: number }
  | { readonly outcome: 'presence-used-up' }
  /** One answer names more persons than a whole presence buys: a new gesture would not help, a narrower question does. */
  | { readonly outcome: 'too-many-at-once' }
  | { readonly outcome: 'cap'; readonly retryAfter: Seconds; readonly cap: CapName }
  | { readonly outcome: 'stronger-proof'; readonly because: 'novelty' | 'tempo' | 'canary' | 'class' };

export interface Spend {
  readonly identity: Account;
  /** The proof whose presence pays. Undefined pays for nothing. */
  readonly proof: Proof | undefined;
  readonly records: readonly CountedRecord[];
  readonly now: Instant;
  /** False in observe mode: everything is counted, and the answer says what would have been. */
  readonly enforce: boolean;
}

export interface Budget {
  spend(spend: Spend): Promise<Spent>;
  miss(miss: Omit<Spend, 'proof'>): Promise<Spent>;
  /** What the presence of this proof still buys. */
  left(proof: Proof, identity: Account, now: Instant): Promise<number>;
}

const day = 86_400_000;

export function createBudget(store: BudgetStore, budgets: Budgets): Budget {
  const classOf = (identity: Account): BudgetClass => {
    const found = budgets.classes.get(identity.class) ?? budgets.classes.get('default');
    if (found === undefined) throw new TypeError('the budgets have no class called default');
    return found;
  };
  return {
    spend: async ({ identity, proof, records, now, enforce }) => {
      if (proof === undefined) return { outcome: 'presence-used-up' };
      const own = classOf(identity);
      const size = sizeOf(own, proof);
      if (size === undefined) return { outcome: 'stronger-proof', because: 'class' };
      const { charged, wouldBe } = await store.consume(
        chargeOf(budgets, own, identity, proof, size, records, enforce),
        now,
      );
      const verdict = wouldBe ?? charged;
      const untouched = verdict.outcome === 'presence-used-up' && verdict.left >= size.records;
      if (untouched && elapsed(proof.at, now) <= size.within) return { outcome: 'too-many-at-once' };
      return spentOf(verdict, now);
    },
    miss: async ({ identity, records, now, enforce }) => {
      const limits = [
        { set: `miss:${identity.account}`, windowMilliseconds: day, cap: classOf(identity).misses },
      ];
      const charge = { records, fleet: undefined, limits, presence: undefined, novelty: undefined, enforce };
      const { charged, wouldBe } = await store.consume(charge, now);
      return spentOf(wouldBe ?? charged, now);
    },
    left: async (proof, identity, now) => {
      const size = sizeOf(classOf(identity), proof);
      const live = size !== undefined && elapsed(proof.at, now) <= size.within;
      return live ? store.left(proof.id, size.records, now) : 0;
    },
  };
}

/** What a proof of this kind buys in this class; undefined when the class gives nothing for it. */
function sizeOf(own: BudgetClass, proof: Proof): PresenceSize | undefined {
  if (isCode(proof)) return own.code;
  return own.key.accept === 'card' && !isCard(proof) ? undefined : own.key;
}

function isCode(proof: Proof): boolean {
  return proof.kind === 'totp' || proof.kind === 'recovery-code';
}

function isCard(proof: Proof): boolean {
  return proof.kind === 'card' || (proof.kind === 'webauthn' && proof.cardClass);
}

/**
 * Codes have a set of their own, and repeats are free only inside it: what phished codes can show is bounded by their
 * cap, whatever the account saw with a passkey the same day (promise 2).
 */
function chargeOf(
  budgets: Budgets,
  own: BudgetClass,
  identity: Account,
  proof: Proof,
  size: PresenceSize,
  records: readonly CountedRecord[],
  enforce: boolean,
): Charge {
  const account = `account:${identity.account}`;
  const code = `code:${identity.account}`;
  const limits: (SetLimit | undefined)[] = [
    identity.organisation === undefined
      ? undefined
      : limit(`organisation:${identity.organisation}`, budgets.organisation),
    limit(account, isCard(proof) ? own.day.cardCeiling : own.day.ceiling),
    isCode(proof) ? limit(code, own.code?.day) : undefined,
  ];
  const expiresAt = (proof.at + size.within * 1000) as Instant;
  return {
    records,
    fleet:
      budgets.fleet === undefined
        ? undefined
        : {
            tally: 'fleet',
            of: account,
            windowMilliseconds: day,
            bucketMilliseconds: day / 96,
            cap: budgets.fleet,
          },
    limits: limits.filter((one) => one !== undefined),
    presence: {
      proof: proof.id,
      records: size.records,
      expiresAt,
      freeWithin: isCode(proof) ? code : account,
    },
    novelty: {
      known: `known:${identity.account}`,
      horizonMilliseconds: 365 * day,
      limit: {
        tally: `new:${identity.account}`,
        windowMilliseconds: 30 * day,
        bucketMilliseconds: day / 4,
        cap: own.newRecords.ceiling,
      },
    },
    enforce,
  };
}

function limit(set: string, cap: number | undefined): SetLimit | undefined {
  return cap === undefined ? undefined : { set, windowMilliseconds: day, cap };
}

function spentOf(charged: Charged, now: Instant): Spent {
  if (charged.outcome === 'granted') return { outcome: 'spent', fresh: charged.fresh, left: charged.left };
  if (charged.outcome === 'presence-used-up') return { outcome: 'presence-used-up' };
  return {
    outcome: 'cap',
    retryAfter: secondsOf(Math.max(1, (charged.retryAt - now) / 1000)),
    cap: capName(charged.limit),
  };
}

function capName(limit: string): CapName {
  if (limit === 'fleet') return 'fleet';
  if (limit.startsWith('organisation:')) return 'organisation';
  if (limit.startsWith('new:')) return 'new-records';
  return limit.startsWith('miss:') ? 'misses' : 'account';
}
