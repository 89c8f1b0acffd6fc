// What every BudgetStore must do, races included, as cases any runner can run. `salt` makes the names of a case its own,
// so that one database serves all cases. Not here: speed, and what happens when the store is down.
import type { BudgetStoreCase } from './contract/material.ts';
import { novelties } from './contract/novelties.ts';
import { races } from './contract/races.ts';
import { semantics } from './contract/semantics.ts';

export { type BudgetStoreCase, digestOf } from './contract/material.ts';

export const budgetStoreContract: readonly BudgetStoreCase[] = [...semantics, ...novelties, ...races];
