// The tables of mfa-core in PostgreSQL, in the first schema of the search path. Documents are JSON that no statement
// reads; what a WHERE decides on has a column of its own. Times are whole milliseconds since the epoch.
import type { SchemaPart } from './schema-part.ts';

/** Never change a migration that was released: add one. */
export const mfaSchema: SchemaPart = {
  name: 'mfa-core',
  migrations: [
    `CREATE TABLE palier_factor (
       id text COLLATE "C" PRIMARY KEY,
       account text COLLATE "C" NOT NULL,
       kind text NOT NULL CHECK (kind IN ('totp', 'webauthn', 'recovery-code')),
       name text NOT NULL,
       added_at bigint NOT NULL,
       disabled_at bigint,
       last_used_at bigint,
       credential text COLLATE "C" UNIQUE,
       secret text,
       last_step bigint,
       sign_count bigint,
       backed_up smallint,
       codes jsonb,
       document text NOT NULL
     );
     CREATE INDEX palier_factor_by_account ON palier_factor (account, added_at);

     CREATE TABLE palier_challenge (
       place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       id text COLLATE "C" NOT NULL UNIQUE,
       purpose text NOT NULL,
       session text COLLATE "C" NOT NULL,
       expires_at bigint NOT NULL,
       document text NOT NULL
     );
     CREATE INDEX palier_challenge_by_session ON palier_challenge (session, place);
     CREATE INDEX palier_challenge_by_expiry ON palier_challenge (expires_at);

     CREATE TABLE palier_session (
       digest text COLLATE "C" PRIMARY KEY,
       id text COLLATE "C" NOT NULL,
       account text COLLATE "C" NOT NULL,
       opened_at bigint NOT NULL,
       seen_at bigint NOT NULL,
       document text NOT NULL
     );
     CREATE INDEX palier_session_by_account ON palier_session (account, opened_at);
     CREATE INDEX palier_session_by_opening ON palier_session (opened_at);

     CREATE TABLE palier_attempt (
       account text COLLATE "C" NOT NULL,
       kind text NOT NULL CHECK (kind IN ('code', 'key')),
       failures bigint NOT NULL,
       until bigint NOT NULL,
       granted boolean NOT NULL,
       PRIMARY KEY (account, kind)
     );

     CREATE TABLE palier_ticket (
       id text COLLATE "C" PRIMARY KEY,
       account text COLLATE "C" NOT NULL,
       digest text COLLATE "C" NOT NULL,
       issued_at bigint NOT NULL,
       expires_at bigint NOT NULL,
       document text NOT NULL
     );
     CREATE INDEX palier_ticket_by_account ON palier_ticket (account, digest);`,
  ],
};
