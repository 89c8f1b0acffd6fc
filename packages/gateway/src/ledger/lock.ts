// One writer per folder. The kernel holds the lock (through SQLite's own file locking) and lets go of it when the
// process ends, also at kill -9: there is no stale lock to recognise and no process number to mistake, which in
// containers is always 1. Holds on local disks; a network file system must support POSIX locks.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { holderOf } from './lock-holder.ts';

export interface FolderLock {
  /** Takes it anew when the folder was made anew under us: the lock of a deleted file keeps nobody out. */
  hold(): void;
  release(): void;
}

/** Another writer has the folder, or it cannot be locked. */
export class LedgerLockError extends Error {}

/** Takes the lock of a folder at once or throws a LedgerLockError. */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, 'lock');
  let database = locked(folder, path);
  let own = placeOf(path);
  return {
    hold: () => {
      if (placeOf(path) === own) return;
      const next = locked(folder, path);
      database.close();
      [database, own] = [next, placeOf(path)];
    },
    release: () => database.close(),
  };
}

/** Which file has the name now; undefined for none. */
function placeOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}

function locked(folder: string, path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database?.close();
    throw new LedgerLockError(isBusy(cause) ? takenWords(folder, path) : noLockWords(path, cause), { cause });
  }
}

/** SQLITE_BUSY: somebody else has it. Anything else says that it is no lock at all (a folder, a pipe, another file). */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

function noLockWords(path: string, error: unknown): string {
  const why = error instanceof Error ? error.message : 'no reason given';
  return `${path} cannot be locked: ${why}\n    fix: see that its folder is there and can be written, and take away what else has its name; the gateway makes it anew`;
}

/** Two gateways in one folder are rarely meant: first what is likelier. */
function takenWords(folder: string, path: string): string {
  const pid = holderOf(path);
  const process = pid === undefined ? '' : ` (process ${pid})`;
  return `${folder} is being written by another gateway${process}\n    fix: if this one runs already, stop it first; if two are meant to run, give each a ledger.directory of its own`;
}
