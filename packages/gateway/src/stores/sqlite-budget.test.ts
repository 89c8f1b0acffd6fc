import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@palier/mfa-core/stores/sqlite';
import { afterAll, describe, it } from 'vitest';
import { budgetStoreContract } from '../budget/budget-store-contract.ts';
import { sqliteBudgetStore } from './sqlite-budget.ts';

const folder = mkdtempSync(join(tmpdir(), 'palier-budget-'));
const database = openDatabase(join(folder, 'counts.db'));

describe('counting in SQLite', () => {
  const store = sqliteBudgetStore(database);
  for (const [index, { name, run }] of budgetStoreContract.entries())
    it(name, () => run(store, String(index)));
});

afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});
