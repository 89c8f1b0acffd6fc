// The tables of mfa-core in SQLite. Documents are JSON; what a WHERE decides on has a column of its own. Times are
// whole milliseconds since the epoch.
import type { SchemaPart } from './schema-part.ts';

/** Never change a migration that was released: add one. */
export const mfaSchema: SchemaPart = {
  name: 'mfa-core',
  tables: ['factor', 'challenge', 'session', 'attempt', 'ticket'],
  migrations: [
    `CREATE TABLE factor (
       id TEXT PRIMARY KEY,
       account TEXT NOT NULL,
       kind TEXT NOT NULL CHECK (kind IN ('totp', 'webauthn', 'recovery-code')),
       name TEXT NOT NULL,
       added_at INTEGER NOT NULL,
       disabled_at INTEGER,
       last_used_at INTEGER,
       credential TEXT UNIQUE,
       secret TEXT,
       last_step INTEGER,
       sign_count INTEGER,
       backed_up INTEGER,
       codes TEXT,
       document TEXT NOT NULL
     ) STRICT;
     CREATE INDEX factor_by_account ON factor (account, added_at);

     CREATE TABLE challenge (
       place INTEGER PRIMARY KEY AUTOINCREMENT,
       id TEXT NOT NULL UNIQUE,
       purpose TEXT NOT NULL,
       session TEXT NOT NULL,
       expires_at INTEGER NOT NULL,
       document TEXT NOT NULL
     ) STRICT;
     CREATE INDEX challenge_by_session ON challenge (session, place);
     CREATE INDEX challenge_by_expiry ON challenge (expires_at);

     CREATE TABLE session (
       digest TEXT PRIMARY KEY,
       id TEXT NOT NULL,
       account TEXT NOT NULL,
       opened_at INTEGER NOT NULL,
       seen_at INTEGER NOT NULL,
       document TEXT NOT NULL
     ) STRICT;
     CREATE INDEX session_by_account ON session (account, opened_at);
     CREATE INDEX session_by_opening ON session (opened_at);

     CREATE TABLE attempt (
       account TEXT NOT NULL,
       kind TEXT NOT NULL CHECK (kind IN ('code', 'key')),
       failures INTEGER NOT NULL,
       until INTEGER NOT NULL,
       PRIMARY KEY (account, kind)
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE ticket (
       id TEXT PRIMARY KEY,
       account TEXT NOT NULL,
       digest TEXT NOT NULL,
       issued_at INTEGER NOT NULL,
       expires_at INTEGER NOT NULL,
       document TEXT NOT NULL
     ) STRICT;
     CREATE INDEX ticket_by_account ON ticket (account, digest);`,
  ],
};
