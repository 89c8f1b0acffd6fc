import { describe, it } from 'vitest';
import { budgetStoreContract } from '../budget/budget-store-contract.ts';
import { memoryBudgetStore } from './memory-budget.ts';

describe('counting in memory', () => {
  for (const { name, run } of budgetStoreContract) it(name, () => run(memoryBudgetStore(), 'one'));
});
