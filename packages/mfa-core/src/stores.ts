// The ports: at most six verbs each, every verb one atomic fact, and its answer says who won. `now` is an argument; a
// store never reads a clock. A rejected promise means "I do not know", and every caller turns that into a refusal.
import type { Challenge, Purpose } from './challenge.ts';
import type { Factor, RecoverySet, Sealed } from './factor.ts';
import type { AccountId, ChallengeId, FactorId, SessionId, TicketId, TokenDigest } from './ids.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';
import type { Ticket } from './ticket.ts';
import type { Instant } from './time.ts';

/** What an account can prove itself with. */
export interface FactorStore {
  /** Confirmed factors of the account, oldest first. */
  list(account: AccountId): Promise<readonly Factor[]>;
  /**
   * `duplicate` when the factor id, or a WebAuthn credential id of *any* account, is already there; `full` when the account
   * has no room left, whatever is added. Of concurrent callers no more get `added` than there is room for. Without `room`
   * nothing is counted: for what the operator adds.
   */
  add(factor: Factor, room?: Room): Promise<'added' | 'duplicate' | 'full'>;
  /**
   * With `leaving`, factors of the account, only while one of them is there; else nothing changes and the answer is `alone`.
   * Of callers who each leave only what another one removes, at least one gets `alone`.
   */
  remove(
    account: AccountId,
    factor: FactorId,
    leaving?: readonly FactorId[],
  ): Promise<'removed' | 'absent' | 'alone'>;
  /**
   * Remembers `step` if it is newer than the last accepted one (RFC 6238 section 5.2). Of concurrent callers with one
   * step exactly one gets `advanced`. `at` becomes `lastUsedAt`.
   */
  advanceTotpStep(
    account: AccountId,
    factor: FactorId,
    step: number,
    at: Instant,
  ): Promise<'advanced' | 'replayed'>;
  /**
   * Judges and stores the counter of a *verified* assertion (WebAuthn L3 section 7.2 step 22): `advanced` when both
   * are zero or `count` is greater than the stored one; otherwise `went-back`, and nothing is stored.
   */
  advanceSignCount(
    account: AccountId,
    factor: FactorId,
    count: number,
    backedUp: boolean,
    at: Instant,
  ): Promise<'advanced' | 'went-back'>;
  /** Takes one digest out of a recovery set. Of concurrent callers exactly one gets `redeemed`. */
  redeemRecoveryCode(
    account: AccountId,
    factor: FactorId,
    digest: string,
    at: Instant,
  ): Promise<'redeemed' | 'unknown'>;
}

/** Rare changes to factors that are already there. */
export interface FactorUpkeep {
  rename(account: AccountId, factor: FactorId, name: string): Promise<'renamed' | 'absent'>;
  /** Lets a factor prove something from `from` on: it was added to wait, and the log has been told of it now. */
  activate(account: AccountId, factor: FactorId, from: Instant): Promise<'active' | 'absent'>;
  /** Replaces a sealed secret only if it still is `from`: two rotations at once end in one. */
  reseal(account: AccountId, factor: FactorId, from: Sealed, to: Sealed): Promise<'resealed' | 'changed'>;
  /**
   * Disables every factor of the kinds named that is not disabled yet, waiting ones included; answers how many
   * (NIST SP 800-63B-4 section 3.2.2).
   */
  disable(account: AccountId, kinds: readonly Factor['kind'][], at: Instant): Promise<number>;
  /**
   * Replaces the account's recovery sets by this one, atomically: the old codes are dead when it resolves (A161). With
   * `none-works` only where the account has no set that is not disabled; else nothing changes and the answer is `held`. Of
   * concurrent callers who ask so exactly one gets `replaced`.
   */
  replaceRecoverySet(set: RecoverySet, where?: 'none-works'): Promise<'replaced' | 'held'>;
  /** Factors in the order of their ids, after `after`, at most `limit`: for walking all of them (key rotation). */
  page(after: FactorId | undefined, limit: number): Promise<readonly Factor[]>;
}

