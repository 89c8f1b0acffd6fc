// What a replay prints for people: a line per run, and the sentence that sums it up.

import type { RunReport } from './runs.ts';

const COLUMNS = ['run', 'signed in', 'look-ups', 'answers', 'persons exposed', 'bound', 'seconds'] as const;

/** The table of a replay, without colours. */
export function tableOf(reports: readonly RunReport[]): string {
  const rows = [COLUMNS, ...reports.map(rowOf)];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return rows.map(line).join('\n');
}

function rowOf(report: RunReport): readonly string[] {
  const { name, signedIn, lookUps, statuses, exposed, bound, seconds } = report;
  const answers = [...statuses].map(([status, times]) => `${times} x ${status}`).join(', ');
  return [
    name,
    String(signedIn),
    String(lookUps),
    answers,
    exposed.toLocaleString('en'),
    bound === undefined ? 'none' : String(bound),
    seconds.toFixed(1),
  ];
}
