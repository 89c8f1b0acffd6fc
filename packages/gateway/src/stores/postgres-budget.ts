// Counting in PostgreSQL: each charge is one transaction that first takes the locks of everything it counts, in one
// order, so that parallel charges of one account stand in line and nobody waits in a circle.
import {
  type Database,
  migrate,
  type PostgresPool,
  postgresDatabase,
  type Queries,
  type SchemaPart,
} from '@palier/mfa-core/stores/postgres';
import { type BudgetStore, type Charge, type Consumed, presenceSpare } from '../budget/budget-store.ts';
import { bucketsOf, chargedOf, type Judgement, judge, type Over, observedOf } from '../budget/judge.ts';
import { countsOf, readCounts } from './postgres-counts.ts';

const schema: SchemaPart = {
  name: 'counting',
  migrations: [
    `CREATE TABLE budget_seen (name text NOT NULL, record text NOT NULL, at bigint NOT NULL, gone_at bigint NOT NULL, PRIMARY KEY (name, record));
     CREATE INDEX budget_seen_at ON budget_seen (name, at);
     CREATE INDEX budget_seen_gone ON budget_seen (gone_at);
     CREATE TABLE budget_tally (name text NOT NULL, bucket bigint NOT NULL, held bigint NOT NULL, gone_at bigint NOT NULL, PRIMARY KEY (name, bucket));
     CREATE TABLE budget_presence (proof text PRIMARY KEY, spent bigint NOT NULL, expires_at bigint NOT NULL);`,
  ],
};

/** One in so many charges also forgets what left every window. */
const sweepEvery = 512;

/** Brings the tables up to date and gives the store. Every answer is waited for at most `patience` milliseconds. */
export async function postgresBudgetStore(pool: PostgresPool, patience = 2000): Promise<BudgetStore> {
  const database = postgresDatabase(pool, patience);
  await migrate(database, schema);
  let charges = 0;
  return {
    consume: async (charge, now) => {
      const consumed = await locked(database, locksOf(charge), (on) => consume(on, charge, now));
      charges = (charges + 1) % sweepEvery;
      if (charges === 0) await sweep(database, now);
      return consumed;
    },
    left: async (proof, records) => {
      const [row] = await database.rows('SELECT spent FROM budget_presence WHERE proof = $1', proof);
      return Math.max(0, records - Number(row?.['spent'] ?? 0));
    },
    count: async (set, window, now) => {
      const [row] = await database.rows(
        'SELECT count(*) AS n FROM budget_seen WHERE name = $1 AND at > $2',
        set,
        now - window,
      );
      return Number(row?.['n']);
    },
  };
}

async function consume(on: Queries, charge: Charge, now: number): Promise<Consumed> {
  const judgement = judge(charge, countsOf(await readCounts(on, charge, now)), now);
  const over = typeof judgement.verdict === 'string' ? undefined : judgement.verdict;
  const retryAt = over === undefined ? now : await retryTime(on, over, now);
  const charged = chargedOf(judgement, () => retryAt);
  const granted = charged.outcome === 'granted';
  if (!granted && charge.enforce) return { charged, wouldBe: undefined };
  await mark(on, charge, judgement, now);
  return granted ? { charged, wouldBe: undefined } : { charged: observedOf(judgement), wouldBe: charged };
}

/** Everything the charge counts in, sorted: the order in which every charge takes its locks. */
function locksOf({ limits, fleet, novelty, presence }: Charge): readonly string[] {
  const names = [
    ...limits.map(({ set }) => set),
    fleet?.tally,
    novelty?.known,
    novelty?.limit.tally,
    presence?.proof,
  ];
  return names.filter((name) => name !== undefined).sort();
}

/** One transaction that holds all the locks: each statement after them reads what every earlier charge committed. */
function locked<T>(
  database: Database,
  [first = 'palier', ...others]: readonly string[],
  act: (on: Queries) => Promise<T>,
): Promise<T> {
  return database.atomically(first, async (on) => {
    await on.rows(
      'SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) AS name',
      others,
    );
    return act(on);
  });
}

