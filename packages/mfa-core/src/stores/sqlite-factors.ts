// Factors in SQLite. A verb is one statement whose own WHERE decides who won; answers come from the rows changed. Three are
// transactions: one that counts before it adds, one that looks who is left before it removes, and one that replaces.
import type { Factor } from '../factor.ts';
import type { AccountId, FactorId } from '../ids.ts';
import { hasRoom, type Room } from '../room.ts';
import type { FactorStore, FactorUpkeep } from '../stores.ts';
import { factorColumns, factorOf, rowOf } from './factor-row.ts';
import { takenId } from './faults.ts';
import type { Statements, Values } from './sqlite-statements.ts';

const columns = factorColumns.join(', ');
const insert = `INSERT INTO factor (${columns}) VALUES (${factorColumns.map((name) => `:${name}`).join(', ')})
  ON CONFLICT DO NOTHING`;

const statement = {
  list: `SELECT ${columns} FROM factor WHERE account = :account ORDER BY added_at, id`,
  remove: 'DELETE FROM factor WHERE id = :id AND account = :account',
  holding: `SELECT id FROM factor
    WHERE account = :account AND id IN (SELECT value FROM json_each(:ids)) LIMIT 1`,
  advanceTotpStep: `UPDATE factor SET last_step = :step, last_used_at = :at
    WHERE id = :id AND account = :account AND kind = 'totp' AND last_step < :step`,
  advanceSignCount: `UPDATE factor SET sign_count = :count, backed_up = :backedUp, last_used_at = :at
    WHERE id = :id AND account = :account AND kind = 'webauthn'
      AND (sign_count < :count OR (sign_count = 0 AND :count = 0))`,
  redeemRecoveryCode: `UPDATE factor SET last_used_at = :at,
      codes = (SELECT json_group_array(value) FROM json_each(codes) WHERE value <> :digest)
    WHERE id = :id AND account = :account AND kind = 'recovery-code'
      AND EXISTS (SELECT 1 FROM json_each(codes) WHERE value = :digest)`,
  rename: 'UPDATE factor SET name = :name WHERE id = :id AND account = :account',
  activate: `UPDATE factor SET document = json_set(document, '$.activeFrom', json(:from))
    WHERE id = :id AND account = :account`,
  reseal:
    "UPDATE factor SET secret = :to WHERE id = :id AND account = :account AND kind = 'totp' AND secret = :from",
  disable: `UPDATE factor SET disabled_at = :at
    WHERE account = :account AND disabled_at IS NULL AND kind IN (SELECT value FROM json_each(:kinds))`,
  workingSets: `SELECT id FROM factor
    WHERE account = :account AND kind = 'recovery-code' AND disabled_at IS NULL`,
  removeRecoverySets: "DELETE FROM factor WHERE account = :account AND kind = 'recovery-code'",
  page: `SELECT ${columns} FROM factor WHERE id > :after ORDER BY id LIMIT :limit`,
} as const;

export function sqliteFactors(on: Statements): FactorStore {
  const changes = (sql: string, values: Values): boolean => on.run(sql, values) === 1;
  return {
    list: async (account) => on.all(statement.list, { account }).map(factorOf),
    add: async (factor, room) =>
      room === undefined ? added(on, factor) : on.atomically(() => addedWithin(on, factor, room)),
    remove: async (account, id, leaving) =>
      leaving === undefined
        ? removed(on, account, id)
        : on.atomically(() => (holdsOne(on, account, leaving) ? removed(on, account, id) : 'alone')),
    advanceTotpStep: async (account, id, step, at) =>
      changes(statement.advanceTotpStep, { account, id, step, at: Math.ceil(at) }) ? 'advanced' : 'replayed',
    advanceSignCount: async (account, id, count, backedUp, at) => {
      const values = { account, id, count, backedUp: backedUp ? 1 : 0, at: Math.ceil(at) };
      return changes(statement.advanceSignCount, values) ? 'advanced' : 'went-back';
    },
    redeemRecoveryCode: async (account, id, digest, at) =>
      changes(statement.redeemRecoveryCode, { account, id, digest, at: Math.ceil(at) })
        ? 'redeemed'
        : 'unknown',
  };
}

function removed(on: Statements, account: AccountId, id: FactorId): 'removed' | 'absent' {
  return on.run(statement.remove, { account, id }) === 1 ? 'removed' : 'absent';
}

function holdsOne(on: Statements, account: AccountId, ids: readonly FactorId[]): boolean {
  return on.all(statement.holding, { account, ids: JSON.stringify(ids) }).length > 0;
}

function added(on: Statements, factor: Factor): 'added' | 'duplicate' {
  return on.run(insert, { ...rowOf(factor) }) === 1 ? 'added' : 'duplicate';
}

function addedWithin(on: Statements, factor: Factor, room: Room): 'added' | 'duplicate' | 'full' {
  const held = on.all(statement.list, { account: factor.account }).map(factorOf);
  return hasRoom(held, room) ? added(on, factor) : 'full';
}

export function sqliteUpkeep(on: Statements): FactorUpkeep {
  return {
    rename: async (account, id, name) =>
      on.run(statement.rename, { account, id, name }) === 1 ? 'renamed' : 'absent',
    activate: async (account, id, from) =>
      on.run(statement.activate, { account, id, from: String(Math.ceil(from)) }) === 1 ? 'active' : 'absent',
    reseal: async (account, id, from, to) =>
      on.run(statement.reseal, { account, id, from, to }) === 1 ? 'resealed' : 'changed',
    disable: async (account, kinds, at) =>
      on.run(statement.disable, { account, kinds: JSON.stringify(kinds), at: Math.ceil(at) }),
    replaceRecoverySet: async (set, where) =>
      on.atomically(() => {
        if (where === 'none-works' && on.all(statement.workingSets, { account: set.account }).length > 0)
          return 'held';
        on.run(statement.removeRecoverySets, { account: set.account });
        if (on.run(insert, { ...rowOf(set) }) === 0) throw takenId();
        return 'replaced';
      }),
    page: async (after, limit) => on.all(statement.page, { after: after ?? '', limit }).map(factorOf),
  };
}
