// What is kept of sign-ins at the portal: guesses, counted in lanes, and which account a watched cookie belongs to. Names
// of lanes and cookies are digests: a thief of the store learns no login and opens no session.
import type { AccountId, Instant } from '@palier/mfa-core';

/** One count of guesses: of an account in a network, of a network, of a browser that is known... */
export interface GuessLane {
  readonly name: string;
  /**
   * Milliseconds to wait after the n-th guess that was not forgiven, the last entry for all beyond; empty never waits.
   */
  readonly wait: readonly number[];
  /** One guess is forgotten after each so many milliseconds. */
  readonly leak: number;
}

export type GuessReserved =
  | { readonly outcome: 'granted' }
  | { readonly outcome: 'wait'; readonly until: Instant };

/** Guesses are counted before they are sent to the portal, so that a thousand at once are not sent first (A136). */
export interface GuessStore {
  /**
   * Counts one guess in every lane, or in none when one of them must still wait; the longest wait is told. Atomic over
   * all lanes: of parallel callers no more are granted than one after another would be.
   */
  reserve(lanes: readonly GuessLane[], now: Instant): Promise<GuessReserved>;
  /** The guess was right: lanes in `clear` start anew, those in `giveBack` lose one guess and their wait. */
  forgive(clear: readonly string[], giveBack: readonly string[]): Promise<void>;
  /** Guesses not forgotten yet. */
  level(name: string, leak: number, now: Instant): Promise<number>;
}

/** A portal cookie that was handed out at a sign-in the gateway watched. */
export interface WatchedSignIn {
  readonly account: AccountId;
  readonly until: Instant;
}

export interface WatchedStore {
  /**
   * Binds a cookie by its digest. `taken` when it is bound already, whoever it belongs to: a value the portal hands out
   * twice proves nothing, and from then on nobody is behind it.
   */
  bind(digest: string, signIn: WatchedSignIn, now: Instant): Promise<'bound' | 'taken'>;
  find(digest: string, now: Instant): Promise<WatchedSignIn | undefined>;
  /** Ends one; answers whether it was there. */
  end(digest: string): Promise<boolean>;
}

export interface SignInStores {
  readonly guesses: GuessStore;
  readonly watched: WatchedStore;
}
