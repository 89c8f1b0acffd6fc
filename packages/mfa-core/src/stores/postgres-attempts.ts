// Counters of guesses in PostgreSQL: one statement counts and says whether it did. They are never swept (A130).
import type { AttemptStore, Reservation } from '../stores.ts';
import { instantOf } from '../time.ts';
import type { Row } from './documents.ts';
import type { Database } from './postgres-database.ts';
import { judge, untouched } from './reservation.ts';

/** Of parallel callers each waits for the row, so each one judges what the last one left (A136). */
const mayGuess = 'a.failures < $5 AND a.until <= $4';
const wait = '($6::bigint[])[least(a.failures + 2, cardinality($6::bigint[]))]';

const statement = {
  // $1 account, $2 kind, $3 end of the first wait, $4 now, $5 ceiling, $6 waits; arrays count from 1.
  reserve: `INSERT INTO palier_attempt AS a (account, kind, failures, until, granted) VALUES ($1, $2, 1, $3, true)
    ON CONFLICT (account, kind) DO UPDATE SET
      granted = ${mayGuess},
      failures = CASE WHEN ${mayGuess} THEN a.failures + 1 ELSE a.failures END,
      until = CASE WHEN ${mayGuess} AND ${wait} > 0 THEN $4 + ${wait} ELSE a.until END
    RETURNING failures, until, granted`,
  clear: 'DELETE FROM palier_attempt WHERE account = $1 AND kind = $2',
  count: 'SELECT failures FROM palier_attempt WHERE account = $1 AND kind = $2',
} as const;

export function postgresAttempts(on: Database): AttemptStore {
  return {
    reserve: async ({ account, kind }, wait, ceiling, now) => {
      const first = judge(untouched, wait, ceiling, now);
      if (first.reservation.outcome !== 'granted') return first.reservation;
      const waits = wait.length === 0 ? [0] : wait.map(Math.ceil);
      const values = [account, kind, first.next.until, Math.floor(now), ceiling, waits];
      const [row] = await on.rows(statement.reserve, ...values);
      return reservationOf(row ?? {}, ceiling);
    },
    clear: async ({ account, kind }) => {
      await on.run(statement.clear, account, kind);
    },
    count: async ({ account, kind }) => {
      const [row] = await on.rows(statement.count, account, kind);
      return Number(row?.['failures'] ?? 0);
    },
  };
}

/** What was not granted was left as it stood, and so says why. */
function reservationOf(row: Row, ceiling: number): Reservation {
  const failures = Number(row['failures']);
  if (row['granted'] === true) return { outcome: 'granted', failures };
  if (failures >= ceiling) return { outcome: 'ceiling' };
  return { outcome: 'wait', until: instantOf(Number(row['until'])) };
}
