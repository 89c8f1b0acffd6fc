// Opens the stores the configuration names. One SQLite file holds what both packages keep.
import { type MfaStores } from '@palier/mfa-core';
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
}

/** What cannot be opened, said once at start. */
export class StoreError extends Error {}

export function openStores({ durable, shared }: Config['stores']): OpenStores {
  if (durable.kind === 'memory') return { mfa: memoryStores(), budget: memoryBudgetStore(), close: () => undefined };
  if (durable.kind !== 'sqlite' || (shared.kind !== 'sqlite' && shared.kind !== 'memory')) {
    throw new StoreError('stores: only sqlite:PATH and memory are wired into the gateway in this release');
  }
  const database = openDatabase(durable.path);
  const mfa = sqliteStores(database);
  return { mfa, budget: sqliteBudgetStore(database), close: () => database.close() };
}
