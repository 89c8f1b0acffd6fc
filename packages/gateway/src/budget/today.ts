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
  allowance(account: AccountId, own: BudgetClass, now: Instant): Promise<Allowance | undefined>;
  forget(account: AccountId): void;
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
    allowance: async (account, own, now) => {
      const { day, standing } = await of(account, now);
      const allowance = allowanceOf(own, standing, day);
      if (allowance === undefined || allowance.setOn !== day || standing.previous?.setOn === day)
        return allowance;
      await activity.keepAllowance(account, allowance);
      const today = await of(account, now);
      keepNewest(kept, account, { ...today, standing: { ...standing, previous: allowance } }, capacity);
      return allowance;
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
