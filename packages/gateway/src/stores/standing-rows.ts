// Rows of the standing tables as values; one reading for SQLite and PostgreSQL (whose bigints come as text).
import type { AccountId, Instant } from '@palier/mfa-core';
import type { Allowance, DayCount } from '../budget/activity-store.ts';
import type { Alarm } from '../budget/alarm.ts';
import type { BrokenGlass } from '../budget/exemption.ts';
import type { Stop } from '../stops/stop.ts';

type Row = Readonly<Record<string, unknown>>;

export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a column that holds text holds something else');
  return value;
}

export function instantIn(value: unknown): Instant {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError('a column that holds a time holds something else');
  return number as Instant;
}

export function dayIn(row: Row): DayCount {
  return { day: Number(row['day']), distinct: Number(row['seen']), novel: Number(row['novel']) };
}

export function allowanceIn(row: Row | undefined): Allowance | undefined {
  return (
    row && { setOn: Number(row['set_on']), day: Number(row['day']), newRecords: Number(row['new_records']) }
  );
}

export function alarmOf(row: Row): Alarm {
  const alarm: Alarm = {
    kind: textOf(row['kind']) as Alarm['kind'],
    account: textOf(row['account']) as AccountId,
    raisedAt: instantIn(row['raised_at']),
    until: instantIn(row['until']),
    sentence: JSON.parse(textOf(row['sentence'])) as Alarm['sentence'],
  };
  return Number(row['observed']) === 1 ? { ...alarm, observed: true } : alarm;
}

export function glassOf(row: Row): BrokenGlass {
  const glass: BrokenGlass = {
    id: textOf(row['id']),
    account: textOf(row['account']) as AccountId,
    reason: textOf(row['reason']),
    at: instantIn(row['at']),
    until: instantIn(row['until']),
    records: Number(row['records']),
  };
  if (row['reviewed_at'] === null) return glass;
  return { ...glass, reviewed: { by: textOf(row['reviewed_by']), at: instantIn(row['reviewed_at']) } };
}

export function stopIn(row: Row): Stop {
  return {
    kind: textOf(row['kind']) as Stop['kind'],
    name: textOf(row['name']),
    reason: textOf(row['reason']),
    by: textOf(row['done_by']),
    at: instantIn(row['at']),
  };
}
