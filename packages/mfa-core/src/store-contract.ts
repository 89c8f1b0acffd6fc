// What any store must promise, as cases without a test framework: run each one against fresh or shared stores, under any
// runner. Names are sentences. Not here: how fast a store is, and what happens when it breaks.
import { attemptCases } from './store-contract/attempts.ts';
import type { StoreCase } from './store-contract/case.ts';
import { challengeCases } from './store-contract/challenges.ts';
import { factorRaces } from './store-contract/factor-races.ts';
import { factorCases } from './store-contract/factors.ts';
import { sessionCases } from './store-contract/sessions.ts';
import { ticketCases } from './store-contract/tickets.ts';
import { upkeepCases } from './store-contract/upkeep.ts';

export type { StoreCase } from './store-contract/case.ts';

/**
 * The cases in the order of the ports. They make their own accounts and ids, so that they may share one database, in
 * any order; they leave rows behind. The clock is read and never moved: cases add to what it says, so it must stand still
 * while one runs (`fakeClock` of the testing kit does).
 */
export const storeContract: readonly StoreCase[] = [
  ...factorCases,
  ...factorRaces,
  ...upkeepCases,
  ...challengeCases,
  ...sessionCases,
  ...attemptCases,
  ...ticketCases,
];
