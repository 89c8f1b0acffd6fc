// One SQLite file, opened once, shared by everything that keeps state in it: one file, one transaction domain.
import { DatabaseSync } from 'node:sqlite';
import { MfaError } from '../errors.ts';

/** A group of tables with its own version, so that several owners can live in one file. */
export interface SchemaPart {
  readonly name: string;
  /** Statements that bring version n to n + 1; the index is n. Never change one that was released: add. */
  readonly migrations: readonly string[];
}

/**
 * Opens or creates the file. WAL lets readers go on beside a writer; FULL makes a commit survive a power cut, which a
 * used code or ticket must. Waits up to 5 s for another process's write; any trouble is an MfaError ERR_MFA_STORE.
 */
export function openDatabase(path: string): DatabaseSync {
  return guarded(() => {
    const database = new DatabaseSync(path, { timeout: 5000 });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    database.exec('CREATE TABLE IF NOT EXISTS palier_schema (part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT');
    return database;
  });
}

/** Brings a part to its newest version inside one transaction; two processes that start at once end in one. */
export function migrate(database: DatabaseSync, part: SchemaPart): void {
  inTransaction(database, () => {
    const row = database.prepare('SELECT version FROM palier_schema WHERE part = ?').get(part.name);
    const version = Number(row?.['version'] ?? 0);
    if (version > part.migrations.length) throw new MfaError('ERR_MFA_STORE', { detail: `the file was written by a newer release (${part.name} ${version})` });
    for (const statement of part.migrations.slice(version)) database.exec(statement);
    database.prepare('INSERT INTO palier_schema (part, version) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET version = excluded.version').run(part.name, part.migrations.length);
  });
}

/** Runs `act` in a write transaction that holds the file's one write lock from the start: no deadlock on upgrade. */
export function inTransaction<T>(database: DatabaseSync, act: () => T): T {
  return guarded(() => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = act();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  });
}

/** Turns the driver's errors into ours. */
export function guarded<T>(act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw cause instanceof MfaError ? cause : new MfaError('ERR_MFA_STORE', { cause });
  }
}
