// What there is when all stores are open.
import type { ClockCheck, ClocksApart, MfaStores } from '@palier/mfa-core';
import type { BudgetStore } from '../budget/budget-store.ts';
import type { SignInStores } from '../sign-in/sign-in-store.ts';
import type { SharedPart } from './parts.ts';
import type { Standings } from './sqlite-standing.ts';

export interface OpenStores extends Pick<SharedPart, 'countedSince' | 'onLost' | 'renew'> {
  readonly mfa: MfaStores;
  readonly budget: BudgetStore;
  readonly standings: Standings;
  readonly signIns: SignInStores;
  readonly close: () => Promise<void>;
  /** Whether this machine's clock goes with the shared store's; who must not count while it does not is under-clock.ts. */
  readonly clockCheck: ClockCheck;
  /** Who is told when the clocks begin or cease to differ; the latest one. */
  readonly onApart: (listener: (apart: ClocksApart) => void) => void;
  /** Rejects when a store does not answer, or has lost counts; reads next to nothing. */
  readonly probe: () => Promise<void>;
}
