// The rule of counting, apart from where the counts are kept: given what the sets hold now, is the batch granted, and
// if not, why. Every store asks this one function inside its own atomic step.
import type { Instant } from '@palier/mfa-core';
import type { Charge, Charged, SetLimit } from './budget-store.ts';

/** What a store knows at the moment of asking. Reads must be of one moment: inside the transaction, or without an await. */
export interface Counts {
  /** Last time the record was released into the set; undefined when never, or forgotten. */
  lastSeen(set: string, record: string): number | undefined;
  /** Times in the set after `since`, oldest first: at most cap + batch of them are ever needed. */
  times(set: string, since: number): readonly number[];
  /** Records the presence has paid for so far. */
  spent(proof: string): number;
}

export interface Judgement {
  readonly charged: Charged;
  /** Records never seen by the account before: they become known. */
  readonly novel: readonly string[];
  readonly fresh: number;
}

/** Judges a charge: the presence first (a gesture helps), then every cap in order (only time helps). */
export function judge(charge: Charge, counts: Counts, now: Instant): Judgement {
  const { presence, novelty } = charge;
  const records = [...new Set(charge.records)];
  const within = (limit: SetLimit, record: string): boolean => (counts.lastSeen(limit.set, record) ?? -Infinity) > now - limit.windowMilliseconds;
  const freeLimit = charge.limits.find((limit) => limit.set === presence?.freeWithin);
  const fresh = records.filter((record) => freeLimit === undefined || !within(freeLimit, record)).length;
  const novel = novelty === undefined ? [] : records.filter((record) => (counts.lastSeen(novelty.known, record) ?? -Infinity) <= now - novelty.horizonMilliseconds);
  const over = charge.limits.find((limit) => exceeds(limit, records, counts, within, now)) ?? (novelty !== undefined && novel.length > 0 && exceeds(novelty.limit, novel, counts, within, now) ? novelty.limit : undefined);
  const left = presence === undefined ? 0 : presence.records - counts.spent(presence.proof);
  const charged = verdict();
  return { charged, novel, fresh };

  function verdict(): Charged {
    if (over !== undefined) return { outcome: 'cap', set: over.set, retryAt: retryAt(over, counts, now) };
    if (presence !== undefined && (now > presence.expiresAt || fresh > left)) return { outcome: 'presence-used-up', left: Math.max(0, left) };
    return { outcome: 'granted', fresh, novel: novel.length, left: left - fresh };
  }
}

function exceeds(limit: SetLimit, records: readonly string[], counts: Counts, within: (limit: SetLimit, record: string) => boolean, now: number): boolean {
  const added = records.filter((record) => !within(limit, record)).length;
  return added > 0 && counts.times(limit.set, now - limit.windowMilliseconds).length + added > limit.cap;
}

/** When the oldest member leaves the window; at once if the cap is smaller than the batch (then nothing but a smaller batch helps). */
function retryAt(limit: SetLimit, counts: Counts, now: Instant): Instant {
  const oldest = counts.times(limit.set, now - limit.windowMilliseconds)[0];
  return ((oldest ?? now) + limit.windowMilliseconds) as Instant;
}
