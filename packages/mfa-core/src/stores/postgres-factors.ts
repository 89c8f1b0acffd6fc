// Factors in PostgreSQL. A verb is one statement whose own WHERE decides who won: a second caller waits for the first
// one's row lock, and READ COMMITTED then judges the row as the first one left it. Where no row is there to wait for, a
// named lock stands in.
import type { Factor } from '../factor.ts';
import type { AccountId, FactorId } from '../ids.ts';
import { hasRoom, type Room } from '../room.ts';
import type { FactorStore, FactorUpkeep } from '../stores.ts';
import { factorColumns, factorOf, rowOf } from './factor-row.ts';
import { takenId } from './faults.ts';
import type { Database, Queries } from './postgres-database.ts';

const columns = factorColumns.join(', ');
const own = 'id = $1 AND account = $2';

const statement = {
  add: `INSERT INTO palier_factor (${columns}) VALUES (${factorColumns.map((_, index) => `$${index + 1}`).join(', ')})
    ON CONFLICT DO NOTHING`,
  list: `SELECT ${columns} FROM palier_factor WHERE account = $1 ORDER BY added_at, id`,
  remove: `DELETE FROM palier_factor WHERE ${own}`,
  holding: 'SELECT id FROM palier_factor WHERE account = $1 AND id = ANY($2::text[]) LIMIT 1',
  advanceTotpStep: `UPDATE palier_factor SET last_step = $3, last_used_at = $4
    WHERE ${own} AND kind = 'totp' AND last_step < $3`,
  advanceSignCount: `UPDATE palier_factor SET sign_count = $3::bigint, backed_up = $4, last_used_at = $5
    WHERE ${own} AND kind = 'webauthn'
      AND (sign_count < $3::bigint OR (sign_count = 0 AND $3::bigint = 0))`,
  redeemRecoveryCode: `UPDATE palier_factor SET codes = codes - $3::text, last_used_at = $4
    WHERE ${own} AND kind = 'recovery-code' AND codes ? $3::text`,
  rename: `UPDATE palier_factor SET name = $3 WHERE ${own}`,
  activate: `UPDATE palier_factor
    SET document = jsonb_set(document::jsonb, '{activeFrom}', $3::text::jsonb)::text WHERE ${own}`,
  reseal: `UPDATE palier_factor SET secret = $4 WHERE ${own} AND kind = 'totp' AND secret = $3`,
  disable: `UPDATE palier_factor SET disabled_at = $3
    WHERE account = $1 AND kind = ANY($2::text[]) AND disabled_at IS NULL`,
  workingSets: `SELECT id FROM palier_factor
    WHERE account = $1 AND kind = 'recovery-code' AND disabled_at IS NULL`,
  removeRecoverySets: "DELETE FROM palier_factor WHERE account = $1 AND kind = 'recovery-code'",
  page: `SELECT ${columns} FROM palier_factor WHERE id > $1 ORDER BY id LIMIT $2`,
} as const;

function valuesOf(factor: Factor): readonly unknown[] {
  const row = rowOf(factor);
  return factorColumns.map((column) => row[column]);
}

export function postgresFactors(on: Database): FactorStore {
  const changes = async (sql: string, ...values: readonly unknown[]): Promise<boolean> =>
    (await on.run(sql, ...values)) === 1;
  return {
    list: async (account) => (await on.rows(statement.list, account)).map(factorOf),
    // Without the lock many callers would each find the last place free.
    add: (factor, room) =>
      room === undefined
        ? added(on, factor)
        : on.atomically(lockOf(factor.account), (inside) => addedWithin(inside, factor, room)),
    // Without the lock two callers would each find the factor that the other one removes.
    remove: (account, id, leaving) =>
      leaving === undefined
        ? removed(on, account, id)
        : on.atomically(lockOf(account), async (inside) =>
            (await holdsOne(inside, account, leaving)) ? removed(inside, account, id) : 'alone',
          ),
    advanceTotpStep: async (account, id, step, at) =>
      (await changes(statement.advanceTotpStep, id, account, step, Math.ceil(at))) ? 'advanced' : 'replayed',
    advanceSignCount: async (account, id, count, backedUp, at) => {
      const values = [id, account, count, backedUp ? 1 : 0, Math.ceil(at)];
      return (await changes(statement.advanceSignCount, ...values)) ? 'advanced' : 'went-back';
    },
    redeemRecoveryCode: async (account, id, digest, at) =>
      (await changes(statement.redeemRecoveryCode, id, account, digest, Math.ceil(at)))
        ? 'redeemed'
        : 'unknown',
  };
}

function lockOf(account: AccountId): string {
  return `factors of ${account}`;
}

async function removed(on: Queries, account: AccountId, id: FactorId): Promise<'removed' | 'absent'> {
  return (await on.run(statement.remove, id, account)) === 1 ? 'removed' : 'absent';
}

async function holdsOne(on: Queries, account: AccountId, ids: readonly FactorId[]): Promise<boolean> {
  return (await on.rows(statement.holding, account, [...ids])).length > 0;
}

async function added(on: Queries, factor: Factor): Promise<'added' | 'duplicate'> {
  return (await on.run(statement.add, ...valuesOf(factor))) === 1 ? 'added' : 'duplicate';
}

async function addedWithin(on: Queries, factor: Factor, room: Room): Promise<'added' | 'duplicate' | 'full'> {
  const held = (await on.rows(statement.list, factor.account)).map(factorOf);
  return hasRoom(held, room) ? added(on, factor) : 'full';
}

export function postgresUpkeep(on: Database): FactorUpkeep {
  return {
    rename: async (account, id, name) =>
      (await on.run(statement.rename, id, account, name)) === 1 ? 'renamed' : 'absent',
    activate: async (account, id, from) =>
      (await on.run(statement.activate, id, account, String(Math.ceil(from)))) === 1 ? 'active' : 'absent',
    reseal: async (account, id, from, to) =>
      (await on.run(statement.reseal, id, account, from, to)) === 1 ? 'resealed' : 'changed',
    disable: (account, kinds, at) => on.run(statement.disable, account, [...kinds], Math.ceil(at)),
    // Without the lock two callers would each delete the old set, not see the other's new one, and leave both (A161); and two
    // first ones would each find none.
    replaceRecoverySet: (set, where) =>
      on.atomically(`recovery set of ${set.account}`, async (inside) => {
        if (where === 'none-works' && (await inside.rows(statement.workingSets, set.account)).length > 0)
          return 'held';
        await inside.run(statement.removeRecoverySets, set.account);
        if ((await inside.run(statement.add, ...valuesOf(set))) === 0) throw takenId();
        return 'replaced';
      }),
    page: async (after, limit) => (await on.rows(statement.page, after ?? '', limit)).map(factorOf),
  };
}
