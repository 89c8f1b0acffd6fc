// Who used up a cap that many share: one account of an organisation can spend the organisation's, nineteen the fleet's, and
// everybody else is then told to wait. No count can tell the thief's share from the others', so the operator is told whose
// it was. As far as this instance saw it today and yesterday: no bound rests on it.
import type { AccountId, Instant } from '@palier/mfa-core';
import { dayOf } from './allowance.ts';
import type { Account } from './charge.ts';

export type SharedCap = 'organisation' | 'fleet';

/** A shared cap was met. */
export interface CircleFull {
  readonly cap: SharedCap;
  /** The organisation; undefined for the fleet. */
  readonly name: string | undefined;
  /** Those who were shown most, most first; at most five. */
  readonly most: readonly { readonly account: AccountId; readonly records: number }[];
  /** How many accounts were shown anybody. */
  readonly accounts: number;
  readonly at: Instant;
}

export interface Circles {
  /** Persons were shown to an account. */
  note(identity: Account, fresh: number, now: Instant): void;
  /** A shared cap refused this account; undefined when that was told within the hour. */
  met(cap: SharedCap, identity: Account, now: Instant): CircleFull | undefined;
}

type Shares = Map<AccountId, number>;

interface Circle {
  day: number;
  today: Shares;
  yesterday: Shares;
  toldAt: number;
}

const tellEvery = 3_600_000;
const capacity = 100_000;
const longestList = 5;

export function createCircles(): Circles {
  const circles = new Map<string, Circle>();
  const circleOf = (cap: SharedCap, identity: Account, now: Instant): Circle => {
    const key = cap === 'fleet' ? cap : `organisation:${identity.organisation ?? ''}`;
    const day = dayOf(now);
    const known = circles.get(key) ?? { day, today: new Map(), yesterday: new Map(), toldAt: -tellEvery };
    if (known.day !== day) {
      known.yesterday = known.day === day - 1 ? known.today : new Map();
      [known.today, known.day] = [new Map(), day];
    }
    if (circles.size < capacity || circles.has(key)) circles.set(key, known);
    return known;
  };
  return {
    note: (identity, fresh, now) => {
      if (fresh === 0) return;
      const caps: readonly SharedCap[] =
        identity.organisation === undefined ? ['fleet'] : ['fleet', 'organisation'];
      for (const cap of caps) {
        const { today } = circleOf(cap, identity, now);
        const { account } = identity;
        if (today.size < capacity || today.has(account))
          today.set(account, (today.get(account) ?? 0) + fresh);
      }
    },
    met: (cap, identity, now) => {
      const circle = circleOf(cap, identity, now);
      if (Math.abs(now - circle.toldAt) < tellEvery) return undefined;
      circle.toldAt = now;
      const shares = new Map(circle.yesterday);
      for (const [account, records] of circle.today)
        shares.set(account, (shares.get(account) ?? 0) + records);
      const most = [...shares]
        .map(([account, records]) => ({ account, records }))
        .sort((a, b) => b.records - a.records)
        .slice(0, longestList);
      const name = cap === 'fleet' ? undefined : identity.organisation;
      return { cap, name, most, accounts: shares.size, at: now };
    },
  };
}
