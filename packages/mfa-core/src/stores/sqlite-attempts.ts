// Counters of guesses in SQLite. They are never swept, however many lanes there are: a victim's count cannot be pushed
// out by a million others (A130).
import type { AttemptStore } from '../stores.ts';
import { instantOf } from '../time.ts';
import type { Row } from './documents.ts';
import { judge, type LaneCount, untouched } from './reservation.ts';
import type { Statements } from './sqlite-statements.ts';

const statement = {
  read: 'SELECT failures, until FROM attempt WHERE account = :account AND kind = :kind',
  write: `INSERT INTO attempt (account, kind, failures, until) VALUES (:account, :kind, :failures, :until)
    ON CONFLICT (account, kind) DO UPDATE SET failures = excluded.failures, until = excluded.until`,
  clear: 'DELETE FROM attempt WHERE account = :account AND kind = :kind',
} as const;

export function sqliteAttempts(on: Statements): AttemptStore {
  return {
    // The write lock is held from before the reading: parallel callers, also of other processes, queue here (A136).
    reserve: async ({ account, kind }, wait, ceiling, now) =>
      on.atomically(() => {
        const count = laneCount(on.get(statement.read, { account, kind }));
        const { reservation, next } = judge(count, wait, ceiling, now);
        if (reservation.outcome === 'granted') on.run(statement.write, { account, kind, ...next });
        return reservation;
      }),
    clear: async ({ account, kind }) => void on.run(statement.clear, { account, kind }),
    count: async ({ account, kind }) => laneCount(on.get(statement.read, { account, kind })).failures,
  };
}

function laneCount(row: Row | undefined): LaneCount {
  if (row === undefined) return untouched;
  return { failures: Number(row['failures']), until: instantOf(Number(row['until'])) };
}
