// Sign-ins in PostgreSQL. A guess locks the rows of its lanes in the order of their names, so that guesses which share a
// lane stand in line and others do not.
import { type AccountId, instantOf } from '@palier/mfa-core';
import {
  type Database,
  migrate,
  type PostgresPool,
  postgresDatabase,
  type SchemaPart,
} from '@palier/mfa-core/stores/postgres';
import { emptyAt, judgeGuess, type LaneCount, leaked } from '../sign-in/lane-count.ts';
import type { GuessStore, SignInStores, WatchedStore } from '../sign-in/sign-in-store.ts';
import { textOf } from './standing-rows.ts';

const schema: SchemaPart = {
  name: 'sign-in',
  migrations: [
    `CREATE TABLE sign_in_lane (name text COLLATE "C" PRIMARY KEY, level integer NOT NULL, at bigint NOT NULL, until bigint NOT NULL, empty_at bigint NOT NULL);
     CREATE INDEX sign_in_lane_empty ON sign_in_lane (empty_at);
     CREATE TABLE watched_sign_in (digest text COLLATE "C" PRIMARY KEY, account text COLLATE "C" NOT NULL, until bigint NOT NULL);
     CREATE INDEX watched_sign_in_until ON watched_sign_in (until);`,
  ],
};

export async function postgresSignIns(pool: PostgresPool, patience = 2000): Promise<SignInStores> {
  const database = postgresDatabase(pool, patience);
  await migrate(database, schema);
  return { guesses: guessesIn(database), watched: watchedIn(database) };
}

/** Rows of lanes that are nobody's any more; those somebody holds are left for later. */
const sweepLanes =
  'DELETE FROM sign_in_lane WHERE name IN (SELECT name FROM sign_in_lane WHERE empty_at <= $1 ORDER BY name LIMIT 100 FOR UPDATE SKIP LOCKED)';

function guessesIn(database: Database): GuessStore {
  return {
    reserve: async (asked, now) => {
      const lanes = asked.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const names = lanes.map(({ name }) => name);
      const reserved = await database.atomically(`guess:${names.join(' ')}`, async (on) => {
        // The update that changes nothing locks what is there already; a row cannot go between this and what follows.
        const rows = await on.rows(
          'INSERT INTO sign_in_lane AS l (name, level, at, until, empty_at) SELECT name, 0, $2, 0, $2 FROM unnest($1::text[]) AS n (name) ORDER BY name COLLATE "C" ON CONFLICT (name) DO UPDATE SET level = l.level RETURNING name, level, at, until',
          names,
          now,
        );
        const counts = names.map((name) => laneIn(rows.find((row) => row['name'] === name)));
        const judged = judgeGuess(lanes, counts, now);
        if (judged.next === undefined) {
          await on.run('DELETE FROM sign_in_lane WHERE name = ANY($1) AND level = 0', names);
          return judged.reserved;
        }
        const times = (read: (count: LaneCount, leak: number) => number): readonly number[] =>
          lanes.map(({ leak }, index) => {
            const count = judged.next?.[index];
            return count === undefined ? 0 : Math.floor(read(count, leak));
          });
        await on.run(
          'UPDATE sign_in_lane AS l SET level = n.level, at = n.at, until = n.until, empty_at = n.empty_at FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[]) AS n (name, level, at, until, empty_at) WHERE l.name = n.name',
          names,
          judged.next.map(({ level }) => level),
          times(({ at }) => at),
          times(({ until }) => until),
          times(emptyAt),
        );
        return judged.reserved;
      });
      if (reserved.outcome === 'granted') await database.run(sweepLanes, now);
      return reserved;
    },
    forgive: async (clear, giveBack) => {
      await database.run('DELETE FROM sign_in_lane WHERE name = ANY($1)', [...clear]);
      await database.run(
        'UPDATE sign_in_lane SET level = greatest(0, level - 1), until = 0 WHERE name = ANY($1)',
        [...giveBack],
      );
    },
    level: async (name, leak, now) => {
      const [row] = await database.rows('SELECT level, at, until FROM sign_in_lane WHERE name = $1', name);
      return leaked(laneIn(row), leak, now).level;
    },
  };
}

function laneIn(row: Readonly<Record<string, unknown>> | undefined): LaneCount | undefined {
  return row && { level: Number(row['level']), at: Number(row['at']), until: Number(row['until']) };
}

function watchedIn(database: Database): WatchedStore {
  return {
    bind: (digest, { account, until }, now) =>
      database.atomically(`watched:${digest}`, async (on) => {
        if ((await on.run('DELETE FROM watched_sign_in WHERE digest = $1 AND until > $2', digest, now)) > 0)
          return 'taken';
        await on.run('DELETE FROM watched_sign_in WHERE digest = $1', digest);
        await on.run(
          'INSERT INTO watched_sign_in (digest, account, until) VALUES ($1, $2, $3)',
          digest,
          account,
          until,
        );
        await on.run(
          'DELETE FROM watched_sign_in WHERE digest IN (SELECT digest FROM watched_sign_in WHERE until <= $1 ORDER BY digest LIMIT 100 FOR UPDATE SKIP LOCKED)',
          now,
        );
        return 'bound';
      }),
    find: async (digest, now) => {
      const [row] = await database.rows(
        'SELECT account, until FROM watched_sign_in WHERE digest = $1 AND until > $2',
        digest,
        now,
      );
      return row && { account: textOf(row['account']) as AccountId, until: instantOf(Number(row['until'])) };
    },
    end: async (digest) => (await database.run('DELETE FROM watched_sign_in WHERE digest = $1', digest)) > 0,
  };
}
