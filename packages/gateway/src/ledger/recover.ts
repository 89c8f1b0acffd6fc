// What a writer finds when it comes: nothing, a segment with its end, or one that a crash left open. That one gets its
// end now, by a copy renamed over it: a write still hanging in a stalled disk then lands in a file nobody reads.
import { link, rm, stat } from 'node:fs/promises';
import type { Instant } from '@palier/mfa-core';
import { copyBytes, placeFile, segmentPath, segmentsIn } from './folder.ts';
import { chained, type Line, parseLine } from './line.ts';
import { lineBlocks, lineFeed } from './line-blocks.ts';

/** Where the chain of an instance goes on. */
export interface ChainEnd {
  /** The newest segment; 0 when there is none. */
  readonly segment: number;
  /** Entries of the instance so far. */
  readonly entries: number;
  readonly hash: string;
}

/** Finds the end of the chain and closes what was left open. A torn last line is set aside in a `.torn` file, whole lines all stay. */
export async function recover(folder: string, now: Instant): Promise<ChainEnd> {
  const segment = (await segmentsIn(folder)).at(-1);
  if (segment === undefined) return { segment: 0, entries: 0, hash: '' };
  const path = segmentPath(folder, segment);
  const found = await survey(path);
  if (found.ended && !found.feedMissing && found.torn === 0)
    return { segment, entries: found.entries, hash: found.hash };
  return { segment, entries: found.entries, hash: await closeOpen(folder, path, found, now) };
}

interface Survey {
  readonly hash: string;
  readonly entries: number;
  readonly ended: boolean;
  /** Bytes up to the last line that is one of ours, and whether its line feed is missing. */
  readonly length: number;
  readonly feedMissing: boolean;
  /** Bytes after it. */
  readonly torn: number;
}

/**
 * Reads a segment to its last sound line. What a crash leaves after it (half a line, blocks of zeros) is torn. Entries are
 * counted from where the segment begins, not read off the last line: whoever has the disk can write any number there, and
 * after the greatest there is none for the next entry. A line that says another number stays, for verify to tell.
 */
async function survey(path: string): Promise<Survey> {
  let counted: number | undefined;
  let sound = { hash: '', entries: 0, ended: false, length: 0, feedMissing: false };
  let position = 0;
  for await (const { bytes } of lineBlocks(path)) {
    for (let start = 0; start < bytes.length; ) {
      const feed = bytes.indexOf(lineFeed, start);
      const line = parseLine(bytes.toString('utf8', start, feed < 0 ? bytes.length : feed));
      start = feed < 0 ? bytes.length : feed + 1;
      if (line === undefined) continue;
      counted = (counted ?? beginningOf(line)) + (line.kind === 'group' ? line.line.entries.length : 0);
      // A line that lacks only its line feed is whole: it stays.
      sound = {
        hash: line.line.hash,
        entries: counted,
        ended: line.kind === 'end',
        length: position + start,
        feedMissing: feed < 0,
      };
    }
    position += bytes.length;
  }
  return { ...sound, torn: (await stat(path)).size - sound.length };
}

/** No gateway writes so many (a hundred thousand a second for forty years), and as many may follow. */
const farthest = 2 ** 47;

/** The entries before a segment's first line, as that line says. What cannot be true was written by somebody else. */
function beginningOf({ kind, line }: Line): number {
  const stated = kind === 'group' ? line.n - 1 : line.entries;
  return stated < farthest ? stated : 0;
}

async function closeOpen(folder: string, path: string, found: Survey, now: Instant): Promise<string> {
  if (found.torn > 0) await setAside(folder, path, found);
  const end = found.ended ? undefined : endAfter(found, now);
  const feed = found.feedMissing ? '\n' : '';
  const file = await placeFile(folder, path, async (copy) => {
    await copyBytes(path, 0, found.length, copy);
    await copy.appendFile(`${feed}${end === undefined ? '' : `${end.text}\n`}`);
  });
  await file.close();
  return end?.hash ?? found.hash;
}

function endAfter({ hash, entries, torn }: Survey, now: Instant): ReturnType<typeof chained> {
  const note = torn > 0 ? { torn } : {};
  return chained(hash, { end: 'recovered', at: new Date(now).toISOString(), entries, ...note });
}

/** More than a crash leaves behind: somebody else wrote it, and a file can say that it is larger than every disk. */
const mostCopied = 64 << 20;

/** The torn bytes in a file of their own. Where they are too many to copy before a start, the file as it was keeps them. */
async function setAside(folder: string, path: string, { length, torn }: Survey): Promise<void> {
  const aside = `${path}.torn`;
  await rm(aside, { force: true });
  if (torn > mostCopied) return link(path, aside);
  const file = await placeFile(folder, aside, (copy) => copyBytes(path, length, torn, copy));
  await file.close();
}
