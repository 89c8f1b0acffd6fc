// The stores on node:sqlite: the embedded default. Every verb is one statement whose own WHERE decides who won, or one
// short write transaction; two processes on one file keep every promise. Not for a file on a network drive: WAL needs
// shared memory.
import type { DatabaseSync } from 'node:sqlite';
import type { MfaStores } from '../stores.ts';
import { type StoreBounds, sessionsKept } from './bounds.ts';
import { sqliteAttempts } from './sqlite-attempts.ts';
import { sqliteChallenges, sqliteTickets } from './sqlite-challenges.ts';
import { migrate, openDatabase } from './sqlite-database.ts';
import { sqliteFactors, sqliteUpkeep } from './sqlite-factors.ts';
import { mfaSchema } from './sqlite-schema.ts';
import { sqliteSessions } from './sqlite-sessions.ts';
import { statementsOf } from './sqlite-statements.ts';

export type { SchemaPart } from './schema-part.ts';
export { inTransaction, migrate, openDatabase } from './sqlite-database.ts';

/**
 * Gives the stores in the file at `source`, or in a database that is open already and may hold other tables, too.
 * `close` ends only what was opened here. A caller's own database should come from `openDatabase`, or promise as much.
 */
export function sqliteStores(
  source: string | DatabaseSync,
  bounds: StoreBounds = {},
): MfaStores & { readonly close: () => void } {
  const database = typeof source === 'string' ? openDatabase(source) : source;
  const close = (): void => {
    if (typeof source === 'string') database.close();
  };
  try {
    migrate(database, mfaSchema);
  } catch (error) {
    close();
    throw error;
  }
  const on = statementsOf(database);
  return {
    factors: sqliteFactors(on),
    upkeep: sqliteUpkeep(on),
    challenges: sqliteChallenges(on),
    sessions: sqliteSessions(on, sessionsKept(bounds)),
    attempts: sqliteAttempts(on),
    tickets: sqliteTickets(on),
    close,
  };
}
