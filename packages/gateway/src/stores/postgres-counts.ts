// What a charge needs to know, read from PostgreSQL in one statement and then asked of in memory.
import type { Queries } from '@palier/mfa-core/stores/postgres';
import type { Charge } from '../budget/budget-store.ts';
import { bucketsOf, type Counts } from '../budget/judge.ts';

interface Read {
  readonly seen: ReadonlyMap<string, number>;
  readonly live: ReadonlyMap<string, number>;
  readonly tallied: ReadonlyMap<string, number>;
  readonly spent: number;
}

const readSql = `
SELECT
  (SELECT coalesce(jsonb_agg(jsonb_build_array(name, record, at)), '[]') FROM budget_seen WHERE name = ANY($1::text[]) AND record = ANY($2::text[])) AS seen,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(l.name, (SELECT count(*) FROM budget_seen s WHERE s.name = l.name AND s.at > l.since))), '[]') FROM unnest($3::text[], $4::bigint[]) AS l(name, since)) AS live,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(l.name, (SELECT coalesce(sum(held), 0) FROM budget_tally t WHERE t.name = l.name AND t.bucket >= l.first))), '[]') FROM unnest($5::text[], $6::bigint[]) AS l(name, first)) AS tallied,
  (SELECT spent FROM budget_presence WHERE proof = $7) AS spent
`;

/** Reads inside the caller's transaction, after its locks. */
export async function readCounts(on: Queries, charge: Charge, now: number): Promise<Read> {
  const { limits, fleet, novelty, presence, records } = charge;
  const sets = [...limits.map(({ set }) => set), ...(novelty === undefined ? [] : [novelty.known])];
  const tallies = [fleet, novelty?.limit].filter((limit) => limit !== undefined);
  const [row = {}] = await on.rows(
    readSql,
    sets,
    records.flatMap(({ digest, previous }) => (previous === undefined ? [digest] : [digest, previous])),
    limits.map(({ set }) => set),
    limits.map(({ windowMilliseconds }) => now - windowMilliseconds),
    tallies.map(({ tally }) => tally),
    tallies.map((limit) => bucketsOf(limit, now).first),
    presence?.proof ?? null,
  );
  const seen = new Map(
    (row['seen'] as readonly [string, string, number][]).map(([name, record, at]) => [
      placeOf(name, record),
      at,
    ]),
  );
  return {
    seen,
    live: new Map(row['live'] as readonly [string, number][]),
    tallied: new Map(row['tallied'] as readonly [string, number][]),
    spent: Number(row['spent'] ?? 0),
  };
}

/** A digest has 22 characters, so the two parts cannot run into each other. */
function placeOf(name: string, record: string): string {
  return record + name;
}

export function countsOf({ seen, live, tallied, spent }: Read): Counts {
  const at = (set: string, digest: string | undefined, since: number): number | undefined => {
    const time = digest === undefined ? undefined : seen.get(placeOf(set, digest));
    return time !== undefined && time > since ? time : undefined;
  };
  return {
    seen: (set, records, since) =>
      records
        .map(({ digest, previous }) => at(set, digest, since) ?? at(set, previous, since))
        .filter((time) => time !== undefined),
    live: (set) => live.get(set) ?? 0,
    tallied: (limit) => tallied.get(limit.tally) ?? 0,
    spent: () => spent,
  };
}
