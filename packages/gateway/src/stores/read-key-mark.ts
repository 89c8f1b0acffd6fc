// Reads the mark of a durable store's keys and changes nothing there, for `palier check`: no file is made, no table, and a
// store of another version keeps what it has.
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { StoreAddress } from '../config/config.ts';
import { urlOf } from './parts.ts';
import { textOf } from './standing-rows.ts';

const patienceMilliseconds = 2000;
const question = 'SELECT mark FROM key_mark';
/** What PostgreSQL says of a table that is not there. */
const undefinedTable = '42P01';

/** The mark; undefined where there is none yet, or no store. Rejects when the store does not answer. */
export async function readKeyMark(durable: StoreAddress): Promise<string | undefined> {
  if (durable.kind === 'sqlite') return sqliteMark(durable.path);
  if (durable.kind === 'postgres') return postgresMark(urlOf({ ...durable, kind: 'postgres' }));
  return undefined;
}

function sqliteMark(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const table = database.prepare("SELECT name FROM sqlite_master WHERE name = 'key_mark'").get();
    return table === undefined ? undefined : markIn(database.prepare(question).get());
  } finally {
    database.close();
  }
}

async function postgresMark(connectionString: string): Promise<string | undefined> {
  const { DatabaseError, Pool } = await import('pg');
  const [connectionTimeoutMillis, query_timeout] = [patienceMilliseconds, patienceMilliseconds];
  const pool = new Pool({ connectionString, max: 1, connectionTimeoutMillis, query_timeout });
  pool.on('error', () => undefined);
  try {
    const { rows } = await pool.query<Readonly<Record<string, unknown>>>(question);
    return markIn(rows[0]);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === undefinedTable) return undefined;
    throw error;
  } finally {
    await pool.end();
  }
}

function markIn(row: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return row === undefined ? undefined : textOf(row['mark']);
}
