// Tickets: issued by an operator, printed or told in person, redeemed once.
import { emit, type Parts } from './parts.ts';
import { type AccountId, makeTicketCode, makeTicketId, type TicketCode, type TicketId } from './ids.ts';
import { digestCode } from './recovery-codes.ts';
import type { Ticket } from './ticket.ts';
import { after, type Seconds } from './time.ts';

export interface Tickets {
  /** Issues a ticket; `code` is shown now and never again. */
  issue(account: AccountId, issuedBy: string, validFor: Seconds): Promise<{ readonly ticket: Ticket; readonly code: TicketCode }>;
  list(account?: AccountId): Promise<readonly Ticket[]>;
  revoke(account: AccountId, id: TicketId): Promise<'revoked' | 'absent'>;
}

export function createTickets(parts: Parts): Tickets {
  return {
    issue: (account, issuedBy, validFor) => issue(parts, account, issuedBy, validFor),
    list: (account) => parts.stores.tickets.list(account),
    revoke: async (account, id) => {
      const outcome = await parts.stores.tickets.revoke(id);
      if (outcome === 'revoked') await emit(parts, { account }, { type: 'ticket-revoked', ticket: id });
      return outcome;
    },
  };
}

async function issue(parts: Parts, account: AccountId, issuedBy: string, validFor: Seconds): Promise<{ readonly ticket: Ticket; readonly code: TicketCode }> {
  const code = makeTicketCode(parts.random);
  const issuedAt = parts.clock.now();
  const digest = digestCode(parts.keys.digests, 'ticket', account, code);
  const ticket: Ticket = { id: makeTicketId(parts.random), account, digest, issuedAt, expiresAt: after(issuedAt, validFor), issuedBy };
  await emit(parts, { account }, { type: 'ticket-issued', ticket: ticket.id, issuedBy });
  await parts.stores.tickets.issue(ticket);
  return { ticket, code };
}
