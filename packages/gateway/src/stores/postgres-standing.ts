// What is kept about accounts beside the counts, in PostgreSQL: history, alarms, break-glass.
import {
  type Database,
  migrate,
  type PostgresPool,
  postgresDatabase,
  type SchemaPart,
} from '@palier/mfa-core/stores/postgres';
import type { ActivityStore } from '../budget/activity-store.ts';
import type { AlarmStore } from '../budget/alarm.ts';
import type { GlassStore } from '../budget/exemption.ts';
import type { KeyMarkStore } from '../keys/key-mark.ts';
import type { StopStore } from '../stops/stop.ts';
import { daysKept } from './memory-standing.ts';
import type { Standings } from './sqlite-standing.ts';
import { alarmOf, allowanceIn, dayIn, glassOf, instantIn, stopIn, textOf } from './standing-rows.ts';

const schema: SchemaPart = {
  name: 'standing',
  migrations: [
    `CREATE TABLE activity_day (account text NOT NULL, day bigint NOT NULL, seen bigint NOT NULL, novel bigint NOT NULL, PRIMARY KEY (account, day));
     CREATE TABLE activity_first (account text PRIMARY KEY, at bigint NOT NULL);
     CREATE TABLE activity_allowance (account text PRIMARY KEY, set_on bigint NOT NULL, day float8 NOT NULL, new_records float8 NOT NULL);
     CREATE TABLE activity_epoch (one integer PRIMARY KEY CHECK (one = 1), mark text NOT NULL);
     CREATE TABLE alarm (account text NOT NULL, kind text NOT NULL, raised_at bigint NOT NULL, until bigint NOT NULL, sentence text NOT NULL, PRIMARY KEY (account, kind));
     CREATE TABLE broken_glass (id text PRIMARY KEY, account text NOT NULL, reason text NOT NULL, at bigint NOT NULL, until bigint NOT NULL, records integer NOT NULL, reviewed_by text, reviewed_at bigint);
     CREATE INDEX broken_glass_account ON broken_glass (account, at);`,
    `CREATE TABLE stop (kind text NOT NULL, name text NOT NULL, reason text NOT NULL, done_by text NOT NULL, at bigint NOT NULL, PRIMARY KEY (kind, name));`,
    `ALTER TABLE activity_epoch ADD COLUMN turn bigint NOT NULL DEFAULT 0;`,
    `CREATE TABLE key_mark (one integer PRIMARY KEY CHECK (one = 1), mark text NOT NULL);`,
    `ALTER TABLE alarm ADD COLUMN observed integer NOT NULL DEFAULT 0;`,
  ],
};

export async function postgresStandings(pool: PostgresPool, patience = 2000): Promise<Standings> {
  const database = postgresDatabase(pool, patience);
  await migrate(database, schema);
  return {
    activity: activityIn(database),
    alarms: alarmsIn(database),
    glass: glassIn(database),
    stops: stopsIn(database),
    keyMark: keyMarkIn(database),
  };
}

function activityIn(database: Database): ActivityStore {
  return {
    addDay: async (account, { day, distinct, novel }) => {
      const [total = {}] = await database.rows(
        // History only moves caps: this commit does not wait for the disk, and no look-up for it.
        `WITH forgotten AS (DELETE FROM activity_day WHERE account = $1 AND day <= $5),
              quick AS (SELECT set_config('synchronous_commit', 'off', true))
         INSERT INTO activity_day AS d (account, day, seen, novel) SELECT $1::text, $2::bigint, $3::bigint, $4::bigint FROM quick
         ON CONFLICT (account, day) DO UPDATE SET seen = d.seen + excluded.seen, novel = d.novel + excluded.novel
         RETURNING day, seen, novel`,
        account,
        day,
        distinct,
        novel,
        day - daysKept,
      );
      return dayIn(total);
    },
    history: async (account, from, to) =>
      (
        await database.rows(
          'SELECT day, seen, novel FROM activity_day WHERE account = $1 AND day BETWEEN $2 AND $3 ORDER BY day',
          account,
          from,
          to,
        )
      ).map(dayIn),
    firstSeen: async (account, now) => {
      const [row] = await database.rows(
        'INSERT INTO activity_first AS f (account, at) VALUES ($1, $2) ON CONFLICT (account) DO UPDATE SET at = f.at RETURNING at',
        account,
        now,
      );
      return instantIn(row?.['at']);
    },
    allowance: async (account) =>
      allowanceIn(
        (
          await database.rows(
            'SELECT set_on, day, new_records FROM activity_allowance WHERE account = $1',
            account,
          )
        )[0],
      ),
    keepAllowance: async (account, { setOn, day, newRecords }) => {
      await database.run(
        `INSERT INTO activity_allowance (account, set_on, day, new_records) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account) DO UPDATE SET set_on = excluded.set_on, day = excluded.day, new_records = excluded.new_records`,
        account,
        setOn,
        day,
        newRecords,
      );
    },
    epoch: async (proposed) => {
      const [row] = await database.rows(
        'INSERT INTO activity_epoch AS e (one, mark) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET mark = e.mark RETURNING mark',
        proposed,
      );
      return textOf(row?.['mark']);
    },
    turn: async (mark, told) => {
      const [row] = await database.rows(
        'UPDATE activity_epoch SET turn = greatest(turn, $2::bigint) WHERE mark = $1 RETURNING turn',
        mark,
        told,
      );
      return row === undefined ? told : Number(row['turn']);
    },
    renewEpoch: async (mark) => {
      await database.run(
        'INSERT INTO activity_epoch (one, mark) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET mark = excluded.mark, turn = 0',
        mark,
      );
    },
  };
}

