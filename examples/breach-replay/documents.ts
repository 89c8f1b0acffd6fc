// Puts table and picture of a replay into the documentation.

import { readFileSync, writeFileSync } from 'node:fs';
import { chartOf } from './chart.ts';
import type { RunResult } from './result.ts';
import { markdownOf } from './table.ts';

/** Writes docs/replay.md (between its marks) and docs/replay.svg. */
export function writeDocuments(runs: readonly RunResult[]): void {
  const page = new URL('../../docs/replay.md', import.meta.url);
  const text = readFileSync(page, 'utf8').replace(
    /(<!-- table -->\n)[\s\S]*?(<!-- end of table -->)/,
    (_all, start: string, end: string) => `${start}\n${markdownOf(runs)}\n\n${end}`,
  );
  writeFileSync(page, text);
  writeFileSync(new URL('../../docs/replay.svg', import.meta.url), chartOf(runs));
}
