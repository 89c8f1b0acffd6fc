// One SQLite file, opened once, shared by everything that keeps state in it: one file, one transaction domain. Not here:
// any table but the list of versions. Each owner brings its own part and its own migrations.
import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { MfaError } from '../errors.ts';
import { guarded } from './faults.ts';
import type { SchemaPart } from './schema-part.ts';

/** Marks the file as ours: "PALR". A file of another program is refused, not given our tables. */
const applicationId = 0x50414c52;

/** How long a verb waits for another process's write. The wait blocks this process, so it is short. */
const patience = 2000;

/**
 * Opens or creates the file; `:memory:` is one, too. WAL lets readers go on beside a writer. FULL makes a commit survive
 * a power cut: with NORMAL the last ones may be undone, and a used code or ticket would work again (A157). Deleted
 * secrets are overwritten. A file that cannot be opened, is damaged or belongs to another program is ERR_MFA_STORE with
 * the reason in words.
 */
export function openDatabase(path: string): DatabaseSync {
  if (path !== ':memory:') named(path, () => closeSync(openSync(path, 'a', 0o600)));
  const database = named(path, () => new DatabaseSync(path, { timeout: patience }));
  try {
    named(path, () => {
      claim(database);
      // For its owner alone, whatever the umask says; SQLite gives the files beside it the same rights.
      if (path !== ':memory:' && process.platform !== 'win32') chmodSync(path, 0o600);
      database.exec('PRAGMA journal_mode = WAL');
      database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Writes our mark into an empty file; two processes that start at once both find it. */
function claim(database: DatabaseSync): void {
  if (numberOf(database, 'PRAGMA application_id') === applicationId) return;
  inTransaction(database, () => {
    const found = numberOf(database, 'PRAGMA application_id');
    if (found === applicationId) return;
    const tables = numberOf(database, 'SELECT count(*) FROM sqlite_schema');
    if (found !== 0 || tables !== 0) throw new Error('the file belongs to another program');
    database.exec(`PRAGMA application_id = ${applicationId}`);
  });
}

/**
 * Checks the part's tables for damage and brings them to the newest version, all in one transaction: two processes that
 * start at once end in one schema. A file written by a newer release is refused, so that an old program never writes
 * rows the new one would misread. `database` may be any open one, also of the caller's own making.
 */
export function migrate(database: DatabaseSync, part: SchemaPart): void {
  inTransaction(database, () => {
    database.exec(
      'CREATE TABLE IF NOT EXISTS palier_schema (part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT',
    );
    const row = database.prepare('SELECT version FROM palier_schema WHERE part = ?').get(part.name);
    const version = Number(row?.['version'] ?? 0);
    const newest = part.migrations.length;
    if (version > newest)
      throw refused(`${part.name} was written by a newer release (${version}, not ${newest})`);
    if (version > 0) checkPages(database, part);
    for (const statements of part.migrations.slice(version)) database.exec(statements);
    database
      .prepare('INSERT OR REPLACE INTO palier_schema (part, version) VALUES (?, ?)')
      .run(part.name, newest);
  });
}

/** A damaged table is found at the start and not at the first sign-in of the day (A140). */
function checkPages(database: DatabaseSync, part: SchemaPart): void {
  for (const table of part.tables ?? []) {
    const verdict = database.prepare(`PRAGMA quick_check('${table.replaceAll("'", "''")}')`).get();
    if (verdict?.['quick_check'] !== 'ok') throw refused(`the table ${table} is damaged`);
  }
}

/**
 * Runs `act` in a write transaction that holds the file's one write lock from the start, so that it cannot fail half-way
 * for want of it. `act` must not await: the connection is shared, and whoever ran meanwhile would be inside.
 */
export function inTransaction<T>(database: DatabaseSync, act: () => T): T {
  return guarded(() => {
    const { begin, commit } = frameOf(database);
    begin.run();
    try {
      const result = act();
      commit.run();
      return result;
    } finally {
      // Still open only when `act` or COMMIT threw; some errors (a full disk) have rolled back already.
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  });
}

interface Frame {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
}

/** Prepared once for each database: parsing the two words again for every charge cost as much as the charge. */
const frames = new WeakMap<DatabaseSync, Frame>();

function frameOf(database: DatabaseSync): Frame {
  const known = frames.get(database);
  if (known !== undefined) return known;
  const frame = { begin: database.prepare('BEGIN IMMEDIATE'), commit: database.prepare('COMMIT') };
  frames.set(database, frame);
  return frame;
}

function numberOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
}

function refused(detail: string): MfaError {
  return new MfaError('ERR_MFA_STORE', { detail });
}

/** The path is the operator's own word, and without it the error would not help. */
function named<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const cause = error instanceof MfaError ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : 'no reason given';
    throw new MfaError('ERR_MFA_STORE', { cause, detail: `cannot open ${path}: ${reason}` });
  }
}
