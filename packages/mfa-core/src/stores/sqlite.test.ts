// What SQLite adds to the contract: nothing outlives its purpose in the file, and a row that was tampered with is an
// error. The contract itself is run in test/contracts.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sealed } from '../factor.ts';
import { freshAccount, freshDigest, sessionOf, stepUpOf, totpOf } from '../store-contract/material.ts';
import { instantOf, secondsOf } from '../time.ts';
import { openDatabase, sqliteStores } from './sqlite.ts';

const now = instantOf(Date.parse('2026-03-02T08:00:00Z'));
const parent = mkdtempSync(join(tmpdir(), 'palier-sqlite-'));
afterAll(() => rmSync(parent, { recursive: true }));

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(parent, 'case-'));
  path = join(folder, 'palier.db');
});

/** How many rows the statement counts, read beside the stores. */
function counted(sql: string): unknown {
  const database = new DatabaseSync(path);
  const count = Object.values(database.prepare(sql).get() ?? {})[0];
  database.close();
  return count;
}

describe('a secret that was sealed anew', () => {
  const old = `v1.k1.${'OLDSEALED'.repeat(8)}` as Sealed;
  const onDisk = (): boolean =>
    readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(old));

  it('leaves no copy in the file once its journal is folded in', async () => {
    const stores = sqliteStores(path);
    const factor = totpOf(freshAccount(), now, { secret: old });
    await stores.factors.add(factor);
    expect(onDisk()).toBe(true);
    await stores.upkeep.reseal(factor.account, factor.id, old, 'v1.k2.new' as Sealed);
    stores.close();
    expect(onDisk()).toBe(false);
  });

  it('would leave one in a database that does not overwrite what it deletes', async () => {
    const database = openDatabase(path);
    database.exec('PRAGMA secure_delete = OFF');
    const stores = sqliteStores(database);
    const factor = totpOf(freshAccount(), now, { secret: old });
    await stores.factors.add(factor);
    await stores.factors.remove(factor.account, factor.id);
    database.close();
    expect(onDisk()).toBe(true);
  });
});

describe('sweeping', () => {
  it('takes expired challenges of everybody when any is taken (A260)', async () => {
    const stores = sqliteStores(path);
    const [first, second] = [stepUpOf(now), stepUpOf(instantOf(now + 1))];
    for (const challenge of [first, second]) await stores.challenges.put(challenge);
    await stores.challenges.take(second.id, 'resume', second.session, first.expiresAt);
    expect(counted('SELECT count(*) FROM challenge')).toBe(1);
    stores.close();
  });

  it('takes sessions nobody ended after the time they are kept', async () => {
    const stores = sqliteStores(path, { sessionsKept: secondsOf(3600) });
    const [old, edge] = [freshDigest(), freshDigest()];
    await stores.sessions.create(old, sessionOf(freshAccount(), instantOf(now - 3_600_001)));
    await stores.sessions.create(edge, sessionOf(freshAccount(), instantOf(now - 3_600_000)));
    await stores.sessions.create(freshDigest(), sessionOf(freshAccount(), now));
    expect(await stores.sessions.load(old)).toBeUndefined();
    expect(await stores.sessions.load(edge)).toBeDefined();
    stores.close();
  });
});

describe('a row that is not what was written', () => {
  it.each([
    ["UPDATE factor SET document = '{'"],
    ["UPDATE factor SET kind = 'webauthn'"],
    ['UPDATE factor SET secret = NULL'],
    [`UPDATE factor SET document = json_set(document, '$.line', 'fac_one fac_other')`],
    [`UPDATE factor SET document = json_set(document, '$.line', json('{"includes":1}'))`],
    [`UPDATE factor SET document = json_set(document, '$.line', NULL)`],
    [`UPDATE factor SET document = json_set(document, '$.line', json('["fac_one",7]'))`],
  ])('is an error and never an account without factors: %s (A254)', async (tampering) => {
    const database = openDatabase(path);
    const stores = sqliteStores(database);
    const factor = totpOf(freshAccount(), now);
    await stores.factors.add(factor);
    expect(await stores.factors.list(factor.account)).toEqual([factor]);
    database.exec(tampering);
    await expect(stores.factors.list(factor.account)).rejects.toMatchObject({ code: 'ERR_MFA_STORE' });
    database.close();
  });

  it('is no challenge of another purpose', async () => {
    const database = openDatabase(path);
    const stores = sqliteStores(database);
    const { id, session, ...rest } = stepUpOf(now);
    await stores.challenges.put({ id, session, ...rest });
    database.exec("UPDATE challenge SET purpose = 'enrol-right'");
    const taken = stores.challenges.take(id, 'enrol-right', session, now);
    await expect(taken).rejects.toMatchObject({ code: 'ERR_MFA_STORE' });
    database.close();
  });
});

it('a store that was closed rejects every verb instead of answering "nothing there"', async () => {
  const stores = sqliteStores(path);
  stores.close();
  await expect(stores.factors.list(freshAccount())).rejects.toMatchObject({ code: 'ERR_MFA_STORE' });
  await expect(stores.sessions.load(freshDigest())).rejects.toMatchObject({ code: 'ERR_MFA_STORE' });
});

it('closing leaves a database alone that the caller opened', () => {
  const database = openDatabase(path);
  sqliteStores(database).close();
  expect(database.isOpen).toBe(true);
  database.close();
});
