// The rule of counting, apart from where the counts are kept: given what the sets hold at one moment, is the batch
// granted, and if not, why. Every store but Redis (which says the same in Lua) asks this function inside its own atomic
// step; the contract suite holds them equal.
import type { Charge, Charged, RecordKey, SetLimit, TallyLimit } from './budget-store.ts';

/** What a store knows at the moment of asking. Reads must be of one moment: inside the transaction, or without an await. */
export interface Counts {
  /** Last-seen times, under either of their keys, of those records that were seen in the set after `since`. */
  seen(set: string, records: readonly RecordKey[], since: number): readonly number[];
  /** Members of the set last seen after `since`. */
  live(set: string, since: number): number;
  /** Sum of the buckets that reach past `since`. */
  tallied(limit: TallyLimit, since: number): number;
  /** Records the presence has paid for so far. */
  spent(proof: string): number;
}

/** A limit that the batch would pass, and how many of its members must leave before the batch fits. */
export type Over =
  | { readonly kind: 'set'; readonly limit: SetLimit; readonly excess: number }
  | { readonly kind: 'tally'; readonly limit: TallyLimit; readonly excess: number };

export interface Judgement {
  /** Whether the batch is granted; `left` is what the presence buys afterwards. */
  readonly verdict: 'granted' | 'presence-used-up' | Over;
  /** The batch without its repeats. */
  readonly records: readonly RecordKey[];
  /** Records the presence pays for. */
  readonly fresh: number;
  /** Records the account did not know. */
  readonly novel: number;
  /** Where the fleet's count of each record must be taken from, when it was counted before. */
  readonly moves: readonly number[];
  readonly left: number;
}

/** Judges a charge: every cap first (only time helps), then the presence (a gesture helps). */
export function judge(charge: Charge, counts: Counts, now: number): Judgement {
  const records = distinct(charge.records);
  const { presence, novelty, fleet, limits } = charge;
  // Each set is asked once; fleet and presence then read what was found in theirs.
  const seen = limits.map((limit) => counts.seen(limit.set, records, now - limit.windowMilliseconds));
  const moves = fleet === undefined ? [] : foundIn(fleet.of, limits, seen);
  const fresh =
    presence === undefined ? 0 : records.length - foundIn(presence.freeWithin, limits, seen).length;
  const novel =
    novelty === undefined
      ? 0
      : records.length - counts.seen(novelty.known, records, now - novelty.horizonMilliseconds).length;
  const ended = presence === undefined || now > presence.expiresAt;
  const left = ended ? 0 : Math.max(0, presence.records - counts.spent(presence.proof));
  const over =
    (fleet && overTally(fleet, records.length - moves.length, counts, now)) ??
    firstOver(limits, records.length, seen, counts, now) ??
    (novelty && overTally(novelty.limit, novel, counts, now));
  const short = presence !== undefined && (ended || fresh > left);
  return {
    verdict: over ?? (short ? 'presence-used-up' : 'granted'),
    records,
    fresh,
    novel,
    moves,
    left,
  };
}

/** The answer of a store; `retryAt` is asked for only when a cap is met. */
export function chargedOf(
  { verdict, fresh, novel, left }: Judgement,
  retryAt: (over: Over) => number,
): Charged {
  if (verdict === 'granted') return { outcome: 'granted', fresh, novel, left: Math.max(0, left - fresh) };
  if (verdict === 'presence-used-up') return { outcome: 'presence-used-up', fresh, left };
  const limit = verdict.kind === 'set' ? verdict.limit.set : verdict.limit.tally;
  return {
    outcome: 'cap',
    limit,
    retryAt: Math.ceil(retryAt(verdict)) as Extract<Charged, { outcome: 'cap' }>['retryAt'],
  };
}

/** What was recorded although it would have been refused. */
export function observedOf({ fresh, novel, left }: Judgement): Charged {
  return { outcome: 'granted', fresh, novel, left: Math.max(0, left - fresh) };
}

/** First and last bucket of a window that ends at `now`: those that reach past `now - window`. */
export function bucketsOf(limit: TallyLimit, now: number): { readonly first: number; readonly last: number } {
  const { windowMilliseconds, bucketMilliseconds } = limit;
  return {
    first: Math.floor((now - windowMilliseconds) / bucketMilliseconds),
    last: Math.floor(now / bucketMilliseconds),
  };
}

function distinct(records: readonly RecordKey[]): readonly RecordKey[] {
  return records.length < 2
    ? records
    : [...new Map(records.map((record) => [record.digest, record])).values()];
}

type Found = readonly (readonly number[])[];

/** What was found in one of the charge's sets. */
function foundIn(set: string, limits: readonly SetLimit[], seen: Found): readonly number[] {
  const found = seen[limits.findIndex((limit) => limit.set === set)];
  if (found === undefined) throw new TypeError('a charge names a set it does not limit');
  return found;
}

function firstOver(
  limits: readonly SetLimit[],
  records: number,
  seen: Found,
  counts: Counts,
  now: number,
): Over | undefined {
  for (const [place, limit] of limits.entries()) {
    const added = records - (seen[place]?.length ?? 0);
    if (added === 0) continue;
    const excess = counts.live(limit.set, now - limit.windowMilliseconds) + added - limit.cap;
    if (excess > 0) return { kind: 'set', limit, excess };
  }
  return undefined;
}

function overTally(limit: TallyLimit, added: number, counts: Counts, now: number): Over | undefined {
  if (added === 0) return undefined;
  const excess = counts.tallied(limit, now - limit.windowMilliseconds) + added - limit.cap;
  return excess > 0 ? { kind: 'tally', limit, excess } : undefined;
}
