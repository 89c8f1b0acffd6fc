// What the detectors look at, and what they find.
import type { AccountId, Instant } from '@palier/mfa-core';
import type { DayCount } from './activity-store.ts';
import type { AlarmKind } from './alarm.ts';

/** One look-up that cost something: repeats of the day are not looked at, or they would calm both detectors for free. */
export interface LookUp {
  readonly account: AccountId;
  /** The presence that paid: about one browser. */
  readonly presence: string;
  readonly fresh: number;
  readonly novel: number;
  readonly now: Instant;
  /** The account's own share of new persons; undefined while nobody can say: then novelty is all but blind. */
  readonly usual: number | undefined;
  /** What the account has seen today over all instances, this look-up included; undefined: nobody says. */
  readonly total?: DayCount | undefined;
}

export interface Finding {
  readonly kind: AlarmKind;
  readonly sentence: { readonly fr: string; readonly en: string };
}
