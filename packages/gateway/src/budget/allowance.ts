// An account's own caps: what it usually does times 3.5, between the floor and the ceiling of its class. Pure. Personal
// caps shorten what a thief of an account gets; the bound that is promised is the ceiling.
import type { Instant } from '@palier/mfa-core';
import type { BudgetClass } from '../config/budget-settings.ts';
import type { Allowance, DayCount } from './activity-store.ts';

const dayMilliseconds = 86_400_000;
/** Days of history that are looked at, and how many of them must have been worked. */
const span = 28;
const warm = 5;
const factor = 3.5;
/** Ten percent a week: whoever drives an account slowly cannot raise its cap 3.5 times a month. */
const weeklyGrowth = 1.1;
/** An account in its first 30 days has half the ceilings and no caps of its own yet. */
const starting = 30;

/** What is known of an account on one day. */
export interface Standing {
  readonly firstSeen: Instant;
  /** The last 28 days before today. */
  readonly history: readonly DayCount[];
  readonly previous: Allowance | undefined;
  /** An alarm stands: the caps do not grow. */
  readonly frozen: boolean;
}

export interface Caps {
  readonly day: number;
  readonly newRecords: number;
}

/** Days since 1970-01-01, UTC. */
export function dayOf(now: Instant): number {
  return Math.floor(now / dayMilliseconds);
}

export function historySpan(today: number): { readonly from: number; readonly to: number } {
  return { from: today - span, to: today - 1 };
}

export function isStarting({ firstSeen }: Standing, now: Instant): boolean {
  return now - firstSeen < starting * dayMilliseconds;
}

/** Today's allowance; undefined while the account has too little history for one. */
export function allowanceOf(
  own: BudgetClass,
  { history, previous, frozen }: Standing,
  today: number,
): Allowance | undefined {
  const worked = history.filter(({ distinct }) => distinct > 0);
  if (worked.length < warm) return previous;
  const mean = worked.reduce((sum, { distinct }) => sum + distinct, 0) / worked.length;
  const novel = (worked.reduce((sum, one) => sum + one.novel, 0) * 30) / span;
  const weeks = Math.min(span, Math.max(0, today - (previous?.setOn ?? today))) / 7;
  const growth = frozen ? 1 : weeklyGrowth ** weeks;
  const grown = (wanted: number, before: number | undefined, floor: number): number =>
    Math.max(floor, before === undefined ? wanted : Math.min(wanted, before * growth));
  return {
    setOn: today,
    day: Math.min(own.day.cardCeiling, grown(factor * mean, previous?.day, own.day.floor)),
    newRecords: Math.min(
      own.newRecords.ceiling,
      grown(factor * novel, previous?.newRecords, own.newRecords.floor),
    ),
  };
}

/** The caps that hold now. A card lifts the ceiling of the day, not what is usual for the account. */
export function capsOf(
  own: BudgetClass,
  allowance: Allowance | undefined,
  starts: boolean,
  withCard: boolean,
): Caps {
  const ceiling = withCard ? own.day.cardCeiling : own.day.ceiling;
  if (starts) return { day: Math.ceil(ceiling / 2), newRecords: Math.ceil(own.newRecords.ceiling / 2) };
  return {
    day: Math.floor(Math.min(ceiling, allowance?.day ?? ceiling)),
    newRecords: Math.floor(Math.min(own.newRecords.ceiling, allowance?.newRecords ?? own.newRecords.ceiling)),
  };
}

/** Share of new persons among those the account sees; undefined without enough history to say. */
export function noveltyRate({ history }: Pick<Standing, 'history'>): number | undefined {
  const worked = history.filter(({ distinct }) => distinct > 0);
  if (worked.length < warm) return undefined;
  const distinct = worked.reduce((sum, one) => sum + one.distinct, 0);
  return worked.reduce((sum, one) => sum + one.novel, 0) / distinct;
}
