// What a replay prints for people, and the same table as Markdown for docs/replay.md.

import type { RunResult } from './result.ts';

const COLUMNS = [
  'run',
  'window',
  'persons exposed',
  'bound',
  'alerts',
  'first alert',
  'gestures a day',
  'refused / 1,000',
  'ledger recall',
  'precision',
] as const;

/** The table of a replay, without colours. */
export function tableOf(results: readonly RunResult[]): string {
  const rows = [COLUMNS, ...results.map(rowOf)];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return rows.map(line).join('\n');
}

/** The same in Markdown. */
export function markdownOf(results: readonly RunResult[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const rule = COLUMNS.map((_, i) => (i === 0 ? '---' : '--:'));
  return [COLUMNS, rule, ...results.map(rowOf)].map(line).join('\n');
}

function rowOf(run: RunResult): readonly string[] {
  return [
    run.name,
    windowOf(run.window),
    run.exposed.toLocaleString('en'),
    boundOf(run),
    String(run.alerts),
    run.minutesToFirstAlert === undefined ? '' : `${Math.round(run.minutesToFirstAlert)} min`,
    fixed(run.gesturesPerActiveDay, 2),
    fixed(run.refusalsPer1000AccountDays, 2),
    percent(run.ledgerRecall),
    percent(run.ledgerPrecision),
  ];
}

function boundOf({ bound, without }: RunResult): string {
  const most = bound === undefined ? 'none' : bound.toLocaleString('en');
  return without === undefined ? most : `${most} (${without.toLocaleString('en')} with it)`;
}

function windowOf(hours: number): string {
  if (hours < 1) return `${Math.max(1, Math.round(hours * 60))} min`;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} d`;
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? '' : value.toFixed(digits);
}

function percent(share: number | undefined): string {
  return share === undefined ? '' : `${(100 * share).toFixed(share === 1 ? 0 : 2)} %`;
}