function alarmsIn(database: Database): AlarmStore {
  return {
    raise: async ({ account, kind, raisedAt, until, sentence, observed = false }) => {
      await database.run('DELETE FROM alarm WHERE until <= $1', raisedAt);
      await database.run(
        `INSERT INTO alarm (account, kind, raised_at, until, sentence, observed) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (account, kind) DO UPDATE SET raised_at = excluded.raised_at, until = excluded.until, sentence = excluded.sentence, observed = excluded.observed`,
        account,
        kind,
        raisedAt,
        until,
        JSON.stringify(sentence),
        Number(observed),
      );
    },
    standing: async (account, now) =>
      (await database.rows('SELECT * FROM alarm WHERE account = $1 AND until > $2', account, now)).map(
        alarmOf,
      ),
    list: async (now) =>
      (await database.rows('SELECT * FROM alarm WHERE until > $1 ORDER BY raised_at DESC', now)).map(alarmOf),
    end: (account) => database.run('DELETE FROM alarm WHERE account = $1', account),
  };
}

function glassIn(database: Database): GlassStore {
  return {
    break: ({ id, account, reason, at, until, records }, quota, window) =>
      database.atomically(`glass:${account}`, async (on) => {
        const [row] = await on.rows(
          'SELECT count(*) AS n FROM broken_glass WHERE account = $1 AND at > $2',
          account,
          at - window,
        );
        if (Number(row?.['n']) >= quota) return 'quota';
        await on.run(
          'INSERT INTO broken_glass (id, account, reason, at, until, records) VALUES ($1, $2, $3, $4, $5, $6)',
          id,
          account,
          reason,
          at,
          until,
          records,
        );
        return 'broken';
      }),
    current: async (account, now) => {
      const [row] = await database.rows(
        'SELECT * FROM broken_glass WHERE account = $1 AND at <= $2 AND until > $2 ORDER BY at DESC LIMIT 1',
        account,
        now,
      );
      return row === undefined ? undefined : glassOf(row);
    },
    list: async (which) =>
      (
        await database.rows(
          `SELECT * FROM broken_glass ${which === 'all' ? '' : 'WHERE reviewed_at IS NULL'} ORDER BY at DESC`,
        )
      ).map(glassOf),
    review: async (id, by, at) =>
      (await database.run(
        'UPDATE broken_glass SET reviewed_by = $1, reviewed_at = $2 WHERE id = $3',
        by,
        at,
        id,
      )) === 0
        ? 'absent'
        : 'reviewed',
  };
}

function stopsIn(database: Database): StopStore {
  return {
    put: async ({ kind, name, reason, by, at }) => {
      await database.run(
        `INSERT INTO stop (kind, name, reason, done_by, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (kind, name) DO UPDATE SET reason = excluded.reason, done_by = excluded.done_by, at = excluded.at`,
        kind,
        name,
        reason,
        by,
        at,
      );
    },
    end: async (kind, name) =>
      (await database.run('DELETE FROM stop WHERE kind = $1 AND name = $2', kind, name)) === 0
        ? 'absent'
        : 'ended',
    list: async () => (await database.rows('SELECT * FROM stop ORDER BY at')).map(stopIn),
  };
}

function keyMarkIn(database: Database): KeyMarkStore {
  return {
    first: async (proposed) => {
      const [row] = await database.rows(
        'INSERT INTO key_mark AS k (one, mark) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET mark = k.mark RETURNING mark',
        proposed,
      );
      return textOf(row?.['mark']);
    },
    replace: async (before, next) => {
      const [row] = await database.rows(
        'UPDATE key_mark SET mark = CASE mark WHEN $1 THEN $2 ELSE mark END RETURNING mark',
        before,
        next,
      );
      return textOf(row?.['mark']);
    },
  };
}
