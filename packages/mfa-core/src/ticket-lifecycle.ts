// Tickets as the operator sees them: issued once in clear, listed without their code, revoked. Redeeming is an enrolment
// right (enrol-right.ts). How a ticket reaches the person is the operator's; a mailbox is not a way (promise 1).
import { type AccountId, makeTicketCode, makeTicketId, type TicketCode, type TicketId } from './ids.ts';
import { emit, type Parts } from './parts.ts';
import { digestCode } from './recovery-codes.ts';
import type { Ticket } from './ticket.ts';
import { after, type Seconds } from './time.ts';

/** A ticket without the digest of its code. */
export type TicketView = Omit<Ticket, 'digest'>;

/** Tickets as the operator sees them. */
export interface Tickets {
  /**
   * Issues a one-time right to bind a factor. The code is in the answer and nowhere else; `issuedBy` is for the log.
   * `validFor` at most 30 days, else a TypeError.
   */
  issue(
    account: AccountId,
    issuedBy: string,
    validFor: Seconds,
  ): Promise<{ readonly ticket: TicketView; readonly code: TicketCode }>;
  /** Of one account or of all, newest first, expired ones too. */
  list(account?: AccountId): Promise<readonly TicketView[]>;
  /** Revokes a ticket of this account. */
  revoke(account: AccountId, id: TicketId): Promise<'revoked' | 'absent'>;
}

const longest = 30 * 24 * 3600;

export function createTickets(parts: Parts): Tickets {
  return {
    issue: (account, issuedBy, validFor) => issue(parts, account, issuedBy, validFor),
    list: async (account) => (await parts.stores.tickets.list(account)).map(viewOf),
    revoke: (account, id) => revoke(parts, account, id),
  };
}

function viewOf({ digest: _digest, ...view }: Ticket): TicketView {
  return view;
}

async function issue(
  parts: Parts,
  account: AccountId,
  issuedBy: string,
  validFor: Seconds,
): Promise<{ ticket: TicketView; code: TicketCode }> {
  if (!(validFor > 0 && validFor <= longest)) throw new TypeError('a ticket is valid for at most 30 days');
  const issuedAt = parts.clock.now();
  const code = makeTicketCode(parts.random);
  const digest = digestCode(parts.keys.digests, 'ticket', account, code);
  const ticket: Ticket = {
    id: makeTicketId(parts.random),
    account,
    digest,
    issuedAt,
    expiresAt: after(issuedAt, validFor),
    issuedBy,
  };
  await emit(parts, { account }, { type: 'ticket-issued', ticket: ticket.id, issuedBy });
  await parts.stores.tickets.issue(ticket);
  return { ticket: viewOf(ticket), code };
}

async function revoke(parts: Parts, account: AccountId, id: TicketId): Promise<'revoked' | 'absent'> {
  const own = (await parts.stores.tickets.list(account)).some((ticket) => ticket.id === id);
  if (!own || (await parts.stores.tickets.revoke(id)) === 'absent') return 'absent';
  await emit(parts, { account }, { type: 'ticket-revoked', ticket: id });
  return 'revoked';
}
