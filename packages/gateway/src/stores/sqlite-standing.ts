// What is kept about accounts beside the counts, in SQLite: history, alarms, break-glass.
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, migrate, type SchemaPart } from '@palier/mfa-core/stores/sqlite';
import type { ActivityStore } from '../budget/activity-store.ts';
import type { AlarmStore } from '../budget/alarm.ts';
import type { GlassStore } from '../budget/exemption.ts';
import type { KeyMarkStore } from '../keys/key-mark.ts';
import type { StopStore } from '../stops/stop.ts';
import { daysKept } from './memory-standing.ts';
import { unsynced } from './sqlite-unsynced.ts';
import { alarmOf, allowanceIn, dayIn, glassOf, instantIn, stopIn, textOf } from './standing-rows.ts';

const schema: SchemaPart = {
  name: 'standing',
  migrations: [
    `CREATE TABLE activity_day (account TEXT NOT NULL, day INTEGER NOT NULL, seen INTEGER NOT NULL, novel INTEGER NOT NULL, PRIMARY KEY (account, day)) STRICT, WITHOUT ROWID;
     CREATE TABLE activity_first (account TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE activity_allowance (account TEXT PRIMARY KEY, set_on INTEGER NOT NULL, day REAL NOT NULL, new_records REAL NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE activity_epoch (one INTEGER PRIMARY KEY CHECK (one = 1), mark TEXT NOT NULL) STRICT;
     CREATE TABLE alarm (account TEXT NOT NULL, kind TEXT NOT NULL, raised_at INTEGER NOT NULL, until INTEGER NOT NULL, sentence TEXT NOT NULL, PRIMARY KEY (account, kind)) STRICT, WITHOUT ROWID;
     CREATE TABLE broken_glass (id TEXT PRIMARY KEY, account TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL, records INTEGER NOT NULL, reviewed_by TEXT, reviewed_at INTEGER) STRICT, WITHOUT ROWID;
     CREATE INDEX broken_glass_account ON broken_glass (account, at);`,
    `CREATE TABLE stop (kind TEXT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, done_by TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;`,
    `ALTER TABLE activity_epoch ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;`,
    `CREATE TABLE key_mark (one INTEGER PRIMARY KEY CHECK (one = 1), mark TEXT NOT NULL) STRICT;`,
    `ALTER TABLE alarm ADD COLUMN observed INTEGER NOT NULL DEFAULT 0;`,
  ],
};

export interface Standings {
  readonly activity: ActivityStore;
  readonly alarms: AlarmStore;
  readonly glass: GlassStore;
  readonly stops: StopStore;
  readonly keyMark: KeyMarkStore;
}

export function sqliteStandings(database: DatabaseSync): Standings {
  migrate(database, schema);
  return {
    activity: activityIn(database),
    alarms: alarmsIn(database),
    glass: glassIn(database),
    stops: stopsIn(database),
    keyMark: keyMarkIn(database),
  };
}

function activityIn(database: DatabaseSync): ActivityStore {
  const add = database.prepare(
    'INSERT INTO activity_day (account, day, seen, novel) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET seen = seen + excluded.seen, novel = novel + excluded.novel RETURNING day, seen, novel',
  );
  const forget = database.prepare('DELETE FROM activity_day WHERE account = ? AND day <= ?');
  const days = database.prepare(
    'SELECT day, seen, novel FROM activity_day WHERE account = ? AND day BETWEEN ? AND ? ORDER BY day',
  );
  const first = database.prepare(
    'INSERT INTO activity_first (account, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = at RETURNING at',
  );
  const allowance = database.prepare(
    'SELECT set_on, day, new_records FROM activity_allowance WHERE account = ?',
  );
  const keep = database.prepare(
    'INSERT INTO activity_allowance (account, set_on, day, new_records) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET set_on = excluded.set_on, day = excluded.day, new_records = excluded.new_records',
  );
  const epoch = database.prepare(
    'INSERT INTO activity_epoch (one, mark) VALUES (1, ?) ON CONFLICT DO UPDATE SET mark = mark RETURNING mark',
  );
  const renew = database.prepare(
    'INSERT INTO activity_epoch (one, mark) VALUES (1, ?) ON CONFLICT DO UPDATE SET mark = excluded.mark, turn = 0',
  );
  const turn = database.prepare(
    'UPDATE activity_epoch SET turn = max(turn, ?) WHERE mark = ? RETURNING turn',
  );
  return {
    addDay: async (account, { day, distinct, novel }) =>
      unsynced(database, () => {
        const total = add.get(account, day, distinct, novel) ?? {};
        forget.run(account, day - daysKept);
        return dayIn(total);
      }),
    history: async (account, from, to) => days.all(account, from, to).map(dayIn),
    firstSeen: async (account, now) => instantIn(first.get(account, now)?.['at']),
    allowance: async (account) => allowanceIn(allowance.get(account)),
    keepAllowance: async (account, { setOn, day, newRecords }) =>
      void keep.run(account, setOn, day, newRecords),
    epoch: async (proposed) => textOf(epoch.get(proposed)?.['mark']),
    turn: async (mark, told) => {
      const row = unsynced(database, () => turn.get(told, mark));
      return row === undefined ? told : Number(row['turn']);
    },
    renewEpoch: async (mark) => void renew.run(mark),
  };
}

