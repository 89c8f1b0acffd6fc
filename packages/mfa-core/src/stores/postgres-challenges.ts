// Ceremonies under way and tickets in PostgreSQL: what is taken once. Deleting and answering are one statement.
import type { ChallengeStore, TicketStore } from '../stores.ts';
import { challengesPerSession } from './bounds.ts';
import { challengeOf, ticketOf } from './documents.ts';
import type { Database } from './postgres-database.ts';

const fits = 'id = $1 AND purpose = $2 AND session = $3 AND expires_at > $4';

const statement = {
  put: `INSERT INTO palier_challenge (id, purpose, session, expires_at, document) VALUES ($1, $2, $3, $4, $5)`,
  evict: `DELETE FROM palier_challenge WHERE session = $1 AND place <=
    (SELECT place FROM palier_challenge WHERE session = $1 ORDER BY place DESC LIMIT 1 OFFSET $2)`,
  peek: `SELECT purpose, document FROM palier_challenge WHERE ${fits}`,
  // Abandoned ceremonies go with any that is taken, a hundred at a time; locked ones are somebody else's to sweep (A260).
  take: `WITH swept AS (DELETE FROM palier_challenge WHERE place IN
      (SELECT place FROM palier_challenge WHERE expires_at <= $4 LIMIT 100 FOR UPDATE SKIP LOCKED))
    DELETE FROM palier_challenge WHERE ${fits} RETURNING purpose, document`,
  issue: `INSERT INTO palier_ticket (id, account, digest, issued_at, expires_at, document)
    VALUES ($1, $2, $3, $4, $5, $6)`,
  redeem: `DELETE FROM palier_ticket WHERE account = $1 AND digest = $2 AND expires_at > $3 RETURNING document`,
  list: `SELECT document FROM palier_ticket WHERE $1::text IS NULL OR account = $1 ORDER BY issued_at DESC`,
  revoke: 'DELETE FROM palier_ticket WHERE id = $1',
} as const;

export function postgresChallenges(on: Database): ChallengeStore {
  return {
    // Under the lock, or parallel callers would not see each other's and leave more than they may (A130).
    put: (challenge) =>
      on.atomically(`challenges of ${challenge.session}`, async (inside) => {
        const { id, purpose, session, expiresAt } = challenge;
        await inside.run(
          statement.put,
          id,
          purpose,
          session,
          Math.ceil(expiresAt),
          JSON.stringify(challenge),
        );
        await inside.run(statement.evict, session, challengesPerSession);
      }),
    peek: async (id, purpose, session, now) => {
      const [row] = await on.rows(statement.peek, id, purpose, session, Math.floor(now));
      return challengeOf(purpose, row);
    },
    take: async (id, purpose, session, now) => {
      const [row] = await on.rows(statement.take, id, purpose, session, Math.floor(now));
      return challengeOf(purpose, row);
    },
  };
}

export function postgresTickets(on: Database): TicketStore {
  return {
    issue: async (ticket) => {
      const { id, account, digest, issuedAt, expiresAt } = ticket;
      const times = [Math.ceil(issuedAt), Math.ceil(expiresAt)];
      await on.run(statement.issue, id, account, digest, ...times, JSON.stringify(ticket));
    },
    redeem: async (account, digest, now) => {
      const [row] = await on.rows(statement.redeem, account, digest, Math.floor(now));
      return row === undefined ? undefined : ticketOf(row);
    },
    list: async (account) => (await on.rows(statement.list, account ?? null)).map(ticketOf),
    revoke: async (id) => ((await on.run(statement.revoke, id)) === 1 ? 'revoked' : 'absent'),
  };
}
