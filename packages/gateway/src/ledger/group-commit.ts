// Many appends, one write and one sync: what waits while a group is being written becomes the next group. Nothing is
// acknowledged before its group is on the disk, and nobody waits longer than the patience.
import type { Seconds } from '@palier/mfa-core';

export interface GroupCommit<Item> {
  /** Resolves after the item's group was written; rejects with what the write threw, or when it takes too long. */
  add(item: Item): Promise<void>;
  /** Runs other work on the same files, after everything that waits, with the same patience. */
  afterwards(work: () => Promise<void>): Promise<void>;
  /** Whether a write hangs: everything is refused at once. */
  isStalled(): boolean;
}

/** The disk did not answer within the patience: whether the group is kept is not known. */
export class StalledError extends Error {}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The most items of one write: bounds the memory of a group, not the rate. */
const mostOfGroup = 1000;

/**
 * At most one write runs at a time, ever: after a stall everything is refused at once until the stalled write has
 * settled, so that a hanging disk does not take the process's file threads one by one.
 */
export function groupCommit<Item>(
  write: (group: readonly Item[]) => Promise<void>,
  patience: Seconds,
): GroupCommit<Item> {
  const items: (Waiting & { readonly item: Item })[] = [];
  const works: (Waiting & { readonly work: () => Promise<void> })[] = [];
  let running = false;
  let stalled = false;

  const settle = async (waiting: readonly Waiting[], working: Promise<void>): Promise<void> => {
    try {
      await within(working, patience);
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      stalled = error instanceof StalledError;
      const refused = stalled ? [...waiting, ...items.splice(0), ...works.splice(0)] : waiting;
      for (const { reject } of refused) reject(error);
      await working.catch(() => undefined);
      stalled = false;
    }
  };
  const run = async (): Promise<void> => {
    // One turn of the event loop gathers the appends of answers that arrived together.
    await new Promise(setImmediate);
    while (items.length + works.length > 0) {
      const group = items.splice(0, mostOfGroup);
      const next = group.length > 0 ? undefined : works.shift();
      await (next === undefined
        ? settle(group, write(group.map(({ item }) => item)))
        : settle([next], next.work()));
    }
    running = false;
  };
  const wait = (enqueue: (waiting: Waiting) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (stalled) return reject(new StalledError('the disk of the ledger does not answer'));
      enqueue({ resolve, reject });
      if (running) return;
      running = true;
      void run();
    });
  return {
    add: (item) => wait((waiting) => items.push({ ...waiting, item })),
    afterwards: (work) => wait((waiting) => works.push({ ...waiting, work })),
    isStalled: () => stalled,
  };
}

function within(work: Promise<void>, patience: Seconds): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new StalledError(`the disk of the ledger did not answer within ${patience} s`)),
      patience * 1000,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