function alarmsIn(database: DatabaseSync): AlarmStore {
  const raise = database.prepare(
    'INSERT INTO alarm (account, kind, raised_at, until, sentence, observed) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET raised_at = excluded.raised_at, until = excluded.until, sentence = excluded.sentence, observed = excluded.observed',
  );
  const forget = database.prepare('DELETE FROM alarm WHERE until <= ?');
  const standing = database.prepare('SELECT * FROM alarm WHERE account = ? AND until > ?');
  const list = database.prepare('SELECT * FROM alarm WHERE until > ? ORDER BY raised_at DESC');
  const end = database.prepare('DELETE FROM alarm WHERE account = ?');
  return {
    raise: async ({ account, kind, raisedAt, until, sentence, observed = false }) =>
      inTransaction(database, () => {
        forget.run(raisedAt);
        raise.run(account, kind, raisedAt, until, JSON.stringify(sentence), Number(observed));
      }),
    standing: async (account, now) => standing.all(account, now).map(alarmOf),
    list: async (now) => list.all(now).map(alarmOf),
    end: async (account) => Number(end.run(account).changes),
  };
}

function glassIn(database: DatabaseSync): GlassStore {
  const recent = database.prepare('SELECT count(*) AS n FROM broken_glass WHERE account = ? AND at > ?');
  const keep = database.prepare(
    'INSERT INTO broken_glass (id, account, reason, at, until, records) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const current = database.prepare(
    'SELECT * FROM broken_glass WHERE account = ? AND at <= ? AND until > ? ORDER BY at DESC LIMIT 1',
  );
  const all = database.prepare('SELECT * FROM broken_glass ORDER BY at DESC');
  const open = database.prepare('SELECT * FROM broken_glass WHERE reviewed_at IS NULL ORDER BY at DESC');
  const review = database.prepare('UPDATE broken_glass SET reviewed_by = ?, reviewed_at = ? WHERE id = ?');
  return {
    break: async ({ id, account, reason, at, until, records }, quota, window) =>
      inTransaction(database, () => {
        if (Number(recent.get(account, at - window)?.['n']) >= quota) return 'quota';
        keep.run(id, account, reason, at, until, records);
        return 'broken';
      }),
    current: async (account, now) => {
      const row = current.get(account, now, now);
      return row === undefined ? undefined : glassOf(row);
    },
    list: async (which) => (which === 'all' ? all : open).all().map(glassOf),
    review: async (id, by, at) => (review.run(by, at, id).changes === 0 ? 'absent' : 'reviewed'),
  };
}

function stopsIn(database: DatabaseSync): StopStore {
  const put = database.prepare(
    'INSERT INTO stop (kind, name, reason, done_by, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason, done_by = excluded.done_by, at = excluded.at',
  );
  const end = database.prepare('DELETE FROM stop WHERE kind = ? AND name = ?');
  const list = database.prepare('SELECT * FROM stop ORDER BY at');
  return {
    put: async ({ kind, name, reason, by, at }) => void put.run(kind, name, reason, by, at),
    end: async (kind, name) => (end.run(kind, name).changes === 0 ? 'absent' : 'ended'),
    list: async () => list.all().map(stopIn),
  };
}

function keyMarkIn(database: DatabaseSync): KeyMarkStore {
  const first = database.prepare(
    'INSERT INTO key_mark (one, mark) VALUES (1, ?) ON CONFLICT DO UPDATE SET mark = mark RETURNING mark',
  );
  const replace = database.prepare(
    'UPDATE key_mark SET mark = CASE mark WHEN ? THEN ? ELSE mark END RETURNING mark',
  );
  return {
    first: async (proposed) => textOf(first.get(proposed)?.['mark']),
    replace: async (before, next) => textOf(replace.get(before, next)?.['mark']),
  };
}
