// The two halves of what the gateway keeps. Durable: what must never come back to life or be forgotten. Shared: what all
// instances must agree on at every request.
import type { Instant, MfaStores } from '@palier/mfa-core';
import type { BudgetStore } from '../budget/budget-store.ts';
import type { StoreAddress } from '../config/config.ts';
import type { SignInStores } from '../sign-in/sign-in-store.ts';
import type { Standings } from './sqlite-standing.ts';

export interface StorePart {
  /** Rejects when the store does not answer; reads next to nothing. */
  readonly probe: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Attempts are durable: a Redis that comes back empty must not give a guesser of codes a new start. */
export interface DurablePart
  extends Pick<MfaStores, 'factors' | 'upkeep' | 'tickets' | 'attempts'>,
    Standings,
    StorePart {
  /** Guesses and watched sign-ins are durable for the same reason. */
  readonly signIns: SignInStores;
}

export interface SharedPart extends Pick<MfaStores, 'challenges' | 'sessions'>, StorePart {
  readonly budget: BudgetStore;
  /** Presences bought before this instant are void; 0 where counts cannot be lost apart from the rest. */
  readonly countedSince: () => Instant;
  /** Who is told when counts were lost; the latest one. */
  readonly onLost: (listener: () => void) => void;
  /** What time it is there; undefined where the store is of this machine and has its clock. */
  readonly time: (() => Promise<Instant>) | undefined;
  /** Accepts that counts were lost and begins anew; undefined where that cannot happen. */
  readonly renew: (() => Promise<string>) | undefined;
}

export type Address = Extract<StoreAddress, { readonly kind: 'postgres' | 'redis' }>;

/** The URL with its password, for the driver alone. */
export function urlOf({ url, password }: Address): string {
  const full = new URL(url);
  if (password !== undefined)
    full.password = encodeURIComponent(password.expose((bytes) => new TextDecoder().decode(bytes)));
  return full.href;
}
