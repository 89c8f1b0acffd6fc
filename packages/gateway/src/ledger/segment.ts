// One open segment: the file, its data key and the end of its chain. The key is born with the segment, is written down
// only wrapped for the operator (segment-key.ts), and is let go with the segment's end (JavaScript cannot promise that no copy lingers).
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Instant, Random } from '@palier/mfa-core';
import type { LedgerEntry } from './entry.ts';
import { nextSegment, placeFile, segmentPath } from './folder.ts';
import type { WrapDataKey } from './keys.ts';
import { chained, chainedText, type Dropped, type EndReason } from './line.ts';
import type { ChainEnd } from './recover.ts';
import { seal } from './sealing.ts';
import { placeKey } from './segment-key.ts';
import { lookAt, lookKindOf, type Placed } from './still-there.ts';

export interface OpenSegment {
  readonly startedAt: Instant;
  /** Entries in this segment. */
  readonly size: () => number;
  /** Up to where everything is on the disk. */
  readonly reached: () => ChainEnd;
  /** Resolves when the entries are on the disk. After a rejection the segment must be abandoned. */
  write(entries: readonly LedgerEntry[]): Promise<void>;
  end(reason: EndReason, now: Instant): Promise<ChainEnd>;
  abandon(): Promise<void>;
}

export interface Beginning {
  readonly folder: string;
  readonly instance: string;
  readonly wrap: WrapDataKey;
  readonly random: Random;
  readonly now: Instant;
  readonly after: ChainEnd;
  readonly dropped: Dropped | undefined;
}

/** Begins the next segment; resolves when its head is on the disk. */
export async function beginSegment(beginning: Beginning): Promise<OpenSegment> {
  const { folder, after, now, dropped } = beginning;
  const bytes = beginning.random(32);
  const key = createSecretKey(bytes);
  const segment = nextSegment(folder, after.segment);
  const path = segmentPath(folder, segment);
  const wrapped = await beginning.wrap(bytes);
  const head = chained(after.hash, {
    ledger: 1,
    instance: beginning.instance,
    segment,
    startedAt: new Date(now).toISOString(),
    after: after.hash,
    entries: after.entries,
    key: await placeKey(folder, path, wrapped),
    ...(dropped !== undefined && { dropped }),
  });
  bytes.fill(0);
  const file = await placeFile(folder, path, (fresh) => fresh.appendFile(`${head.text}\n`));
  return writing(await pen(file, folder, { path, keyLength: wrapped.length }), key, now, {
    segment,
    entries: after.entries,
    hash: head.hash,
  });
}

interface Pen {
  /** Resolves when the text is on the disk, in the file that has the segment's name. */
  put(text: string): Promise<void>;
  close(): Promise<void>;
}

async function pen(file: FileHandle, folder: string, beside: Omit<Placed, 'opened'>): Promise<Pen> {
  const opened = await file.stat({ bigint: true });
  const look = lookAt({ ...beside, opened }, await lookKindOf(folder));
  let length = opened.size;
  return {
    put: async (text) => {
      const bytes = Buffer.from(text);
      await file.appendFile(bytes);
      length += BigInt(bytes.length);
      await file.datasync();
      // Not before: a disk that is silent is waited for by the sync, which has a thread of its own.
      await look(length);
    },
    close: () => file.close(),
  };
}

function writing(file: Pen, key: KeyObject, startedAt: Instant, head: ChainEnd): OpenSegment {
  let last = head;
  return {
    startedAt,
    size: () => last.entries - head.entries,
    reached: () => last,
    write: async (entries) => {
      const { text, end } = linesOf(entries, key, last);
      await file.put(text);
      last = end;
    },
    end: async (reason, now) => {
      const line = chained(last.hash, {
        end: reason,
        at: new Date(now).toISOString(),
        entries: last.entries,
      });
      await file.put(`${line.text}\n`);
      await file.close();
      return { ...last, hash: line.hash };
    },
    abandon: () => file.close(),
  };
}

function linesOf(
  entries: readonly LedgerEntry[],
  key: KeyObject,
  last: ChainEnd,
): { readonly text: string; readonly end: ChainEnd } {
  let { entries: n, hash } = last;
  let text = '';
  for (const group of groupsOf(entries)) {
    const line = chainedText(hash, seal(key, hash, n + 1, group));
    text += `${line.text}\n`;
    n += group.length;
    hash = line.hash;
  }
  return { text, end: { ...last, entries: n, hash } };
}

/** A line is read whole (line-blocks.ts): entries with many records share one with fewer others. */
const mostRecordsOfLine = 4000;

function groupsOf(entries: readonly LedgerEntry[]): readonly (readonly LedgerEntry[])[] {
  const groups: LedgerEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const takes = 1 + entry.records.length;
    if (takes > room) {
      groups.push([]);
      room = mostRecordsOfLine;
    }
    room -= takes;
    groups.at(-1)?.push(entry);
  }
  return groups;
}
