// Writes that need not survive a power cut, which nobody can ask for over the wire: counts, and an account's history. They
// survive the end of the process, kill -9 included.
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '@palier/mfa-core/stores/sqlite';

/** A transaction that does not wait for the disk. No await inside, so nobody else's commit can slip in unsynced. */
export function unsynced<T>(database: DatabaseSync, act: () => T): T {
  // By exec each time: SQLite sets this one when it is prepared, and running it again would do nothing.
  database.exec('PRAGMA synchronous = NORMAL');
  try {
    return inTransaction(database, act);
  } finally {
    database.exec('PRAGMA synchronous = FULL');
  }
}
