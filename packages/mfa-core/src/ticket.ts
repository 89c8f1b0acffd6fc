// The one-time right to enrol the first factor. It is handed over in person, by post or by a colleague with a card:
// never through the mailbox, which is what the attackers of 2022 owned.
import type { AccountId, TicketId } from './ids.ts';
import type { Instant } from './time.ts';

/** A one-time right to enrol, as a store keeps it. */
export interface Ticket {
  readonly id: TicketId;
  readonly account: AccountId;
  /** HMAC of the ticket code; the code itself is shown once, when it is issued. */
  readonly digest: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  /** Who issued it, for the log. */
  readonly issuedBy: string;
}
