// Streams the lines of a ledger as they stand on the disk, without judging them: verify.ts follows the chain,
// exposure.ts opens what is sealed. Reads while the gateway writes, and holds no more than a block in memory.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { instancesIn, segmentPath, segmentsIn } from './folder.ts';
import { type Line, parseLine } from './line.ts';
import { lineBlocks, linesIn } from './line-blocks.ts';

export interface SegmentFile {
  readonly instance: string;
  readonly segment: number;
  readonly path: string;
  readonly bytes: number;
}

/** A line and what it stands on. */
export interface ReadLine {
  /** 1 is the head. */
  readonly number: number;
  readonly text: string;
  /** Undefined for what we would not have written. */
  readonly line: Line | undefined;
  /** The hash stated by the sound line before it in the segment; for the first, what it states itself. */
  readonly previous: string;
  /** It lacks its line feed: torn by a crash, or being written now. */
  readonly torn: boolean;
}

/** How far a long reading is, in bytes. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** All segments below a directory, by instance, oldest first. */
export async function listSegments(directory: string): Promise<readonly SegmentFile[]> {
  const files: SegmentFile[] = [];
  for (const instance of await instancesIn(directory)) {
    const folder = join(directory, instance);
    for (const segment of await segmentsIn(folder)) {
      const path = segmentPath(folder, segment);
      files.push({ instance, segment, path, bytes: (await stat(path)).size });
    }
  }
  return files;
}

/** Reads one segment, block by block. */
export async function* readSegment(path: string): AsyncGenerator<readonly ReadLine[]> {
  let number = 0;
  let previous = '';
  const read = (text: string, torn: boolean): ReadLine => {
    number += 1;
    const line = parseLine(text);
    const before = line?.kind === 'head' ? line.line.after : previous;
    previous = line?.line.hash ?? previous;
    return { number, text, line, previous: before, torn };
  };
  for await (const block of lineBlocks(path)) yield linesIn(block).map((text) => read(text, block.torn));
}
