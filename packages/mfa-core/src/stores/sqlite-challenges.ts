// Ceremonies under way and tickets in SQLite: what is taken once. Deleting and answering are one statement.
import type { ChallengeStore, TicketStore } from '../stores.ts';
import { challengesPerSession } from './bounds.ts';
import { challengeOf, ticketOf } from './documents.ts';
import type { Statements } from './sqlite-statements.ts';

const fits = 'id = :id AND purpose = :purpose AND session = :session AND expires_at > :now';

const statement = {
  put: `INSERT INTO challenge (id, purpose, session, expires_at, document)
    VALUES (:id, :purpose, :session, :expiresAt, :document)`,
  evict: `DELETE FROM challenge WHERE session = :session AND place <=
    (SELECT place FROM challenge WHERE session = :session ORDER BY place DESC LIMIT 1 OFFSET :kept)`,
  peek: `SELECT purpose, document FROM challenge WHERE ${fits}`,
  take: `DELETE FROM challenge WHERE ${fits} RETURNING purpose, document`,
  sweep: 'DELETE FROM challenge WHERE expires_at <= :now',
  issue: `INSERT INTO ticket (id, account, digest, issued_at, expires_at, document)
    VALUES (:id, :account, :digest, :issuedAt, :expiresAt, :document)`,
  redeem: `DELETE FROM ticket WHERE account = :account AND digest = :digest AND expires_at > :now RETURNING document`,
  list: 'SELECT document FROM ticket WHERE :account IS NULL OR account = :account ORDER BY issued_at DESC',
  revoke: 'DELETE FROM ticket WHERE id = :id',
} as const;

export function sqliteChallenges(on: Statements): ChallengeStore {
  return {
    put: async (challenge) =>
      on.atomically(() => {
        const { id, purpose, session } = challenge;
        const expiresAt = Math.ceil(challenge.expiresAt);
        on.run(statement.put, { id, purpose, session, expiresAt, document: JSON.stringify(challenge) });
        on.run(statement.evict, { session, kept: challengesPerSession });
      }),
    peek: async (id, purpose, session, now) =>
      challengeOf(purpose, on.get(statement.peek, { id, purpose, session, now })),
    // Abandoned ceremonies go with any that is taken: one transaction, and no clock of our own (A260).
    take: async (id, purpose, session, now) =>
      on.atomically(() => {
        const row = on.get(statement.take, { id, purpose, session, now });
        on.run(statement.sweep, { now });
        return challengeOf(purpose, row);
      }),
  };
}

export function sqliteTickets(on: Statements): TicketStore {
  return {
    issue: async (ticket) => {
      const { id, account, digest } = ticket;
      const times = { issuedAt: Math.ceil(ticket.issuedAt), expiresAt: Math.ceil(ticket.expiresAt) };
      on.run(statement.issue, { id, account, digest, ...times, document: JSON.stringify(ticket) });
    },
    redeem: async (account, digest, now) => {
      const row = on.get(statement.redeem, { account, digest, now });
      return row === undefined ? undefined : ticketOf(row);
    },
    list: async (account) => on.all(statement.list, { account: account ?? null }).map(ticketOf),
    revoke: async (id) => (on.run(statement.revoke, { id }) === 1 ? 'revoked' : 'absent'),
  };
}
