// One account in one browser, and what it has proved. Nothing here decides: see assurance.ts.
import type { Proof } from './assurance.ts';
import type { AccountId, SessionId } from './ids.ts';
import { elapsed, type Instant, type Seconds, secondsOf } from './time.ts';

/** What is known of one account in one browser. Read anew for every decision; a copy may be older than a revocation. */
export interface Session {
  readonly id: SessionId;
  readonly account: AccountId;
  readonly openedAt: Instant;
  /** The last time the session was used, kept to the minute. */
  readonly seenAt: Instant;
  /** Newest last; at most one of each kind and factor. */
  readonly proofs: readonly Proof[];
  /** What the browser said it is, at most 120 characters, shown to the person in the list of sessions. */
  readonly agent: string;
}

/** `seenAt` is kept to this, not to the second: most requests write nothing. */
export const touchEvery: Seconds = secondsOf(60);

/** How long a session lives, in seconds. */
export interface SessionLimits {
  /**
   * Longest silence. NIST SP 800-63B-4 section 2.2.3 asks for an hour or less at AAL2; more is sound only where another
   * session in front of this one ends after silence and asks for its password again.
   */
  readonly idle: Seconds;
  /** Longest life, whatever happens in it. */
  readonly lifetime: Seconds;
}

/** Whether the session still lives at `now`: exactly at a limit it does, past it it does not. */
export function isLive(session: Session, limits: SessionLimits, now: Instant): boolean {
  return elapsed(session.seenAt, now) <= limits.idle && elapsed(session.openedAt, now) <= limits.lifetime;
}

/** Whether a proof is of card class: forgotten after silence. */
export function isCardClass(proof: Proof): boolean {
  return proof.kind === 'card' || (proof.kind === 'webauthn' && proof.cardClass);
}

/** The session with one proof more; an older proof of the same kind and factor gives way. */
export function withProof(session: Session, proof: Proof, now: Instant): Session {
  const kept = session.proofs.filter((old) => !replaces(proof, old));
  return { ...session, seenAt: now, proofs: [...kept, proof].slice(-12) };
}

function replaces(proof: Proof, old: Proof): boolean {
  if (proof.kind === 'card' || old.kind === 'card') return proof.kind === old.kind;
  return proof.kind === old.kind && proof.factor === old.factor;
}
