// The bounds every store keeps alike. Not here: how long a session may live, which is the caller's policy.
import { type Seconds, secondsOf } from '../time.ts';

/** At most so many live challenges for one session: the oldest gives way (A130). */
export const challengesPerSession = 32;

export interface StoreBounds {
  /**
   * How long after its opening a session is swept if nobody ended it; 30 days when not given. Must not be shorter than
   * the lifetime of the policy: a session that is swept early is signed out, never kept longer.
   */
  readonly sessionsKept?: Seconds;
}

/** What stores behind a connection are given. */
export interface ConnectionBounds extends StoreBounds {
  /** Longest wait for an answer, 3 s when not given. Silence is an error, and errors are refusals. */
  readonly patience?: Seconds;
}

const thirtyDays: Seconds = secondsOf(30 * 24 * 3600);

/** The time a session is kept, in milliseconds. */
export function sessionsKept(bounds: StoreBounds): number {
  return (bounds.sessionsKept ?? thirtyDays) * 1000;
}

/** The longest wait for an answer, in milliseconds. */
export function patienceOf(bounds: ConnectionBounds): number {
  return (bounds.patience ?? secondsOf(3)) * 1000;
}