/** Ceremonies under way. */
export interface ChallengeStore {
  /** Keeps a challenge until it expires. At most 32 live ones for one session: the oldest gives way. */
  put(challenge: Challenge): Promise<void>;
  /** Reads without spending; undefined when gone, expired (at exactly `expiresAt` it is), or of another session or purpose. */
  peek<P extends Purpose>(
    id: ChallengeId,
    purpose: P,
    session: SessionId,
    now: Instant,
  ): Promise<Challenge<P> | undefined>;
  /** Deletes and returns. Of concurrent callers exactly one gets it; a mismatch of session or purpose deletes nothing. */
  take<P extends Purpose>(
    id: ChallengeId,
    purpose: P,
    session: SessionId,
    now: Instant,
  ): Promise<Challenge<P> | undefined>;
}

/** One account in one browser. */
export interface SessionStore {
  create(digest: TokenDigest, session: Session): Promise<void>;
  /** The session kept under this digest, dead or alive: whether it lives is judged by the caller. */
  load(digest: TokenDigest): Promise<Session | undefined>;
  /**
   * Puts `session` under the new digest if the old one still stands. Of concurrent callers exactly one gets `replaced`;
   * from then on the old digest opens nothing (A199).
   */
  replace(from: TokenDigest, to: TokenDigest, session: Session): Promise<'replaced' | 'gone'>;
  /** Moves `seenAt` forward; a session that is gone stays gone. */
  touch(digest: TokenDigest, seenAt: Instant): Promise<void>;
  /** Live or not, newest first. */
  list(account: AccountId): Promise<readonly Session[]>;
  /** Ends the sessions named, or all of the account; answers how many there were. */
  end(account: AccountId, which: readonly SessionId[] | 'all'): Promise<number>;
}

/** Guesses are counted before they are judged, so that a thousand parallel ones are not judged first (A136). */
export interface AttemptStore {
  /**
   * Counts one guess if the waiting time after `failures` consecutive ones has passed; otherwise counts nothing.
   * `wait[n]` is the number of milliseconds to wait after the n-th consecutive failure, the last entry for all beyond;
   * at `ceiling` failures nothing is granted any more. Atomic: parallel callers get distinct `failures`.
   */
  reserve(lane: AttemptLane, wait: readonly number[], ceiling: number, now: Instant): Promise<Reservation>;
  /** A right answer: the count of this lane starts at zero again. */
  clear(lane: AttemptLane): Promise<void>;
  /** Consecutive failures so far, for the operator's view. */
  count(lane: AttemptLane): Promise<number>;
}

/** Whose guesses, and of what: `code` for everything that can be guessed, `key` for signatures, which cannot. */
export interface AttemptLane {
  readonly account: AccountId;
  readonly kind: 'code' | 'key';
}

/** Whether a guess may be judged; `failures` counts it already. */
export type Reservation =
  | { readonly outcome: 'granted'; readonly failures: number }
  | { readonly outcome: 'wait'; readonly until: Instant }
  | { readonly outcome: 'ceiling' };

/** One-time rights to enrol. */
export interface TicketStore {
  issue(ticket: Ticket): Promise<void>;
  /** Deletes and returns the account's ticket with this digest if it has not expired. Exactly one caller wins. */
  redeem(account: AccountId, digest: string, now: Instant): Promise<Ticket | undefined>;
  /** Of one account, or of all; expired ones too, newest first. */
  list(account: AccountId | undefined): Promise<readonly Ticket[]>;
  revoke(id: TicketId): Promise<'revoked' | 'absent'>;
}

/** Everything mfa-core keeps. One object, so that one database can be one transaction domain. */
export interface MfaStores {
  readonly factors: FactorStore;
  readonly upkeep: FactorUpkeep;
  readonly challenges: ChallengeStore;
  readonly sessions: SessionStore;
  readonly attempts: AttemptStore;
  readonly tickets: TicketStore;
}
