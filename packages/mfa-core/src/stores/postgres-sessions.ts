// Sessions in PostgreSQL. An elevation changes the row and does not make another: whoever ends the session meanwhile
// waits for it and then ends what it became (A206).
import type { Session } from '../session.ts';
import type { SessionStore } from '../stores.ts';
import { sessionOf } from './documents.ts';
import type { Database } from './postgres-database.ts';

const statement = {
  create: `WITH swept AS (DELETE FROM palier_session WHERE digest IN
      (SELECT digest FROM palier_session WHERE opened_at < $7 LIMIT 100 FOR UPDATE SKIP LOCKED))
    INSERT INTO palier_session (digest, id, account, opened_at, seen_at, document) VALUES ($1, $2, $3, $4, $5, $6)`,
  load: 'SELECT seen_at, document FROM palier_session WHERE digest = $1',
  replace: `UPDATE palier_session SET digest = $1, id = $2, account = $3, opened_at = $4, seen_at = $5, document = $6
    WHERE digest = $7`,
  touch: 'UPDATE palier_session SET seen_at = greatest(seen_at, $2) WHERE digest = $1',
  list: 'SELECT seen_at, document FROM palier_session WHERE account = $1 ORDER BY opened_at DESC',
  endAll: 'DELETE FROM palier_session WHERE account = $1',
  end: 'DELETE FROM palier_session WHERE account = $1 AND id = ANY($2::text[])',
} as const;

/** Sessions that are swept `kept` milliseconds after they were opened. */
export function postgresSessions(on: Database, kept: number): SessionStore {
  return {
    create: async (digest, session) => {
      await on.run(statement.create, ...valuesOf(digest, session), Math.floor(session.openedAt - kept));
    },
    load: async (digest) => {
      const [row] = await on.rows(statement.load, digest);
      return row === undefined ? undefined : sessionOf(row);
    },
    replace: async (from, to, session) =>
      (await on.run(statement.replace, ...valuesOf(to, session), from)) === 1 ? 'replaced' : 'gone',
    touch: async (digest, seenAt) => {
      await on.run(statement.touch, digest, Math.ceil(seenAt));
    },
    list: async (account) => (await on.rows(statement.list, account)).map(sessionOf),
    end: (account, which) =>
      which === 'all' ? on.run(statement.endAll, account) : on.run(statement.end, account, [...which]),
  };
}

function valuesOf(digest: string, session: Session): readonly unknown[] {
  const { id, account, openedAt, seenAt } = session;
  return [digest, id, account, Math.ceil(openedAt), Math.ceil(seenAt), JSON.stringify(session)];
}
