// The stores on PostgreSQL: the durable truth of several instances. Every verb is one statement, or one transaction under
// a named lock. What was answered is durable unless the server was set to `synchronous_commit = off` or `fsync = off`.
import { type StoreTime, toldInstant } from '../clock-check.ts';
import type { MfaStores } from '../stores.ts';
import { type ConnectionBounds, patienceOf, sessionsKept } from './bounds.ts';
import { postgresAttempts } from './postgres-attempts.ts';
import { postgresChallenges, postgresTickets } from './postgres-challenges.ts';
import { migrate, type PostgresPool, postgresDatabase } from './postgres-database.ts';
import { postgresFactors, postgresUpkeep } from './postgres-factors.ts';
import { mfaSchema } from './postgres-schema.ts';
import { postgresSessions } from './postgres-sessions.ts';

export type { ConnectionBounds } from './bounds.ts';
export type { Row } from './documents.ts';
export {
  type Database,
  migrate,
  type PostgresClient,
  type PostgresPool,
  postgresDatabase,
  type Queries,
} from './postgres-database.ts';
export type { SchemaPart } from './schema-part.ts';

/** A start may wait for another instance's, and for a table to be rebuilt. */
const migrationPatience = 60_000;
/** Not now(), which is when the transaction began. */
const timeSql = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at';

/**
 * Gives the stores in the database behind the pool, a `Pool` of the package pg, and makes or updates the tables first
 * (`palier_...`, in the first schema of the search path). The pool stays the caller's to end, and to listen to: its
 * `error` event, unheard, ends the process. It must reach the primary: a replica that lags would let a code be used
 * twice. `time` is the server's clock, for `withClockCheck`. Rejects with ERR_MFA_STORE when the database cannot be used.
 */
export async function postgresStores(
  pool: PostgresPool,
  bounds: ConnectionBounds = {},
): Promise<MfaStores & StoreTime> {
  await migrate(postgresDatabase(pool, migrationPatience), mfaSchema);
  const on = postgresDatabase(pool, patienceOf(bounds));
  return {
    factors: postgresFactors(on),
    upkeep: postgresUpkeep(on),
    challenges: postgresChallenges(on),
    sessions: postgresSessions(on, sessionsKept(bounds)),
    attempts: postgresAttempts(on),
    tickets: postgresTickets(on),
    time: async () => toldInstant((await on.rows(timeSql))[0]?.['at']),
  };
}
