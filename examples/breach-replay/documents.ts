// Puts table and picture of a replay into the documentation.

import { readFileSync, writeFileSync } from 'node:fs';
import { chartOf } from './chart.ts';
import type { RunResult } from './result.ts';
import { markdownOf } from './table.ts';

const page = new URL('../../docs/replay.md', import.meta.url);
const picture = new URL('../../docs/replay.svg', import.meta.url);

/** The runs of minutes: the first table of docs/replay.md, and docs/replay.svg. */
export function writeShort(runs: readonly RunResult[]): void {
  writeTable('table', runs);
  writeFileSync(picture, chartOf(runs));
}

/** All runs: the second table of docs/replay.md. */
export function writeFull(runs: readonly RunResult[]): void {
  writeTable('long', runs);
}

/** Between the two marks with this word. */
function writeTable(mark: 'table' | 'long', runs: readonly RunResult[]): void {
  const text = readFileSync(page, 'utf8').replace(
    new RegExp(`(<!-- ${mark} -->\\n)[\\s\\S]*?(<!-- end of ${mark} -->)`),
    (_all, start: string, end: string) => `${start}\n${markdownOf(runs)}\n\n${end}`,
  );
  writeFileSync(page, text);
}
