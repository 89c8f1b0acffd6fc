// Counting in SQLite, beside mfa-core's tables: each charge is one write transaction, so several processes on one file
// count as one. A commit of a charge survives kill -9, not always a power cut: nobody can cut the power by asking.
import type { DatabaseSync } from 'node:sqlite';
import { migrate, type SchemaPart } from '@palier/mfa-core/stores/sqlite';
import {
  type BudgetStore,
  type Charge,
  type Consumed,
  presenceSpare,
  type RecordKey,
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
import { unsynced } from './sqlite-unsynced.ts';

const schema: SchemaPart = {
  name: 'counting',
  migrations: [
    `CREATE TABLE budget_seen (name TEXT NOT NULL, record TEXT NOT NULL, at INTEGER NOT NULL, gone_at INTEGER NOT NULL, PRIMARY KEY (name, record)) STRICT, WITHOUT ROWID;
     CREATE INDEX budget_seen_at ON budget_seen (name, at);
     CREATE INDEX budget_seen_gone ON budget_seen (gone_at);
     CREATE TABLE budget_tally (name TEXT NOT NULL, bucket INTEGER NOT NULL, held INTEGER NOT NULL, gone_at INTEGER NOT NULL, PRIMARY KEY (name, bucket)) STRICT, WITHOUT ROWID;
     CREATE TABLE budget_presence (proof TEXT PRIMARY KEY, spent INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
  ],
};

/** One in so many charges also forgets what left every window. */
const sweepEvery = 512;

export function sqliteBudgetStore(database: DatabaseSync): BudgetStore {
  migrate(database, schema);
  const counts = countsOf(database);
  const mark = marking(database);
  const retryAt = retrying(database);
  const sweep = sweeping(database);
  const consume = (charge: Charge, now: number): Consumed => {
    const judgement = judge(charge, counts, now);
    const charged = chargedOf(judgement, (over) => retryAt(over, now));
    const granted = charged.outcome === 'granted';
    if (!granted && charge.enforce) return { charged, wouldBe: undefined };
    mark(charge, judgement, now);
    sweep(now);
    return granted ? { charged, wouldBe: undefined } : { charged: observedOf(judgement), wouldBe: charged };
  };
  return {
    consume: inTurns((group) =>
      unsynced(database, () => group.map(({ charge, now }) => consume(charge, now))),
    ),
    left: async (proof, records) => Math.max(0, records - counts.spent(proof)),
    count: async (set, window, now) => counts.live(set, now - window),
  };
}

interface Asked {
  readonly charge: Charge;
  readonly now: number;
}

/**
 * Charges that come in one turn of the event loop share a transaction: one lock and one commit for all of them. Each is
 * judged after the one before it, as if alone; a transaction that fails answers none of them.
 */
function inTurns(commit: (group: readonly Asked[]) => readonly Consumed[]): BudgetStore['consume'] {
  let waiting: (Asked & PromiseWithResolvers<Consumed>)[] = [];
  const turn = (): void => {
    const group = waiting;
    waiting = [];
    try {
      const consumed = commit(group);
      for (const [place, one] of group.entries()) one.resolve(consumed[place] as Consumed);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  return (charge, now) => {
    const asked = { charge, now, ...Promise.withResolvers<Consumed>() };
    if (waiting.push(asked) === 1) setImmediate(turn);
    return asked.promise;
  };
}

function countsOf(database: DatabaseSync): Counts {
  const seen = database.prepare(
    'SELECT max(at) AS at FROM budget_seen WHERE name = ? AND record IN (?, ?) AND at > ?',
  );
  const live = database.prepare('SELECT count(*) AS n FROM budget_seen WHERE name = ? AND at > ?');
  const tallied = database.prepare(
    'SELECT coalesce(sum(held), 0) AS n FROM budget_tally WHERE name = ? AND bucket >= ?',
  );
  const spent = database.prepare('SELECT spent FROM budget_presence WHERE proof = ?');
  return {
    seen: (set, records, since) =>
      records
        .map(({ digest, previous = digest }) => optional(seen.get(set, digest, previous, since)?.['at']))
        .filter((at) => at !== undefined),
    live: (set, since) => Number(live.get(set, since)?.['n']),
    tallied: (limit, since) =>
      Number(tallied.get(limit.tally, Math.floor(since / limit.bucketMilliseconds))?.['n']),
    spent: (proof) => Number(spent.get(proof)?.['spent'] ?? 0),
  };
}

function optional(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

type Mark = (charge: Charge, judgement: Judgement, now: number) => void;

function marking(database: DatabaseSync): Mark {
  const touch = touching(database);
  // A new bucket cannot begin below zero: what moves away was counted in a bucket that is still there, or left the window.
  const tally = database.prepare(
    'INSERT INTO budget_tally (name, bucket, held, gone_at) VALUES (?1, ?2, max(0, ?3), ?4) ON CONFLICT DO UPDATE SET held = max(0, held + ?3)',
  );
  const pay = database.prepare(
    'INSERT INTO budget_presence (proof, spent, expires_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET spent = spent + excluded.spent',
  );
  return ({ fleet, limits, novelty, presence }, { records, moves, novel, fresh }, now) => {
    const add = (
      {
        tally: name,
        bucketMilliseconds: size,
        windowMilliseconds: window,
      }: { tally: string; bucketMilliseconds: number; windowMilliseconds: number },
      at: number,
      count: number,
    ): void => void tally.run(name, Math.floor(at / size), count, at + window + size);
    for (const limit of limits) touch(limit.set, records, now, limit.windowMilliseconds);
    if (fleet !== undefined) {
      for (const at of moves) add(fleet, at, -1);
      add(fleet, now, records.length);
    }
    if (novelty !== undefined) {
      touch(novelty.known, records, now, novelty.horizonMilliseconds);
      if (novel > 0) add(novelty.limit, now, novel);
    }
    if (presence !== undefined) pay.run(presence.proof, fresh, presence.expiresAt);
  };
}

type Touch = (set: string, records: readonly RecordKey[], now: number, window: number) => void;

/** Refreshes the records; one that stood under its old key moves to the new one, so rotation changes no count. */
function touching(database: DatabaseSync): Touch {
  const upsert = database.prepare(
    'INSERT INTO budget_seen (name, record, at, gone_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at), gone_at = max(gone_at, excluded.gone_at)',
  );
  const forget = database.prepare('DELETE FROM budget_seen WHERE name = ? AND record = ?');
  return (set, records, now, window) => {
    for (const { digest, previous } of records) {
      if (previous !== undefined) forget.run(set, previous);
      upsert.run(set, digest, now, now + window);
    }
  };
}

/** When the `excess`-th oldest member leaves. A batch larger than the cap never fits: a whole window is the answer. */
function retrying(database: DatabaseSync): (over: Over, now: number) => number {
  const nth = database.prepare(
    'SELECT at FROM budget_seen WHERE name = ? AND at > ? ORDER BY at LIMIT 1 OFFSET ?',
  );
  const buckets = database.prepare(
    'SELECT bucket, held FROM budget_tally WHERE name = ? AND bucket >= ? ORDER BY bucket',
  );
  return (over, now) => {
    const { windowMilliseconds: window } = over.limit;
    if (over.kind === 'set')
      return (optional(nth.get(over.limit.set, now - window, over.excess - 1)?.['at']) ?? now) + window;
    let leaving = 0;
    for (const row of buckets.all(over.limit.tally, bucketsOf(over.limit, now).first)) {
      leaving += Number(row['held']);
      if (leaving >= over.excess) return (Number(row['bucket']) + 1) * over.limit.bucketMilliseconds + window;
    }
    return now + window;
  };
}

function sweeping(database: DatabaseSync): (now: number) => void {
  const statements = [
    'DELETE FROM budget_seen WHERE gone_at <= ?',
    'DELETE FROM budget_tally WHERE gone_at <= ?',
    `DELETE FROM budget_presence WHERE expires_at < ? - ${presenceSpare}`,
  ].map((sql) => database.prepare(sql));
  let charges = 0;
  return (now) => {
    charges = (charges + 1) % sweepEvery;
    if (charges === 0) for (const statement of statements) statement.run(now);
  };
}
