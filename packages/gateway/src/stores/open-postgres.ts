// PostgreSQL as the durable truth of several instances, or as all of their state: one pool behind one breaker.
import { instantOf } from '@palier/mfa-core';
import { type PostgresPool, postgresStores } from '@palier/mfa-core/stores/postgres';
import { DatabaseError, Pool } from 'pg';
import { createBreaker } from './breaker.ts';
import { type Address, type DurablePart, type SharedPart, urlOf } from './parts.ts';
import { postgresBudgetStore } from './postgres-budget.ts';
import { postgresSignIns } from './postgres-sign-in.ts';
import { postgresStandings } from './postgres-standing.ts';

/** A charge may stand in line behind others of its account, so it waits longer than one for Redis. */
const patienceMilliseconds = 2000;
const startMilliseconds = 60_000;

export interface PostgresParts {
  readonly durable: DurablePart;
  /** Made only when asked for: its tables are not there when Redis has the counts. */
  readonly shared: () => Promise<SharedPart>;
  /** From now on the patience of requests. */
  readonly started: () => void;
}

/** Opens the pool and brings all tables up to date. Closing the durable half ends the pool. */
export async function openPostgres(address: Address): Promise<PostgresParts> {
  let started = false;
  const pool = new Pool({
    connectionString: urlOf(address),
    max: 20,
    connectionTimeoutMillis: patienceMilliseconds,
    query_timeout: startMilliseconds,
    keepAlive: true,
  });
  pool.on('error', () => undefined);
  const breaker = createBreaker({
    patienceMilliseconds: () => (started ? patienceMilliseconds : startMilliseconds),
    isAnswer: (error) => error instanceof DatabaseError,
  });
  const guarded: PostgresPool = {
    query: (text, values) => breaker(() => pool.query(text, values)),
    connect: () => breaker(() => pool.connect()),
  };
  const probe = async (): Promise<void> => void (await guarded.query('SELECT 1'));
  const close = (): Promise<void> => pool.end();
  try {
    const mfa = await postgresStores(guarded);
    const standings = await postgresStandings(guarded, patienceMilliseconds);
    const signIns = await postgresSignIns(guarded, patienceMilliseconds);
    return {
      durable: { ...mfa, ...standings, signIns, probe, close },
      shared: async () => ({
        challenges: mfa.challenges,
        sessions: mfa.sessions,
        budget: await postgresBudgetStore(guarded, patienceMilliseconds),
        countedSince: () => instantOf(0),
        onLost: () => undefined,
        renew: undefined,
        time: mfa.time,
        probe,
        close: async () => undefined,
      }),
      started: () => {
        started = true;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
