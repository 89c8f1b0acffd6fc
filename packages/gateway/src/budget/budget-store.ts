// The port of counting: last-seen sets, presences, and one verb that checks and consumes them all or not at all.
// Semantics: /docs "bulk queries"; the theorem needs last-seen (not first-seen) times and refresh on release.
import type { Instant, ProofId } from '@palier/mfa-core';
import type { RecordDigest } from './record-rule.ts';

/** A cap on distinct records: at most `cap` distinct members of the set with a last-seen time in (now - window, now]. */
export interface SetLimit {
  /** `account:<id>`, `code:<id>`, `organisation:<id>`, `fleet`, `new:<id>`, `miss:<id>`. */
  readonly set: string;
  readonly windowMilliseconds: number;
  readonly cap: number;
}

export interface Charge {
  readonly records: readonly RecordDigest[];
  /** Checked in this order; wider circles first, so that they can only over-count. */
  readonly limits: readonly SetLimit[];
  /** The presence that pays: each record not seen in `freeWithin` in its window costs one. Undefined: nothing pays (misses). */
  readonly presence:
    | { readonly proof: ProofId; readonly records: number; readonly expiresAt: Instant; readonly freeWithin: string }
    | undefined;
  /**
   * Records the account has never seen in `horizonMilliseconds` also count in `limit.set`, and are then known.
   * Undefined: no such cap.
   */
  readonly novelty: { readonly known: string; readonly horizonMilliseconds: number; readonly limit: SetLimit } | undefined;
  /** False in observe mode: everything is recorded, nothing refused, and the answer says what would have been. */
  readonly enforce: boolean;
}

export type Charged =
  /** `fresh`: records the presence paid for; `novel`: never seen before by this account; `left`: what the presence still buys. */
  | { readonly outcome: 'granted'; readonly fresh: number; readonly novel: number; readonly left: number }
  | { readonly outcome: 'presence-used-up'; readonly left: number }
  | { readonly outcome: 'cap'; readonly set: string; readonly retryAt: Instant };

export interface BudgetStore {
  /**
   * Checks every limit and the presence against the whole batch, then marks every record seen at `now`: all or nothing,
   * atomically, also across instances. Repeats inside `freeWithin` are free for the presence and refresh the time.
   */
  consume(charge: Charge, now: Instant): Promise<{ readonly charged: Charged; readonly wouldBe: Charged | undefined }>;
  /** How many records the presence still buys; its full size when it was never used. */
  left(presence: ProofId, records: number, now: Instant): Promise<number>;
  /** Distinct members of a set within the window that ends at `now`. */
  count(set: string, windowMilliseconds: number, now: Instant): Promise<number>;
}
