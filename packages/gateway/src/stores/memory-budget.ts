// Counting in memory: the specification, and fast. One process only; check and change happen without an await in
// between. State is lost with the process, so a restart forgets what was spent: for development and single tests.
import {
  type BudgetStore,
  type Charge,
  presenceSpare,
  type RecordKey,
  type TallyLimit,
} from '../budget/budget-store.ts';
import {
  bucketsOf,
  type Counts,
  chargedOf,
  type Judgement,
  judge,
  type Over,
  observedOf,
} from '../budget/judge.ts';
import { LastSeen } from './last-seen.ts';

interface Tables {
  readonly sets: Map<string, LastSeen>;
  readonly tallies: Map<string, Tally>;
  readonly presences: Map<string, { spent: number; readonly expiresAt: number }>;
}

/** Bucket, count, bucket, count: a handful of numbers for most accounts. */
type Tally = number[];

export function memoryBudgetStore(): BudgetStore {
  const tables: Tables = { sets: new Map(), tallies: new Map(), presences: new Map() };
  const counts = countsOf(tables);
  const sweep = sweeping(tables);
  return {
    consume: async (charge, now) => {
      const judgement = judge(charge, counts, now);
      const charged = chargedOf(judgement, (over) => retryAt(tables, over, now));
      const granted = charged.outcome === 'granted';
      if (!granted && charge.enforce) return { charged, wouldBe: undefined };
      mark(tables, charge, judgement, now);
      sweep(now);
      return granted ? { charged, wouldBe: undefined } : { charged: observedOf(judgement), wouldBe: charged };
    },
    left: async (proof, records) => Math.max(0, records - counts.spent(proof)),
    count: async (set, window, now) => counts.live(set, now - window),
  };
}

function countsOf({ sets, tallies, presences }: Tables): Counts {
  return {
    seen: (name, records, since) => {
      const set = sets.get(name);
      const found: number[] = [];
      if (set === undefined) return found;
      for (const { digest, previous } of records) {
        const at =
          set.seenAt(digest, since) ?? (previous === undefined ? undefined : set.seenAt(previous, since));
        if (at !== undefined) found.push(at);
      }
      return found;
    },
    live: (set, since) => sets.get(set)?.live(since) ?? 0,
    tallied: (limit, since) => talliedIn(tallies.get(limit.tally) ?? [], limit, since),
    spent: (proof) => presences.get(proof)?.spent ?? 0,
  };
}

function talliedIn(tally: Tally, limit: TallyLimit, since: number): number {
  const first = Math.floor(since / limit.bucketMilliseconds);
  let sum = 0;
  for (let at = 0; at < tally.length; at += 2) if ((tally[at] ?? 0) >= first) sum += tally[at + 1] ?? 0;
  return sum;
}

/** When the `excess`-th oldest member leaves. A batch larger than the cap never fits: a whole window is the answer. */
function retryAt(tables: Tables, over: Over, now: number): number {
  const { windowMilliseconds } = over.limit;
  if (over.kind === 'set') {
    const times = tables.sets.get(over.limit.set)?.times(now - windowMilliseconds) ?? [];
    return (times.sort((a, b) => a - b)[over.excess - 1] ?? now) + windowMilliseconds;
  }
  const { first } = bucketsOf(over.limit, now);
  const tally = tables.tallies.get(over.limit.tally) ?? [];
  let leaving = 0;
  for (const bucket of tally.filter((one, at) => at % 2 === 0 && one >= first).sort((a, b) => a - b)) {
    leaving += tally[tally.indexOf(bucket) + 1] ?? 0;
    if (leaving >= over.excess) return (bucket + 1) * over.limit.bucketMilliseconds + windowMilliseconds;
  }
  return now + windowMilliseconds;
}

function mark(tables: Tables, charge: Charge, judgement: Judgement, now: number): void {
  const { records } = judgement;
  for (const limit of charge.limits) touch(tables, limit.set, records, now, limit.windowMilliseconds);
  const { fleet, novelty, presence } = charge;
  if (fleet !== undefined) {
    for (const at of judgement.moves) add(tables, fleet, at, -1, now);
    add(tables, fleet, now, records.length, now);
  }
  if (novelty !== undefined) {
    touch(tables, novelty.known, records, now, novelty.horizonMilliseconds);
    if (judgement.novel > 0) add(tables, novelty.limit, now, judgement.novel, now);
  }
  if (presence === undefined) return;
  const paid = tables.presences.get(presence.proof);
  if (paid === undefined)
    tables.presences.set(presence.proof, { spent: judgement.fresh, expiresAt: presence.expiresAt });
  else paid.spent += judgement.fresh;
}

/** Refreshes the records; one that stood under its old key moves to the new one, so rotation changes no count. */
function touch(
  { sets }: Tables,
  name: string,
  records: readonly RecordKey[],
  now: number,
  window: number,
): void {
  if (records.length === 0) return;
  let set = sets.get(name);
  if (set === undefined) {
    set = new LastSeen(window);
    sets.set(name, set);
  }
  for (const { digest, previous } of records) {
    if (previous !== undefined) set.forget(previous);
    set.touch(digest, now);
  }
}

/** Adds to the bucket of `at` and forgets the buckets that left the window. */
function add({ tallies }: Tables, limit: TallyLimit, at: number, count: number, now: number): void {
  const bucket = Math.floor(at / limit.bucketMilliseconds);
  const tally = tallies.get(limit.tally);
  if (tally === undefined) return void tallies.set(limit.tally, [bucket, Math.max(0, count)]);
  const place = tally.findIndex((one, index) => index % 2 === 0 && one === bucket);
  if (place !== -1) {
    tally[place + 1] = Math.max(0, (tally[place + 1] ?? 0) + count);
    return;
  }
  const { first } = bucketsOf(limit, now);
  const kept = tally.filter((_, index) => (tally[index - (index % 2)] ?? 0) >= first);
  tallies.set(limit.tally, [...kept, bucket, Math.max(0, count)]);
}

/** Each charge looks at two sets and two presences, so that what nobody touches any more is forgotten in time. */
function sweeping({ sets, presences }: Tables): (now: number) => void {
  let walk = sets.entries();
  let walkPresences = presences.entries();
  return (now) => {
    for (let step = 0; step < 2; step += 1) {
      const set = walk.next();
      if (set.done === true) walk = sets.entries();
      else if (set.value[1].live(now - set.value[1].window) === 0) sets.delete(set.value[0]);
      const presence = walkPresences.next();
      if (presence.done === true) walkPresences = presences.entries();
      else if (presence.value[1].expiresAt < now - presenceSpare) presences.delete(presence.value[0]);
    }
  };
}
