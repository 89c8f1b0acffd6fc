// The form of a contract case, and what cases share: racing, waiting, odd names.
import type { AccountId } from '../ids.ts';
import type { MfaStores } from '../stores.ts';
import type { Clock, Instant } from '../time.ts';

/** One promise of a store, as a case for any test runner. */
export interface StoreCase {
  /** A sentence of behaviour. */
  readonly name: string;
  /** `race`: a store that checks, awaits and then sets fails it. */
  readonly kind: 'single' | 'race';
  /** Resolves when the promise is kept; otherwise rejects with an AssertionError of node:assert or the store's error. */
  readonly run: (stores: MfaStores, clock: Clock) => Promise<void>;
}

export type Run = StoreCase['run'];

export function single(name: string, run: Run): StoreCase {
  return { name, kind: 'single', run };
}

export function race(name: string, run: Run): StoreCase {
  return { name, kind: 'race', run };
}

/** Calls `act` for 0 to 99 without waiting for any of them, and gives all answers. */
export function hundred<T>(act: (index: number) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: 100 }, (_, index) => act(index)));
}

/** How many of the answers are this one. */
export function countOf<T>(answers: readonly T[], answer: T): number {
  return answers.filter((one) => one === answer).length;
}

export function later(at: Instant, milliseconds: number): Instant {
  return (at + milliseconds) as Instant;
}

/** Names that break stores which paste, fold, cut, glue or pattern-match what they are given. */
export const oddNames: readonly AccountId[] = [
  `O'Brien"; DROP TABLE factor; --`,
  'Zo\u00e9 \u{1f469}\u200d\u2695\ufe0f',
  '\u00e9'.repeat(200),
  '__proto__',
  'a:b code',
  'a:b',
  '%_*?[a-z]{0}$1\\',
  'Admin',
  'admin',
] as readonly string[] as readonly AccountId[];
