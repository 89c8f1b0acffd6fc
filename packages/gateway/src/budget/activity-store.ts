// The port of an account's own history: how many persons a day, how many of them new, since when. It only moves caps
// between their floor and their ceiling; no bound rests on it. Kept in the durable store.
import type { AccountId, Instant } from '@palier/mfa-core';

/** One UTC day of one account, counted in days since 1970-01-01. */
export interface DayCount {
  readonly day: number;
  readonly distinct: number;
  /** Those of `distinct` whom the account had not seen in a year. */
  readonly novel: number;
}

/** An account's personal caps as they stood on a day, before the ceiling of a class is applied. */
export interface Allowance {
  readonly setOn: number;
  readonly day: number;
  readonly newRecords: number;
}

export interface ActivityStore {
  /** Answers what the day has now, with what every other instance added: the detector of novelty reads it there. */
  addDay(account: AccountId, count: DayCount): Promise<DayCount>;
  /** Days with anything on them, `from` to `to` inclusive, in order. Older than 60 days may be forgotten. */
  history(account: AccountId, from: number, to: number): Promise<readonly DayCount[]>;
  /** When the account was first seen; now, and kept, when never before. Of concurrent callers one instant wins. */
  firstSeen(account: AccountId, now: Instant): Promise<Instant>;
  allowance(account: AccountId): Promise<Allowance | undefined>;
  keepAllowance(account: AccountId, allowance: Allowance): Promise<void>;
  /**
   * The mark under which the shared counts were begun; `proposed`, and kept, when there is none. Another mark in Redis,
   * or none, means that counts were lost (A125).
   */
  epoch(proposed: string): Promise<string>;
  /**
   * The highest turn of the shared counts that anybody told under this mark, `told` included; `told` under another one. It
   * outlives the instances: a Redis that has fewer came back with less.
   */
  turn(mark: string, told: number): Promise<number>;
  /** The operator accepted a loss: this mark counts from now on. */
  renewEpoch(mark: string): Promise<void>;
}
