// PostgreSQL as the stores use it: single statements, and transactions under one named lock. Not here: the connection
// pool, its limits and its TLS, which are the caller's.
import { MfaError } from '../errors.ts';
import type { Row } from './documents.ts';
import { answered } from './faults.ts';
import type { SchemaPart } from './schema-part.ts';

interface Answer {
  readonly rows: readonly Row[];
  readonly rowCount: number | null;
}

/** What is used of a client of the package pg. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<Answer>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  /** With an error the connection is closed instead of being given to the next caller. */
  release(error?: Error): void;
}

/** What is used of a `Pool` of the package pg. Give it `connectionTimeoutMillis` and `query_timeout`. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<Answer>;
  connect(): Promise<PostgresClient>;
}

/** Statements with values apart from the text. */
export interface Queries {
  /** Answers how many rows were changed. */
  run(sql: string, ...values: readonly unknown[]): Promise<number>;
  rows(sql: string, ...values: readonly unknown[]): Promise<readonly Row[]>;
}

/** Statements of their own, and several as one. */
export interface Database extends Queries {
  /** Runs `act` in a transaction; of those that name the same lock one runs at a time, over all instances. */
  atomically<T>(lock: string, act: (on: Queries) => Promise<T>): Promise<T>;
}

/** Every answer is waited for at most `patience` milliseconds; errors and silence are ERR_MFA_STORE. */
export function postgresDatabase(pool: PostgresPool, patience: number): Database {
  const { run, rows } = queriesOf(pool);
  return {
    run: (sql, ...values) => answered(run(sql, ...values), patience),
    rows: (sql, ...values) => answered(rows(sql, ...values), patience),
    atomically: (lock, act) => answered(inTransaction(pool, lock, act), patience),
  };
}

function queriesOf(on: Pick<PostgresClient, 'query'>): Queries {
  return {
    run: async (sql, ...values) => (await on.query(sql, [...values])).rowCount ?? 0,
    rows: async (sql, ...values) => (await on.query(sql, [...values])).rows,
  };
}

/**
 * The lock is taken by a statement of its own: what follows reads a snapshot made after it. Different names may share a
 * lock by chance of their hash; they then wait for each other, and nothing else happens.
 */
async function inTransaction<T>(
  pool: PostgresPool,
  lock: string,
  act: (on: Queries) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  client.on('error', heard);
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);
    const result = await act(queriesOf(client));
    await client.query('COMMIT');
    giveBack(client);
    return result;
  } catch (error) {
    await rollBack(client);
    throw error;
  }
}

/**
 * While a client is out of the pool nobody listens to it, and a connection that breaks then would end the process. The
 * statement under way rejects with the same error, so there is nothing to do.
 */
function heard(): void {}

function giveBack(client: PostgresClient): void {
  client.off('error', heard);
  client.release();
}

async function rollBack(client: PostgresClient): Promise<void> {
  try {
    await client.query('ROLLBACK');
    giveBack(client);
  } catch (error) {
    client.release(error instanceof Error ? error : new Error('no rollback'));
  }
}

/**
 * Brings a part to its newest version; instances that start at once do it one after another. A database that is up to
 * date is only read, so that the role of the running program needs no right to create tables. One that a newer release
 * wrote is refused.
 */
export async function migrate(database: Database, part: SchemaPart): Promise<void> {
  if ((await versionOf(database, part)) === part.migrations.length) return;
  await database.atomically('palier schema', async (on) => {
    await on.run(
      'CREATE TABLE IF NOT EXISTS palier_schema (part text PRIMARY KEY, version integer NOT NULL)',
    );
    for (const statements of part.migrations.slice(await versionOf(on, part))) {
      // Without values the driver sends the text as it is, which may then hold several statements.
      await on.run(statements);
    }
    await on.run(
      `INSERT INTO palier_schema (part, version) VALUES ($1, $2)
       ON CONFLICT (part) DO UPDATE SET version = excluded.version`,
      part.name,
      part.migrations.length,
    );
  });
}

async function versionOf(on: Queries, part: SchemaPart): Promise<number> {
  const [table] = await on.rows("SELECT to_regclass('palier_schema') IS NOT NULL AS found");
  if (table?.['found'] !== true) return 0;
  const [row] = await on.rows('SELECT version FROM palier_schema WHERE part = $1', part.name);
  const [version, newest] = [Number(row?.['version'] ?? 0), part.migrations.length];
  if (version <= newest) return version;
  const detail = `${part.name} was written by a newer release (${version}, not ${newest})`;
  throw new MfaError('ERR_MFA_STORE', { detail });
}
