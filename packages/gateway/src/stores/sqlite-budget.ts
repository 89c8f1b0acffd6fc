// Counting in SQLite, beside mfa-core's tables: each charge is one write transaction, so several processes on one file
// count as one.
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, migrate, type SchemaPart } from '@palier/mfa-core/stores/sqlite';
import type { Instant } from '@palier/mfa-core';
import type { BudgetStore, Charge } from '../budget/budget-store.ts';
import { type Counts, judge } from '../budget/judge.ts';

const schema: SchemaPart = {
  name: 'budget',
  migrations: [
    `CREATE TABLE last_seen (set_name TEXT NOT NULL, record TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (set_name, record)) STRICT, WITHOUT ROWID;
     CREATE INDEX last_seen_at ON last_seen (set_name, at);
     CREATE TABLE presence (proof TEXT PRIMARY KEY, spent INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE INDEX presence_expiry ON presence (expires_at);`,
  ],
};

export function sqliteBudgetStore(database: DatabaseSync): BudgetStore {
  migrate(database, schema);
  const seen = database.prepare('SELECT at FROM last_seen WHERE set_name = ? AND record = ?');
  const times = database.prepare('SELECT at FROM last_seen WHERE set_name = ? AND at > ? ORDER BY at');
  const spent = database.prepare('SELECT spent FROM presence WHERE proof = ?');
  const counts: Counts = {
    lastSeen: (set, record) => numberIn(seen.get(set, record)?.['at']),
    times: (set, since) => times.all(set, since).map((row) => Number(row['at'])),
    spent: (proof) => Number(spent.get(proof)?.['spent'] ?? 0),
  };
  const marker = marking(database);
  return {
    consume: async (charge, now) =>
      inTransaction(database, () => {
        const { charged, novel, fresh } = judge(charge, counts, now);
        const granted = charged.outcome === 'granted';
        if (granted || !charge.enforce) marker(charge, novel, fresh, now);
        return { charged, wouldBe: charge.enforce || granted ? undefined : charged };
      }),
    left: async (proof, records) => Math.max(0, records - counts.spent(proof)),
    count: async (set, window, now) => counts.times(set, now - window).length,
  };
}

function numberIn(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}

type Mark = (charge: Charge, novel: readonly string[], fresh: number, now: Instant) => void;

function marking(database: DatabaseSync): Mark {
  const upsert = database.prepare('INSERT INTO last_seen (set_name, record, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at');
  const prune = database.prepare('DELETE FROM last_seen WHERE set_name = ? AND at <= ?');
  const pay = database.prepare('INSERT INTO presence (proof, spent, expires_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET spent = spent + excluded.spent');
  const expire = database.prepare('DELETE FROM presence WHERE expires_at < ?');
  const touch = (set: string, records: readonly string[], now: number, window: number): void => {
    for (const record of records) upsert.run(set, record, now);
    if (records.length > 0) prune.run(set, now - window);
  };
  return ({ limits, novelty, presence, records }, novel, fresh, now) => {
    for (const limit of limits) touch(limit.set, records, now, limit.windowMilliseconds);
    if (novelty !== undefined) {
      touch(novelty.known, records, now, novelty.horizonMilliseconds);
      touch(novelty.limit.set, novel, now, novelty.limit.windowMilliseconds);
    }
    if (presence === undefined) return;
    expire.run(now);
    pay.run(presence.proof, fresh, presence.expiresAt);
  };
}
