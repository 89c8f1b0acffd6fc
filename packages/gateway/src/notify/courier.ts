// Delivers in the background, one after the other, with a few tries and a bounded queue: whoever asked never waits, and a
// receiver that is away costs no memory. What could not be delivered is said, never silent.
import { setTimeout as sleep } from 'node:timers/promises';

export interface CourierSetting<T> {
  readonly send: (item: T) => Promise<void>;
  readonly lost: (error: unknown, item: T) => void;
  /** Milliseconds before each further try. */
  readonly waits?: readonly number[];
  /** Items waiting at most; beyond, the newest is lost at once. */
  readonly most?: number;
}

export interface Courier<T> {
  put(item: T): void;
  /** Resolves when nothing waits any more, or after so many milliseconds. */
  settled(milliseconds: number): Promise<void>;
}

export function createCourier<T>({
  send,
  lost,
  waits = [1000, 10_000, 60_000],
  most = 1000,
}: CourierSetting<T>): Courier<T> {
  const waiting: T[] = [];
  let working: Promise<void> | undefined;
  const deliver = async (item: T): Promise<void> => {
    for (const wait of [...waits, undefined]) {
      try {
        return await send(item);
      } catch (error) {
        if (wait === undefined) return lost(error, item);
        await sleep(wait, undefined, { ref: false });
      }
    }
  };
  const work = async (): Promise<void> => {
    for (let item = waiting[0]; item !== undefined; item = waiting[0]) {
      await deliver(item);
      waiting.shift();
    }
    working = undefined;
  };
  return {
    put: (item) => {
      if (waiting.length >= most) return lost(new Error('too many are waiting'), item);
      waiting.push(item);
      working ??= work();
    },
    settled: async (milliseconds) => {
      if (working === undefined) return;
      const done = new AbortController();
      const late = sleep(milliseconds, undefined, { ref: false, signal: done.signal }).catch(() => undefined);
      await Promise.race([working, late]);
      done.abort();
    },
  };
}
