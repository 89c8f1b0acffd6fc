// What a look-up is charged against: which sets count it, under which caps, and which presence pays. The semantics and
// their proof are in docs/bulk-queries.md.
import type { Instant, Proof, ProofKind } from '@palier/mfa-core';
import type { BudgetClass, Budgets, PresenceSize } from '../config/budget-settings.ts';
import type { Identity } from '../identity/identity.ts';
import type { Caps } from './allowance.ts';
import type { Charge, SetLimit } from './budget-store.ts';
import type { CountedRecord } from './record-rule.ts';

export type Account = Identity & { readonly kind: 'account' };

/** Which kinds of proof would buy something where this one does not. */
export type Accept = readonly [ProofKind, ...ProofKind[]];

export const dayMilliseconds = 86_400_000;
const horizonMilliseconds = 365 * dayMilliseconds;

export function classOf(budgets: Budgets, identity: Pick<Account, 'class'>): BudgetClass {
  const found = budgets.classes.get(identity.class) ?? budgets.classes.get('default');
  if (found === undefined) throw new TypeError('the budgets have no class called default');
  return found;
}

/** What a proof of this kind buys in this class; undefined when the class gives nothing for it. */
export function sizeOf(own: BudgetClass, proof: Proof): PresenceSize | undefined {
  if (isCode(proof)) return own.code;
  return own.key.accept === 'card' && !isCard(proof) ? undefined : own.key;
}

/** What can be phished: it pays from a small purse of its own. */
export function isCode(proof: Proof): boolean {
  return proof.kind === 'totp' || proof.kind === 'recovery-code';
}

export function isCard(proof: Proof): boolean {
  return proof.kind === 'card' || (proof.kind === 'webauthn' && proof.cardClass);
}

/** The proofs that buy the large presence of a class. */
export function strongerIn(own: BudgetClass): Accept {
  return own.key.accept === 'card' ? ['card'] : ['webauthn', 'card'];
}

export interface Purchase {
  readonly budgets: Budgets;
  readonly own: BudgetClass;
  readonly identity: Account;
  readonly proof: Proof;
  readonly size: PresenceSize;
  readonly caps: Caps;
  readonly records: readonly CountedRecord[];
  readonly enforce: boolean;
}

/**
 * Codes have a set of their own, and repeats are free only inside it: what phished codes can show is bounded by their
 * cap, whatever the account saw with a passkey the same day (promise 2). All of it counts for the account as well.
 */
export function chargeOf({ budgets, own, identity, proof, size, caps, records, enforce }: Purchase): Charge {
  const account = `account:${identity.account}`;
  const code = `code:${identity.account}`;
  const limits = [
    identity.organisation === undefined
      ? undefined
      : dayLimit(`organisation:${identity.organisation}`, budgets.organisation),
    isCode(proof) ? dayLimit(code, own.code?.day) : undefined,
    dayLimit(account, caps.day),
  ];
  const fleet = {
    tally: 'fleet',
    of: account,
    windowMilliseconds: dayMilliseconds,
    bucketMilliseconds: dayMilliseconds / 96,
  };
  const expiresAt = (proof.at + size.within * 1000) as Instant;
  return {
    records,
    fleet: budgets.fleet === undefined ? undefined : { ...fleet, cap: budgets.fleet },
    limits: limits.filter((one) => one !== undefined),
    presence: {
      proof: proof.id,
      records: size.records,
      expiresAt,
      freeWithin: isCode(proof) ? code : account,
    },
    novelty: {
      known: `known:${identity.account}`,
      horizonMilliseconds,
      limit: newLimit(identity, caps.newRecords),
    },
    enforce,
  };
}

/** A look-up that found nobody: that the person is not there is knowledge too (A113). */
export function missOf(
  own: BudgetClass,
  { identity, records, enforce }: Pick<Purchase, 'identity' | 'records' | 'enforce'>,
): Charge {
  const limits = [{ set: `miss:${identity.account}`, windowMilliseconds: dayMilliseconds, cap: own.misses }];
  return { records, fleet: undefined, limits, presence: undefined, novelty: undefined, enforce };
}

/** Break-glass: bounded by its own size and by nothing else, so that an alarm or a cap never refuses care in silence. */
export function glassOf(
  id: string,
  cap: number,
  records: readonly CountedRecord[],
  enforce: boolean,
): Charge {
  const limits = [{ set: `glass:${id}`, windowMilliseconds: dayMilliseconds, cap }];
  return { records, fleet: undefined, limits, presence: undefined, novelty: undefined, enforce };
}

function dayLimit(set: string, cap: number | undefined): SetLimit | undefined {
  return cap === undefined ? undefined : { set, windowMilliseconds: dayMilliseconds, cap };
}

function newLimit(identity: Account, cap: number): NonNullable<Charge['novelty']>['limit'] {
  return {
    tally: `new:${identity.account}`,
    windowMilliseconds: 30 * dayMilliseconds,
    bucketMilliseconds: dayMilliseconds / 4,
    cap,
  };
}
