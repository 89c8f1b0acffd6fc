// How events reach several places, and which acts wait for them. A log is waited for; a mail is not, except where the
// notice itself is the defence.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventSink, MfaEvent } from '../events.ts';

/** One sink of several, in order: an event that the first does not take never reaches the second. */
export function allSinks(...sinks: readonly EventSink[]): EventSink {
  return async (event) => {
    for (const sink of sinks) await sink(event);
  };
}

/** How often and how long delivery is tried. */
export interface BackgroundSetting {
  /** Told when an event could not be delivered after all tries. */
  readonly broken: (error: unknown, event: MfaEvent) => void;
  /** Milliseconds before each further try. */
  readonly waits?: readonly number[];
  /** Events waiting at most; beyond, `broken` is told at once. */
  readonly most?: number;
}

/** A sink that holds nobody up. */
export interface BackgroundSink {
  readonly sink: EventSink;
  /** Resolves when nothing is on its way any more: before the process ends. */
  settled(): Promise<void>;
}

/**
 * Delivers without holding up the act, with a few tries. The exception: the notice of a factor that still waits is
 * waited for, because a waiting period that nobody hears of protects nobody. What is on its way when the process dies
 * is lost; what must not be lost belongs in a log.
 */
export function inBackground(
  inner: EventSink,
  { broken, waits = [1_000, 10_000, 60_000], most = 1_000 }: BackgroundSetting,
): BackgroundSink {
  const running = new Set<Promise<void>>();
  const deliver = async (event: MfaEvent): Promise<void> => {
    for (const wait of [...waits, undefined]) {
      try {
        return await inner(event);
      } catch (error) {
        if (wait === undefined) return broken(error, event);
        await sleep(wait, undefined, { ref: false });
      }
    }
  };
  const sink: EventSink = async (event) => {
    if (isWaitingFactor(event)) return inner(event);
    if (running.size >= most) return broken(new Error('too many events on their way'), event);
    const one: Promise<void> = deliver(event).finally(() => running.delete(one));
    running.add(one);
  };
  return { sink, settled: async () => void (await Promise.all(running)) };
}

function isWaitingFactor(event: MfaEvent): boolean {
  return event.type === 'factor-enrolled' && event.activeFrom > event.at;
}
