// The rule of counting, apart from where the counts are kept: given what the sets hold at one moment, is the batch
// granted, and if not, why. Every store but Redis (which says the same in Lua) asks this function inside its own atomic
// step; the contract suite holds them equal.
import type { Charge, Charged, RecordKey, SetLimit, TallyLimit } from './budget-store.ts';

/** What a store knows at the moment of asking. Reads must be of one moment: inside the transaction, or without an await. */
export interface Counts {
  /** Last time the record was seen in the set after `since`, under either of its keys; undefined when it was not. */
  seenAt(set: string, record: RecordKey, since: number): number | undefined;
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
  const { presence, novelty, fleet } = charge;
  const moves = fleet === undefined ? [] : timesIn(fleet.of, charge, records, counts, now);
  const fresh =
    presence === undefined
      ? 0
      : records.length - timesIn(presence.freeWithin, charge, records, counts, now).length;
  const novel =
    novelty === undefined ? 0 : unseen(novelty.known, novelty.horizonMilliseconds, records, counts, now);
  const ended = presence === undefined || now > presence.expiresAt;
  const left = ended ? 0 : Math.max(0, presence.records - counts.spent(presence.proof));
  const over =
    (fleet && overTally(fleet, records.length - moves.length, counts, now)) ??
    firstOver(charge.limits, records, counts, now) ??
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

/** Last-seen times of those records that are in the set's window. */
function timesIn(
  set: string,
  charge: Charge,
  records: readonly RecordKey[],
  counts: Counts,
  now: number,
): readonly number[] {
  const limit = charge.limits.find((one) => one.set === set);
  if (limit === undefined) throw new TypeError('a charge names a set it does not limit');
  return records
    .map((record) => counts.seenAt(set, record, now - limit.windowMilliseconds))
    .filter((at) => at !== undefined);
}

function unseen(
  set: string,
  window: number,
  records: readonly RecordKey[],
  counts: Counts,
  now: number,
): number {
  return records.filter((record) => counts.seenAt(set, record, now - window) === undefined).length;
}

function firstOver(
  limits: readonly SetLimit[],
  records: readonly RecordKey[],
  counts: Counts,
  now: number,
): Over | undefined {
  for (const limit of limits) {
    const added = unseen(limit.set, limit.windowMilliseconds, records, counts, now);
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
