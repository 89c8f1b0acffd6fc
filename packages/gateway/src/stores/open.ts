// Opens the stores the configuration names. One SQLite file holds what both packages keep.
import type { AccountId, MfaStores } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { openDatabase, sqliteStores } from '@palier/mfa-core/stores/sqlite';
import type { BudgetStore } from '../budget/budget-store.ts';
import type { Config } from '../config/config.ts';
import { memoryBudgetStore } from './memory-budget.ts';
import { sqliteBudgetStore } from './sqlite-budget.ts';

export interface OpenStores {
  readonly mfa: MfaStores;
  readonly budget: BudgetStore;
  readonly close: () => void;
  /** Rejects when the store does not answer; reads next to nothing. */
  readonly probe: () => Promise<void>;
}

export function openStores({ durable, shared }: Config['stores']): OpenStores {
  if (durable.kind === 'memory') {
    const mfa = memoryStores();
    return { mfa, budget: memoryBudgetStore(), close: () => undefined, probe: probeOf(mfa) };
  }
  if (durable.kind !== 'sqlite' || (shared.kind !== 'sqlite' && shared.kind !== 'memory')) {
    throw new TypeError('config/unavailable.ts let a store through');
  }
  const database = openDatabase(durable.path);
  const mfa = sqliteStores(database);
  return { mfa, budget: sqliteBudgetStore(database), close: () => database.close(), probe: probeOf(mfa) };
}

/** One look at a count that is never there. */
function probeOf({ attempts }: MfaStores): () => Promise<void> {
  return async () => void (await attempts.count({ account: 'probe' as AccountId, kind: 'key' }));
}
