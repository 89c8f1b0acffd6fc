// The stores on node:sqlite: the embedded default. Every verb is one statement whose own WHERE decides who won, or one
// short write transaction; two processes on one file keep every promise.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Challenge, Purpose } from '../challenge.ts';
import type { Factor } from '../factor.ts';
import type { Session } from '../session.ts';
import type { AttemptStore, ChallengeStore, FactorStore, FactorUpkeep, MfaStores, SessionStore, TicketStore } from '../stores.ts';
import type { Ticket } from '../ticket.ts';
import { instantOf } from '../time.ts';
import { challengesPerSession } from './memory.ts';
import { guarded, inTransaction, migrate, openDatabase, type SchemaPart } from './sqlite-database.ts';

/** Documents are JSON; what a WHERE decides on has a column of its own. Times are milliseconds since the epoch. */
const schema: SchemaPart = {
  name: 'mfa-core',
  migrations: [
    `CREATE TABLE factor (id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, credential TEXT UNIQUE, added_at INTEGER NOT NULL,
       last_step INTEGER NOT NULL DEFAULT -1, sign_count INTEGER NOT NULL DEFAULT 0, secret TEXT, document TEXT NOT NULL) STRICT;
     CREATE INDEX factor_account ON factor (account, added_at);
     CREATE TABLE recovery_code (factor TEXT NOT NULL REFERENCES factor (id) ON DELETE CASCADE, digest TEXT NOT NULL, PRIMARY KEY (factor, digest)) STRICT, WITHOUT ROWID;
     CREATE TABLE challenge (id TEXT PRIMARY KEY, purpose TEXT NOT NULL, session TEXT NOT NULL, expires_at INTEGER NOT NULL, document TEXT NOT NULL) STRICT;
     CREATE INDEX challenge_session ON challenge (session);
     CREATE INDEX challenge_expiry ON challenge (expires_at);
     CREATE TABLE session (digest TEXT PRIMARY KEY, id TEXT NOT NULL, account TEXT NOT NULL, opened_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, document TEXT NOT NULL) STRICT;
     CREATE INDEX session_account ON session (account);
     CREATE TABLE attempt (account TEXT NOT NULL, kind TEXT NOT NULL, failures INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (account, kind)) STRICT, WITHOUT ROWID;
     CREATE TABLE ticket (id TEXT PRIMARY KEY, account TEXT NOT NULL, digest TEXT NOT NULL, issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, document TEXT NOT NULL) STRICT;
     CREATE INDEX ticket_account ON ticket (account, digest);`,
  ],
};

type Row = Readonly<Record<string, unknown>>;

/** One prepared statement per text, kept. */
interface Database {
  run(sql: string, ...values: SQLInputValue[]): number;
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: SQLInputValue[]): readonly Row[];
  atomically<T>(act: () => T): T;
}

/** Opens the file at `path` (or takes an open database) and gives the stores on it. `close` ends what it opened itself. */
export function sqliteStores(source: string | DatabaseSync): MfaStores & { readonly close: () => void } {
  const database = typeof source === 'string' ? openDatabase(source) : source;
  migrate(database, schema);
  const on = prepared(database);
  return {
    factors: factorStore(on), upkeep: factorUpkeep(on), challenges: challengeStore(on), sessions: sessionStore(on), attempts: attemptStore(on), tickets: ticketStore(on),
    close: () => {
      if (typeof source === 'string') database.close();
    },
  };
}

