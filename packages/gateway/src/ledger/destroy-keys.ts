// Makes the persons of whole segments unreadable, before retention drops the segments: only what has its end is touched,
// never the segment that a gateway is writing.
import type { Instant } from '@palier/mfa-core';
import { parseLine } from './line.ts';
import { lineBlocks, linesIn } from './line-blocks.ts';
import { listSegments } from './read.ts';
import { endOf } from './retention.ts';
import { type Destruction, destroyKey, readKey } from './segment-key.ts';

export interface DestroyedKey {
  readonly instance: string;
  readonly segment: number;
  /** `inside`: an older segment, which carries its key in its head and cannot lose it alone. */
  readonly outcome: 'destroyed' | 'already' | 'inside' | 'key-missing' | 'key-changed';
}

/** Destroys the keys of all segments that ended before an instant, oldest first. Doing it again changes nothing. */
export async function destroyKeysBefore(
  directory: string,
  before: Instant,
  destruction: Destruction,
): Promise<readonly DestroyedKey[]> {
  const done: DestroyedKey[] = [];
  for (const { instance, segment, path } of await listSegments(directory)) {
    const end = await endOf(path);
    if (end === undefined || Date.parse(end.at) >= before) continue;
    done.push({ instance, segment, outcome: await destroyOne(path, destruction) });
  }
  return done;
}

async function destroyOne(path: string, destruction: Destruction): Promise<DestroyedKey['outcome']> {
  const key = await headKey(path);
  if (key === undefined) return 'key-missing';
  if (key.includes('.')) return 'inside';
  const kept = await readKey(path, { key });
  if (kept.kind === 'destroyed') return 'already';
  if (kept.kind !== 'wrapped') return kept.kind;
  await destroyKey(path, destruction);
  return 'destroyed';
}

async function headKey(path: string): Promise<string | undefined> {
  for await (const block of lineBlocks(path)) {
    const line = parseLine(linesIn(block)[0] ?? '');
    return line?.kind === 'head' ? line.line.key : undefined;
  }
  return undefined;
}
