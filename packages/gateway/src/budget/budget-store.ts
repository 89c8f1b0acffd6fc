// The port of counting: last-seen sets, tallies, presences, and one verb that checks and consumes them all or not at
// all. Semantics and proof: docs/bulk-queries.md. The theorem needs last-seen (not first-seen) times and refresh on
// release; the negative controls in test/properties/budget.test.ts show what happens without.
import type { Instant, ProofId } from '@palier/mfa-core';
import type { RecordDigest } from './record-rule.ts';

/** One person's key in the sets. While keys rotate a person may still be there under `previous`: both are one. */
export interface RecordKey {
  readonly digest: RecordDigest;
  readonly previous?: RecordDigest;
}

/**
 * A cap on distinct records: at most `cap` members of the set with a last-seen time in (now - window, now]. A set has
 * one window for its whole life: members older than the window of the charge that touches the set are forgotten.
 */
export interface SetLimit {
  /** `account:<id>`, `code:<id>`, `organisation:<id>`, `miss:<id>`, `glass:<id>`. */
  readonly set: string;
  readonly windowMilliseconds: number;
  readonly cap: number;
}

/**
 * A cap on something too large or too long for a set: counted by buckets of time. It over-counts by at most what the
 * oldest bucket holds and never under-counts.
 */
export interface TallyLimit {
  /** `fleet` or `new:<id>`. */
  readonly tally: string;
  readonly windowMilliseconds: number;
  readonly bucketMilliseconds: number;
  readonly cap: number;
}

export interface Charge {
  /** Repeats inside one batch count once. */
  readonly records: readonly RecordKey[];
  /**
   * The widest circle: counts the members of `of` (one of `limits`) by the time they were last seen, over all sets
   * charged with this tally. A person seen by two accounts is two.
   */
  readonly fleet: (TallyLimit & { readonly of: string }) | undefined;
  /** Checked in this order; wider circles first. */
  readonly limits: readonly SetLimit[];
  /** The presence that pays: each record not seen in `freeWithin` (one of `limits`) costs one. Undefined: nothing pays. */
  readonly presence:
    | {
        readonly proof: ProofId;
        readonly records: number;
        readonly expiresAt: Instant;
        readonly freeWithin: string;
      }
    | undefined;
  /** Records not in `known` within the horizon are novel: they count in `limit` and are then known. */
  readonly novelty:
    | { readonly known: string; readonly horizonMilliseconds: number; readonly limit: TallyLimit }
    | undefined;
  /** False in observe mode: everything is recorded, nothing refused, and the answer says what would have been. */
  readonly enforce: boolean;
}

export type Charged =
  /** `fresh`: records the presence paid for; `novel`: never seen before by this account; `left`: what the presence still buys. */
  | { readonly outcome: 'granted'; readonly fresh: number; readonly novel: number; readonly left: number }
  /** `fresh`: what the batch would cost. More than a whole presence: no gesture helps. */
  | { readonly outcome: 'presence-used-up'; readonly fresh: number; readonly left: number }
  /** `limit`: the set or tally that is full. `retryAt`: when the same batch would fit if nothing else came. */
  | { readonly outcome: 'cap'; readonly limit: string; readonly retryAt: Instant };

export interface Consumed {
  readonly charged: Charged;
  /** In observe mode what would have been answered instead; undefined when it is the same. */
  readonly wouldBe: Charged | undefined;
}

/**
 * How much longer than it lasts a store knows what a presence has shown: by a clock that is behind, or was put back, it may
 * still be bought from.
 */
export const presenceSpare = 3_600_000;

export interface BudgetStore {
  /**
   * Checks every limit and the presence against the whole batch, then marks every record seen at `now`: all or nothing,
   * atomically, also across instances. Repeats inside `freeWithin` are free for the presence and refresh the time.
   * A refused batch changes nothing. An error may have counted (over-count), and never means granted.
   */
  consume(charge: Charge, now: Instant): Promise<Consumed>;
  /** How many records the presence still buys; its full size when it was never used. */
  left(presence: ProofId, records: number, now: Instant): Promise<number>;
  /** Distinct members of a set within the window that ends at `now`. */
  count(set: string, windowMilliseconds: number, now: Instant): Promise<number>;
}
