// Sessions in SQLite. Whether a session lives is judged by the caller; here it is only swept, long after.
import type { Session } from '../session.ts';
import type { SessionStore } from '../stores.ts';
import { sessionOf } from './documents.ts';
import type { Statements, Values } from './sqlite-statements.ts';

const statement = {
  sweep: 'DELETE FROM session WHERE opened_at < :before',
  create: `INSERT INTO session (digest, id, account, opened_at, seen_at, document)
    VALUES (:digest, :id, :account, :openedAt, :seenAt, :document)`,
  load: 'SELECT seen_at, document FROM session WHERE digest = :digest',
  replace: `UPDATE session SET digest = :digest, id = :id, account = :account, opened_at = :openedAt,
    seen_at = :seenAt, document = :document WHERE digest = :from`,
  touch: 'UPDATE session SET seen_at = max(seen_at, :seenAt) WHERE digest = :digest',
  list: 'SELECT seen_at, document FROM session WHERE account = :account ORDER BY opened_at DESC',
  endAll: 'DELETE FROM session WHERE account = :account',
  end: 'DELETE FROM session WHERE account = :account AND id IN (SELECT value FROM json_each(:which))',
} as const;

/** Sessions that are swept `kept` milliseconds after they were opened. */
export function sqliteSessions(on: Statements, kept: number): SessionStore {
  return {
    create: async (digest, session) =>
      on.atomically(() => {
        on.run(statement.sweep, { before: Math.floor(session.openedAt - kept) });
        on.run(statement.create, valuesOf(digest, session));
      }),
    load: async (digest) => {
      const row = on.get(statement.load, { digest });
      return row === undefined ? undefined : sessionOf(row);
    },
    replace: async (from, to, session) =>
      on.run(statement.replace, { ...valuesOf(to, session), from }) === 1 ? 'replaced' : 'gone',
    touch: async (digest, seenAt) => void on.run(statement.touch, { digest, seenAt: Math.ceil(seenAt) }),
    list: async (account) => on.all(statement.list, { account }).map(sessionOf),
    end: async (account, which) =>
      which === 'all'
        ? on.run(statement.endAll, { account })
        : on.run(statement.end, { account, which: JSON.stringify(which) }),
  };
}

function valuesOf(digest: string, session: Session): Values {
  return {
    digest,
    id: session.id,
    account: session.account,
    openedAt: Math.ceil(session.openedAt),
    seenAt: Math.ceil(session.seenAt),
    document: JSON.stringify(session),
  };
}