function prepared(database: DatabaseSync): Database {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const statement = (sql: string): ReturnType<DatabaseSync['prepare']> => {
    const known = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  return {
    run: (sql, ...values) => guarded(() => Number(statement(sql).run(...values).changes)),
    get: (sql, ...values) => guarded(() => statement(sql).get(...values)),
    all: (sql, ...values) => guarded(() => statement(sql).all(...values)),
    atomically: (act) => inTransaction(database, act),
  };
}

function document<T>(row: Row): T {
  return JSON.parse(String(row['document'])) as T;
}

const factorColumns = 'id, kind, last_step, sign_count, secret, document, (SELECT json_group_array(digest) FROM recovery_code WHERE factor = factor.id) AS codes';

/** The columns a WHERE decides on are the truth; the document holds the rest. */
function factorOf(row: Row): Factor {
  const factor = document<Factor>(row);
  if (factor.kind === 'totp') return { ...factor, lastStep: Number(row['last_step']), secret: String(row['secret']) as typeof factor.secret };
  if (factor.kind === 'webauthn') return { ...factor, signCount: Number(row['sign_count']) };
  return { ...factor, codes: JSON.parse(String(row['codes'])) as readonly string[] };
}

const setUsed = "document = json_set(document, '$.lastUsedAt', ?)";

function factorStore(on: Database): FactorStore {
  return {
    list: async (account) => on.all(`SELECT ${factorColumns} FROM factor WHERE account = ? ORDER BY added_at, id`, account).map(factorOf),
    add: async (factor) => on.atomically(() => insertFactor(on, factor)),
    remove: async (account, id) => (on.run('DELETE FROM factor WHERE id = ? AND account = ?', id, account) === 1 ? 'removed' : 'absent'),
    advanceTotpStep: async (account, id, step, at) =>
      on.run(`UPDATE factor SET last_step = ?, ${setUsed} WHERE id = ? AND account = ? AND kind = 'totp' AND last_step < ?`, step, at, id, account, step) === 1 ? 'advanced' : 'replayed',
    advanceSignCount: async (account, id, count, backedUp, at) =>
      on.run(
        `UPDATE factor SET sign_count = ?, document = json_set(document, '$.lastUsedAt', ?, '$.backedUp', json(?))
         WHERE id = ? AND account = ? AND kind = 'webauthn' AND (sign_count < ? OR (sign_count = 0 AND ? = 0))`,
        count, at, backedUp ? 'true' : 'false', id, account, count, count,
      ) === 1 ? 'advanced' : 'went-back',
    redeemRecoveryCode: async (account, id, digest, at) =>
      on.atomically(() => {
        const gone = on.run('DELETE FROM recovery_code WHERE factor = (SELECT id FROM factor WHERE id = ? AND account = ?) AND digest = ?', id, account, digest);
        if (gone === 1) on.run(`UPDATE factor SET ${setUsed} WHERE id = ?`, at, id);
        return gone === 1 ? 'redeemed' : 'unknown';
      }),
  };
}

function insertFactor(on: Database, factor: Factor): 'added' | 'duplicate' {
  const added = on.run(
    'INSERT INTO factor (id, account, kind, credential, added_at, last_step, sign_count, secret, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    factor.id, factor.account, factor.kind, factor.kind === 'webauthn' ? factor.credentialId : null, factor.addedAt,
    factor.kind === 'totp' ? factor.lastStep : -1, factor.kind === 'webauthn' ? factor.signCount : 0, factor.kind === 'totp' ? factor.secret : null, JSON.stringify(factor),
  );
  if (added === 0) return 'duplicate';
  for (const code of factor.kind === 'recovery-code' ? factor.codes : []) on.run('INSERT INTO recovery_code (factor, digest) VALUES (?, ?)', factor.id, code);
  return 'added';
}

function factorUpkeep(on: Database): FactorUpkeep {
  return {
    rename: async (account, id, name) => (on.run("UPDATE factor SET document = json_set(document, '$.name', ?) WHERE id = ? AND account = ?", name, id, account) === 1 ? 'renamed' : 'absent'),
    reseal: async (account, id, from, to) => (on.run('UPDATE factor SET secret = ? WHERE id = ? AND account = ? AND secret = ?', to, id, account, from) === 1 ? 'resealed' : 'changed'),
    disable: async (account, kinds, at) =>
      on.run(
        `UPDATE factor SET document = json_set(document, '$.disabledAt', ?) WHERE account = ? AND kind IN (SELECT value FROM json_each(?)) AND json_extract(document, '$.disabledAt') IS NULL`,
        at, account, JSON.stringify(kinds),
      ),
    replaceRecoverySet: async (set) =>
      on.atomically(() => {
        on.run("DELETE FROM factor WHERE account = ? AND kind = 'recovery-code'", set.account);
        insertFactor(on, set);
      }),
    page: async (after, limit) => on.all(`SELECT ${factorColumns} FROM factor WHERE id > ? ORDER BY id LIMIT ?`, after ?? '', limit).map(factorOf),
  };
}

function challengeStore(on: Database): ChallengeStore {
  const fits = 'id = ? AND purpose = ? AND session = ? AND expires_at > ?';
  return {
    put: async (challenge) =>
      on.atomically(() => {
        // Long-expired ones of anyone go first, so that abandoned ceremonies do not pile up (A260).
        on.run('DELETE FROM challenge WHERE expires_at < ?', challenge.expiresAt - 3_600_000);
        on.run('INSERT OR REPLACE INTO challenge (id, purpose, session, expires_at, document) VALUES (?, ?, ?, ?, ?)', challenge.id, challenge.purpose, challenge.session, challenge.expiresAt, JSON.stringify(challenge));
        on.run('DELETE FROM challenge WHERE session = ? AND rowid NOT IN (SELECT rowid FROM challenge WHERE session = ? ORDER BY rowid DESC LIMIT ?)', challenge.session, challenge.session, challengesPerSession);
      }),
    peek: async (id, purpose, session, now) => challengeOf(on.get(`SELECT document FROM challenge WHERE ${fits}`, id, purpose, session, now)),
    take: async (id, purpose, session, now) => challengeOf(on.get(`DELETE FROM challenge WHERE ${fits} RETURNING document`, id, purpose, session, now)),
  };
}

function challengeOf<P extends Purpose>(row: Row | undefined): Challenge<P> | undefined {
  return row === undefined ? undefined : document<Challenge<P>>(row);
}

function sessionOf(row: Row): Session {
  return { ...document<Session>(row), seenAt: instantOf(Number(row['seen_at'])) };
}

function sessionStore(on: Database): SessionStore {
  const insert = 'INSERT INTO session (digest, id, account, opened_at, seen_at, document) VALUES (?, ?, ?, ?, ?, ?)';
  const values = (digest: string, session: Session): SQLInputValue[] => [digest, session.id, session.account, session.openedAt, session.seenAt, JSON.stringify(session)];
  return {
    create: async (digest, session) => {
      on.atomically(() => {
        on.run('DELETE FROM session WHERE opened_at < ?', session.openedAt - 30 * 86_400_000);
        on.run(insert, ...values(digest, session));
      });
    },
    load: async (digest) => {
      const row = on.get('SELECT document, seen_at FROM session WHERE digest = ?', digest);
      return row === undefined ? undefined : sessionOf(row);
    },
    replace: async (from, to, session) =>
      on.run('UPDATE session SET digest = ?, seen_at = ?, document = ? WHERE digest = ?', to, session.seenAt, JSON.stringify(session), from) === 1 ? 'replaced' : 'gone',
    touch: async (digest, seenAt) => void on.run('UPDATE session SET seen_at = max(seen_at, ?) WHERE digest = ?', seenAt, digest),
    list: async (account) => on.all('SELECT document, seen_at FROM session WHERE account = ? ORDER BY opened_at DESC', account).map(sessionOf),
    end: async (account, which) =>
      which === 'all'
        ? on.run('DELETE FROM session WHERE account = ?', account)
        : on.run('DELETE FROM session WHERE account = ? AND id IN (SELECT value FROM json_each(?))', account, JSON.stringify(which)),
  };
}

function attemptStore(on: Database): AttemptStore {
  return {
    reserve: async (lane, wait, ceiling, now) =>
      on.atomically(() => {
        const row = on.get('SELECT failures, until FROM attempt WHERE account = ? AND kind = ?', lane.account, lane.kind);
        const failures = Number(row?.['failures'] ?? 0);
        const until = instantOf(Number(row?.['until'] ?? 0));
        if (failures >= ceiling) return { outcome: 'ceiling' };
        if (now < until) return { outcome: 'wait', until };
        const delay = wait[Math.min(failures + 1, wait.length - 1)] ?? 0;
        on.run('INSERT OR REPLACE INTO attempt (account, kind, failures, until) VALUES (?, ?, ?, ?)', lane.account, lane.kind, failures + 1, now + delay);
        return { outcome: 'granted', failures: failures + 1 };
      }),
    clear: async (lane) => void on.run('DELETE FROM attempt WHERE account = ? AND kind = ?', lane.account, lane.kind),
    count: async (lane) => Number(on.get('SELECT failures FROM attempt WHERE account = ? AND kind = ?', lane.account, lane.kind)?.['failures'] ?? 0),
  };
}

function ticketStore(on: Database): TicketStore {
  return {
    issue: async (ticket) => void on.run('INSERT INTO ticket (id, account, digest, issued_at, expires_at, document) VALUES (?, ?, ?, ?, ?, ?)', ticket.id, ticket.account, ticket.digest, ticket.issuedAt, ticket.expiresAt, JSON.stringify(ticket)),
    redeem: async (account, digest, now) => {
      const row = on.get('DELETE FROM ticket WHERE account = ? AND digest = ? AND expires_at > ? RETURNING document', account, digest, now);
      return row === undefined ? undefined : document<Ticket>(row);
    },
    list: async (account) => on.all('SELECT document FROM ticket WHERE ?1 IS NULL OR account = ?1 ORDER BY issued_at DESC', account ?? null).map((row) => document<Ticket>(row)),
    revoke: async (id) => (on.run('DELETE FROM ticket WHERE id = ?', id) === 1 ? 'revoked' : 'absent'),
  };
}

export { inTransaction, migrate, openDatabase, type SchemaPart } from './sqlite-database.ts';
