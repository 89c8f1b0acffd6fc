// Drops whole segments once all their entries are older than the retention (CNIL 2021-122: six months to a year, up to
// three where misuse is looked for). The chain stays whole: the next head says up to where segments are gone, and that
// head is sealed into every entry after it. Single entries are never dropped. A disk may keep deleted blocks: what makes
// old segments unreadable for good, also in backups, is the destruction of the operator's private key.
import { rm } from 'node:fs/promises';
import type { Instant, Seconds } from '@palier/mfa-core';
import { segmentPath, segmentsIn, syncFolder } from './folder.ts';
import { type Dropped, type EndLine, parseLine } from './line.ts';
import { lineBlocks, linesIn } from './line-blocks.ts';

/** The newest of the oldest segments that ended before `now - retention`; undefined when there is none. */
export async function expired(
  folder: string,
  retention: Seconds,
  now: Instant,
): Promise<Dropped | undefined> {
  const limit = new Date(now - retention * 1000).toISOString();
  let last: Dropped | undefined;
  for (const segment of await segmentsIn(folder)) {
    const end = await endOf(segmentPath(folder, segment));
    if (end === undefined || end.at >= limit) break;
    last = { through: segment, hash: end.hash };
  }
  return last;
}

/** Deletes segments up to `through`, oldest first, so that a crash in between leaves no gap. */
export async function dropThrough(folder: string, through: number): Promise<void> {
  const gone = (await segmentsIn(folder)).filter((segment) => segment <= through);
  for (const segment of gone) {
    await rm(segmentPath(folder, segment));
    await rm(`${segmentPath(folder, segment)}.torn`, { force: true });
  }
  if (gone.length > 0) await syncFolder(folder);
}

async function endOf(path: string): Promise<EndLine | undefined> {
  let last = '';
  for await (const block of lineBlocks(path)) last = linesIn(block).at(-1) ?? last;
  const line = parseLine(last);
  return line?.kind === 'end' ? line.line : undefined;
}
