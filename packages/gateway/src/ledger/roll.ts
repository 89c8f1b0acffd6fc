// Keeps one segment open at a time: finds where the chain goes on, begins the next segment, ends it when it is full or
// old, drops what the retention says, and starts over after a failure. Its calls must not overlap (group-commit.ts).
import { type Clock, elapsed, type Instant, type Random, type Seconds, secondsOf } from '@palier/mfa-core';
import type { LedgerEntry } from './entry.ts';
import type { WrapDataKey } from './keys.ts';
import type { Dropped, EndReason } from './line.ts';
import type { FolderLock } from './lock.ts';
import { type ChainEnd, recover } from './recover.ts';
import { dropThrough, expired, isAllOld } from './retention.ts';
import { beginSegment, type OpenSegment } from './segment.ts';

export interface RollSetting {
  readonly folder: string;
  readonly lock: FolderLock;
  readonly instance: string;
  readonly wrap: WrapDataKey;
  readonly clock: Clock;
  readonly random: Random;
  readonly segment: { readonly entries: number; readonly age: Seconds };
  readonly retention: Seconds | undefined;
  readonly witness: (head: LedgerHead) => void;
}

/** The end of a segment, for keeping on another machine. */
export interface LedgerHead {
  readonly instance: string;
  readonly segment: number;
  /** Entries of the instance so far. */
  readonly entries: number;
  readonly hash: string;
}

/** The ledger could not keep an entry, or does not know whether it did. */
export class LedgerError extends Error {}

export interface Roll {
  /** Begins a segment unless one is open. */
  open(): Promise<void>;
  /** Resolves when the entries are on the disk; rejects with a LedgerError. */
  write(entries: readonly LedgerEntry[]): Promise<void>;
  /** Whether the last write or beginning failed: no segment is open then. */
  isFailing(): boolean;
  /** Ends a segment that is old, and drops what the retention says even when nothing is written. */
  tend(): Promise<void>;
  close(): Promise<void>;
}

/** After a failure the disk is left alone for this long, so that a full one is not written at the rate of requests. */
const pause = secondsOf(1);

export function createRoll(setting: RollSetting): Roll {
  const { clock, folder } = setting;
  let current: OpenSegment | undefined;
  let end: ChainEnd | undefined;
  let failedAt: Instant | undefined;
  let known: ChainEnd = { segment: 0, entries: 0, hash: '' };

  const failed = async (cause: unknown): Promise<never> => {
    failedAt = clock.now();
    known = current?.reached() ?? end ?? known;
    await current?.abandon().catch(() => undefined);
    current = undefined;
    end = undefined;
    throw new LedgerError('the ledger cannot be written', { cause });
  };
  const begin = async (): Promise<OpenSegment> => {
    const now = clock.now();
    setting.lock.hold();
    const dropped = await toDrop(setting, now);
    const begun = await beginSegment({
      ...setting,
      now,
      dropped,
      after: end ?? atLeast(known, await recover(folder, now)),
    });
    // What could not be deleted now is tried again with the next segment.
    if (dropped !== undefined)
      await dropThrough(folder, dropped.through, setting.random).catch(() => undefined);
    return begun;
  };
  const finish = async (segment: OpenSegment, reason: EndReason): Promise<void> => {
    end = await segment.end(reason, clock.now());
    current = undefined;
    setting.witness({ instance: setting.instance, ...end });
  };
  const dueReason = (segment: OpenSegment): EndReason | undefined => {
    if (segment.size() >= setting.segment.entries) return 'full';
    return elapsed(segment.startedAt, clock.now()) >= setting.segment.age ? 'age' : undefined;
  };
  const turnOver = async (): Promise<void> => {
    const reason = current && dueReason(current);
    if (current !== undefined && reason !== undefined) await finish(current, reason);
  };
  return {
    open: async () => {
      current ??= await begin().catch(failed);
      failedAt = undefined;
    },
    write: async (entries) => {
      if (failedAt !== undefined && Math.abs(clock.now() - failedAt) < pause * 1000)
        throw new LedgerError('the ledger could not be written a moment ago');
      try {
        await turnOver();
        current ??= await begin();
        await current.write(entries);
        failedAt = undefined;
      } catch (cause) {
        await failed(cause);
      }
    },
    isFailing: () => failedAt !== undefined,
    tend: async () => {
      await turnOver().catch(failed);
      if (current === undefined && (await mustBegin(setting, clock.now())))
        current = await begin().catch(failed);
    },
    close: async () => {
      if (current !== undefined) await finish(current, 'closed').catch(failed);
    },
  };
}

/**
 * What we know to have been kept is counted on from, also when the disk has less by now: somebody cut it, or took the
 * folder away, and the numbers must not close over the gap.
 */
function atLeast(known: ChainEnd, { segment, entries, hash }: ChainEnd): ChainEnd {
  return { segment: Math.max(segment, known.segment), entries: Math.max(entries, known.entries), hash };
}

async function mustBegin(setting: RollSetting, now: Instant): Promise<boolean> {
  const { folder, retention } = setting;
  if (retention === undefined) return false;
  return (await isAllOld(folder, retention, now)) || (await toDrop(setting, now)) !== undefined;
}

async function toDrop({ folder, retention }: RollSetting, now: Instant): Promise<Dropped | undefined> {
  return retention === undefined ? undefined : expired(folder, retention, now);
}