/** Sets, tallies and presence in one statement: deletes of old keys see what was there before it. */
async function mark(
  on: Queries,
  charge: Charge,
  { records, moves, novel, fresh }: Judgement,
  now: number,
): Promise<void> {
  const { limits, fleet, novelty, presence } = charge;
  const sets = [...limits.map(({ set, windowMilliseconds }) => ({ set, gone: now + windowMilliseconds }))];
  if (novelty !== undefined) sets.push({ set: novelty.known, gone: now + novelty.horizonMilliseconds });
  const adds = new Map<string, { name: string; bucket: number; count: number; gone: number }>();
  const add = (
    limit: { tally: string; bucketMilliseconds: number; windowMilliseconds: number },
    at: number,
    count: number,
  ): void => {
    const bucket = Math.floor(at / limit.bucketMilliseconds);
    const key = `${bucket} ${limit.tally}`;
    const gone = at + limit.windowMilliseconds + limit.bucketMilliseconds;
    adds.set(key, { name: limit.tally, bucket, count: (adds.get(key)?.count ?? 0) + count, gone });
  };
  for (const at of fleet === undefined ? [] : moves) if (fleet !== undefined) add(fleet, at, -1);
  if (fleet !== undefined) add(fleet, now, records.length);
  if (novelty !== undefined && novel > 0) add(novelty.limit, now, novel);
  const rows = [...adds.values()];
  await on.run(
    markSql,
    sets.map(({ set }) => set),
    sets.map(({ gone }) => gone),
    records.map(({ digest }) => digest),
    records.flatMap(({ previous }) => previous ?? []),
    now,
    rows.map(({ name }) => name),
    rows.map(({ bucket }) => bucket),
    rows.map(({ count }) => count),
    rows.map(({ gone }) => gone),
    presence?.proof ?? null,
    fresh,
    presence?.expiresAt ?? null,
  );
}

const markSql = `
WITH forgotten AS (
  DELETE FROM budget_seen WHERE name = ANY($1::text[]) AND record = ANY($4::text[])
), seen AS (
  INSERT INTO budget_seen AS s (name, record, at, gone_at)
  SELECT l.name, r.record, $5::bigint, l.gone FROM unnest($1::text[], $2::bigint[]) AS l(name, gone), unnest($3::text[]) AS r(record)
  ON CONFLICT (name, record) DO UPDATE SET at = greatest(s.at, excluded.at), gone_at = greatest(s.gone_at, excluded.gone_at)
), tallied AS (
  INSERT INTO budget_tally AS t (name, bucket, held, gone_at)
  SELECT name, bucket, greatest(0, coalesce((SELECT held FROM budget_tally o WHERE o.name = a.name AND o.bucket = a.bucket), 0) + count), gone
  FROM unnest($6::text[], $7::bigint[], $8::bigint[], $9::bigint[]) AS a(name, bucket, count, gone)
  ON CONFLICT (name, bucket) DO UPDATE SET held = excluded.held
)
INSERT INTO budget_presence AS p (proof, spent, expires_at) SELECT $10::text, $11::bigint, $12::bigint WHERE $10::text IS NOT NULL
ON CONFLICT (proof) DO UPDATE SET spent = p.spent + excluded.spent
`;

/** When the `excess`-th oldest member leaves. A batch larger than the cap never fits: a whole window is the answer. */
async function retryTime(on: Queries, over: Over, now: number): Promise<number> {
  const { windowMilliseconds: window } = over.limit;
  if (over.kind === 'set') {
    const nth = 'SELECT at FROM budget_seen WHERE name = $1 AND at > $2 ORDER BY at LIMIT 1 OFFSET $3';
    const [row] = await on.rows(nth, over.limit.set, now - window, over.excess - 1);
    return Number(row?.['at'] ?? now) + window;
  }
  const buckets = 'SELECT bucket, held FROM budget_tally WHERE name = $1 AND bucket >= $2 ORDER BY bucket';
  let leaving = 0;
  for (const row of await on.rows(buckets, over.limit.tally, bucketsOf(over.limit, now).first)) {
    leaving += Number(row['held']);
    if (leaving >= over.excess) return (Number(row['bucket']) + 1) * over.limit.bucketMilliseconds + window;
  }
  return now + window;
}

async function sweep(database: Database, now: number): Promise<void> {
  await database.run('DELETE FROM budget_seen WHERE gone_at <= $1', now);
  await database.run('DELETE FROM budget_tally WHERE gone_at <= $1', now);
  await database.run('DELETE FROM budget_presence WHERE expires_at < $1', now - presenceSpare);
}
