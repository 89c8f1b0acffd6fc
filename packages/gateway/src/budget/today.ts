// What an account's own history says of today: read once a day, and anew when something changes it.
import type { AccountId, Instant } from '@palier/mfa-core';
import { keepNewest } from '../bounded-map.ts';
import type { BudgetClass } from '../config/budget-settings.ts';
import type { ActivityStore, Allowance } from './activity-store.ts';
import { allowanceOf, dayOf, historySpan, isStarting, noveltyRate, type Standing } from './allowance.ts';

export interface Today {
  readonly day: number;
  readonly standing: Standing;
  readonly starts: boolean;
  /** New persons a day, as usual; undefined where too little is known. */
  readonly usual: number | undefined;
}

export interface Todays {
  of(account: AccountId, now: Instant): Promise<Today>;
  /** What the account may see today, if enough is known; kept with its first look-up of the day: tomorrow's grows from it. */
  allowed(account: AccountId, own: BudgetClass, now: Instant): Promise<Allowed>;
  forget(account: AccountId): void;
}

export interface Allowed extends Pick<Today, 'starts'> {
  readonly allowance: Allowance | undefined;
}

const capacity = 100_000;

/** `isFrozen`: whether an alarm stands, under which caps do not grow. */
export function createTodays(
  activity: ActivityStore,
  isFrozen: (account: AccountId, now: Instant) => Promise<boolean>,
): Todays {
  const kept = new Map<AccountId, Today>();
  const of: Todays['of'] = async (account, now) => {
    const known = kept.get(account);
    if (known?.day === dayOf(now)) return known;
    const read = await readToday(activity, account, await isFrozen(account, now), now);
    keepNewest(kept, account, read, capacity);
    return read;
  };
  return {
    of,
    allowed: async (account, own, now) => {
      const { day, standing, starts } = await of(account, now);
      const allowance = allowanceOf(own, standing, day);
      const isKept = allowance?.setOn !== day || standing.previous?.setOn === day;
      if (allowance === undefined || isKept) return { allowance, starts };
      await activity.keepAllowance(account, allowance);
      // An alarm may have had it read anew meanwhile.
      const today = await of(account, now);
      keepNewest(kept, account, { ...today, standing: { ...standing, previous: allowance } }, capacity);
      return { allowance, starts: today.starts };
    },
    forget: (account) => void kept.delete(account),
  };
}

async function readToday(
  activity: ActivityStore,
  account: AccountId,
  frozen: boolean,
  now: Instant,
): Promise<Today> {
  const day = dayOf(now);
  const { from, to } = historySpan(day);
  const firstSeen = await activity.firstSeen(account, now);
  const history = await activity.history(account, from, to);
  const standing: Standing = { firstSeen, history, previous: await activity.allowance(account), frozen };
  return { day, standing, starts: isStarting(standing, now), usual: noveltyRate(standing) };
}
