// Sign-ins in SQLite, beside mfa-core's tables. A guess is one write transaction over all its lanes.
import type { DatabaseSync } from 'node:sqlite';
import { type AccountId, instantOf } from '@palier/mfa-core';
import { inTransaction, migrate, type SchemaPart } from '@palier/mfa-core/stores/sqlite';
import { emptyAt, judgeGuess, type LaneCount, leaked } from '../sign-in/lane-count.ts';
import type { GuessStore, SignInStores, WatchedStore } from '../sign-in/sign-in-store.ts';
import { textOf } from './standing-rows.ts';

const schema: SchemaPart = {
  name: 'sign-in',
  migrations: [
    `CREATE TABLE sign_in_lane (name TEXT PRIMARY KEY, level INTEGER NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL, empty_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE INDEX sign_in_lane_empty ON sign_in_lane (empty_at);
     CREATE TABLE watched_sign_in (digest TEXT PRIMARY KEY, account TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE INDEX watched_sign_in_until ON watched_sign_in (until);`,
  ],
};

export function sqliteSignIns(database: DatabaseSync): SignInStores {
  migrate(database, schema);
  return { guesses: guessesIn(database), watched: watchedIn(database) };
}

function guessesIn(database: DatabaseSync): GuessStore {
  const read = database.prepare('SELECT level, at, until FROM sign_in_lane WHERE name = ?');
  const write = database.prepare(
    'INSERT INTO sign_in_lane (name, level, at, until, empty_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET level = excluded.level, at = excluded.at, until = excluded.until, empty_at = excluded.empty_at',
  );
  const remove = database.prepare('DELETE FROM sign_in_lane WHERE name = ?');
  const sweep = database.prepare('DELETE FROM sign_in_lane WHERE empty_at <= ?');
  const giveBack = database.prepare(
    'UPDATE sign_in_lane SET level = max(0, level - 1), until = 0 WHERE name = ?',
  );
  return {
    reserve: async (lanes, now) =>
      inTransaction(database, () => {
        const counts = lanes.map(({ name }) => laneIn(read.get(name)));
        const { reserved, next } = judgeGuess(lanes, counts, now);
        for (const [index, count] of next?.entries() ?? []) {
          const lane = lanes[index];
          if (lane === undefined) continue;
          const times = [count.at, count.until, emptyAt(count, lane.leak)].map(Math.floor);
          write.run(lane.name, count.level, ...times);
        }
        if (next !== undefined) sweep.run(now);
        return reserved;
      }),
    forgive: async (clear, back) =>
      inTransaction(database, () => {
        for (const name of clear) remove.run(name);
        for (const name of back) giveBack.run(name);
      }),
    level: async (name, leak, now) => leaked(laneIn(read.get(name)), leak, now).level,
  };
}

function laneIn(row: Readonly<Record<string, unknown>> | undefined): LaneCount | undefined {
  return row && { level: Number(row['level']), at: Number(row['at']), until: Number(row['until']) };
}

function watchedIn(database: DatabaseSync): WatchedStore {
  const sweep = database.prepare('DELETE FROM watched_sign_in WHERE until <= ?');
  const remove = database.prepare('DELETE FROM watched_sign_in WHERE digest = ?');
  const insert = database.prepare('INSERT INTO watched_sign_in (digest, account, until) VALUES (?, ?, ?)');
  const find = database.prepare('SELECT account, until FROM watched_sign_in WHERE digest = ? AND until > ?');
  return {
    bind: async (digest, { account, until }, now) =>
      inTransaction(database, () => {
        sweep.run(now);
        if (remove.run(digest).changes > 0) return 'taken';
        insert.run(digest, account, until);
        return 'bound';
      }),
    find: async (digest, now) => {
      const row = find.get(digest, now);
      return row && { account: textOf(row['account']) as AccountId, until: instantOf(Number(row['until'])) };
    },
    end: async (digest) => remove.run(digest).changes > 0,
  };
}
