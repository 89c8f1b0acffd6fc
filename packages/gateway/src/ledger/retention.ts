// Drops whole segments once all their entries are older than the retention (CNIL 2021-122: six months to a year, up to
// three where misuse is looked for). The chain stays whole: the next head says up to where segments are gone, and that
// head is sealed into every entry after it. Single entries are never dropped. A disk may keep deleted blocks: what makes
// old segments unreadable for good, also in backups, is the destruction of the operator's private key.
import { rm } from 'node:fs/promises';
import type { Instant, Random, Seconds } from '@palier/mfa-core';
import { segmentPath, segmentsIn, syncFolder } from './folder.ts';
import { type Dropped, type EndLine, parseLine } from './line.ts';
import { lineBlocks, linesIn } from './line-blocks.ts';
import { dropKey } from './segment-key.ts';

/**
 * A clock that jumps a year ahead makes everything look old, and what is deleted stays deleted when it is put right. So
 * nothing is dropped until what stays has been written for this long by the same clock: somebody has noticed by then.
 */
const noticeMilliseconds = 86_400_000;

/** The newest of the oldest segments that ended before `now - retention`; undefined when there is none. */
export async function expired(
  folder: string,
  retention: Seconds,
  now: Instant,
): Promise<Dropped | undefined> {
  const limit = new Date(now - retention * 1000).toISOString();
  let last: Dropped | undefined;
  let next: number | undefined;
  for (const segment of await segmentsIn(folder)) {
    next = segment;
    const end = await endOf(segmentPath(folder, segment));
    if (end === undefined || end.at >= limit) break;
    last = { through: segment, hash: end.hash };
    next = undefined;
  }
  const since = next === undefined ? undefined : await startOf(segmentPath(folder, next));
  const noticed = new Date(now - Math.min(noticeMilliseconds, retention * 1000)).toISOString();
  return since !== undefined && since <= noticed ? last : undefined;
}

/** Whether all there is could go: then a segment of now must be begun first, for the clock to be judged by. */
export async function isAllOld(folder: string, retention: Seconds, now: Instant): Promise<boolean> {
  const newest = (await segmentsIn(folder)).at(-1);
  const end = newest === undefined ? undefined : await endOf(segmentPath(folder, newest));
  return end !== undefined && end.at < new Date(now - retention * 1000).toISOString();
}

/** Deletes segments up to `through`, oldest first, so that a crash in between leaves no gap. */
export async function dropThrough(folder: string, through: number, random: Random): Promise<void> {
  const gone = (await segmentsIn(folder)).filter((segment) => segment <= through);
  for (const segment of gone) {
    // The key first: what a crash leaves behind can then be read by nobody.
    await dropKey(segmentPath(folder, segment), random);
    await rm(segmentPath(folder, segment));
    await rm(`${segmentPath(folder, segment)}.torn`, { force: true });
  }
  if (gone.length > 0) await syncFolder(folder);
}

async function startOf(path: string): Promise<string | undefined> {
  for await (const block of lineBlocks(path)) {
    const line = parseLine(linesIn(block)[0] ?? '');
    return line?.kind === 'head' ? line.line.startedAt : undefined;
  }
  return undefined;
}

/** How a segment ended; undefined for one that is open or torn. */
export async function endOf(path: string): Promise<EndLine | undefined> {
  let last = '';
  for await (const block of lineBlocks(path)) last = linesIn(block).at(-1) ?? last;
  const line = parseLine(last);
  return line?.kind === 'end' ? line.line : undefined;
}
