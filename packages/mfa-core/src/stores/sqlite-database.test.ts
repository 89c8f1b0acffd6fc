// The file under the stores: what cannot be opened says why, what fails leaves nothing half done (A140).
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import type { SchemaPart } from './schema-part.ts';
import { inTransaction, migrate, openDatabase } from './sqlite-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'palier-database-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function freshPath(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

const notes: SchemaPart = {
  name: 'notes',
  tables: ['note'],
  migrations: ['CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT'],
};
const titledNotes: SchemaPart = {
  ...notes,
  migrations: [...notes.migrations, "ALTER TABLE note ADD COLUMN title TEXT NOT NULL DEFAULT ''"],
};

function opened(path: string, part: SchemaPart = notes): DatabaseSync {
  const database = openDatabase(path);
  migrate(database, part);
  return database;
}

function write(database: DatabaseSync, text: string): void {
  database.prepare('INSERT INTO note (text) VALUES (?)').run(text);
}

function countOf(database: DatabaseSync): unknown {
  return database.prepare('SELECT count(*) AS count FROM note').get()?.['count'];
}

describe('opening', () => {
  it('makes a file whose commits survive a power cut', () => {
    const database = opened(freshPath());
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    database.close();
  });

  it('says which path is a folder, and what is no database', () => {
    const text = freshPath();
    writeFileSync(text, 'dear diary, '.repeat(100));
    expect(() => openDatabase(folder)).toThrow(`cannot open ${folder}: EISDIR`);
    expect(() => openDatabase(text)).toThrow(`cannot open ${text}: file is not a database`);
    expect(() => openDatabase(text)).toThrow(expect.objectContaining({ code: 'ERR_MFA_STORE' }));
  });

  it('refuses a database of another program and leaves it as it was', () => {
    const path = freshPath();
    const foreign = new DatabaseSync(path);
    foreign.exec('CREATE TABLE payroll (id INTEGER PRIMARY KEY)');
    foreign.close();
    const before = readFileSync(path);
    expect(() => openDatabase(path)).toThrow('the file belongs to another program');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('finds a damaged table at the start', () => {
    const path = freshPath();
    const database = opened(path);
    for (let index = 0; index < 200; index += 1) write(database, 'x'.repeat(500));
    database.close();
    opened(path).close();
    damage(path);
    const again = openDatabase(path);
    expect(() => migrate(again, notes)).toThrow(expect.objectContaining({ code: 'ERR_MFA_STORE' }));
    again.close();
  });
});

/** Overwrites the last third of the file, where the rows are. */
function damage(path: string): void {
  const { size } = statSync(path);
  const length = Math.floor(size / 3);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, size - length);
  closeSync(file);
}

describe('migrating', () => {
  it('changes nothing the second time', () => {
    const path = freshPath();
    const first = opened(path);
    write(first, 'kept');
    first.close();
    const second = opened(path);
    expect(countOf(second)).toBe(1);
    second.close();
  });

  it('brings an older file forward and keeps its rows', () => {
    const path = freshPath();
    const old = opened(path);
    write(old, 'kept');
    old.close();
    const database = opened(path, titledNotes);
    expect(database.prepare('SELECT text, title FROM note').get()).toEqual({ text: 'kept', title: '' });
    database.close();
  });

  it('refuses a file that a newer release wrote', () => {
    const path = freshPath();
    opened(path, titledNotes).close();
    const database = openDatabase(path);
    expect(() => migrate(database, notes)).toThrow('notes was written by a newer release (2, not 1)');
    database.close();
  });

  it('leaves nothing of a migration that fails half-way', () => {
    const database = openDatabase(freshPath());
    const faulty: SchemaPart = { ...notes, migrations: [...notes.migrations, 'CREATE TABLE note (id)'] };
    expect(() => migrate(database, faulty)).toThrow(expect.objectContaining({ code: 'ERR_MFA_STORE' }));
    migrate(database, notes);
    expect(countOf(database)).toBe(0);
    database.close();
  });

  it('works on a database the caller opened', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database, notes);
    expect(countOf(database)).toBe(0);
    database.close();
  });
});

describe('a transaction', () => {
  it('is undone whole when its act throws, and the next one goes on', () => {
    const database = opened(freshPath());
    const broken = (): void => {
      write(database, 'half');
      throw new Error('power cut');
    };
    expect(() => inTransaction(database, broken)).toThrow(expect.objectContaining({ code: 'ERR_MFA_STORE' }));
    inTransaction(database, () => write(database, 'whole'));
    expect(countOf(database)).toBe(1);
    database.close();
  });

  it('gives up in bounded time while another process writes, and changes nothing', () => {
    const path = freshPath();
    const [holder, waiter] = [opened(path), opened(path)];
    holder.exec('BEGIN IMMEDIATE');
    const started = performance.now();
    expect(() => inTransaction(waiter, () => write(waiter, 'late'))).toThrow(
      expect.objectContaining({ code: 'ERR_MFA_STORE' }),
    );
    expect(performance.now() - started).toBeLessThan(5000);
    holder.exec('COMMIT');
    expect(countOf(waiter)).toBe(0);
    for (const database of [holder, waiter]) database.close();
  });

  it('is undone on a full disk, and works again when there is room', () => {
    const database = opened(freshPath());
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
    database.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const much = (): void => {
      for (let index = 0; index < 100; index += 1) write(database, 'x'.repeat(1000));
    };
    expect(() => inTransaction(database, much)).toThrow(expect.objectContaining({ code: 'ERR_MFA_STORE' }));
    expect(countOf(database)).toBe(0);
    database.exec('PRAGMA max_page_count = 1000000');
    inTransaction(database, much);
    expect(countOf(database)).toBe(100);
    database.close();
  });
});
