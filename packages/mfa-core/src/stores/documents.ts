// Rows that hold a JSON document, read back: challenges, sessions and tickets, the same in every dialect. A document
// that cannot be what was written is an MfaError, never "nothing there" (A254).
import type { Challenge, Purpose } from '../challenge.ts';
import type { Session } from '../session.ts';
import type { Ticket } from '../ticket.ts';
import { nonsense, parsed } from './faults.ts';

/** A row as a driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** The challenge of a row whose WHERE asked for `purpose`. */
export function challengeOf<P extends Purpose>(purpose: P, row: Row | undefined): Challenge<P> | undefined {
  if (row === undefined) return undefined;
  const challenge = parsed('challenge', row['document']) as Challenge<P> | null;
  if (row['purpose'] !== purpose || challenge?.purpose !== purpose) throw nonsense('challenge');
  return challenge;
}

/** `seen_at` moves on its own; everything else is in the document. */
export function sessionOf(row: Row): Session {
  const session = parsed('session', row['document']);
  const seenAt = Number(row['seen_at']);
  if (typeof session !== 'object' || session === null || Number.isNaN(seenAt)) throw nonsense('session');
  return { ...session, seenAt } as Session;
}

export function ticketOf(row: Row): Ticket {
  const ticket = parsed('ticket', row['document']);
  if (typeof ticket !== 'object' || ticket === null) throw nonsense('ticket');
  return ticket as Ticket;
}
