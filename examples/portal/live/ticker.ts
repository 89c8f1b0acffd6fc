// One timer for everything that is pushed: a tick a second to whoever listens, none when nobody does.

import type { Clock } from '../sign-in/sessions.ts';

/** What is pushed each second. */
export interface Tick {
  readonly kind: 'tick';
  readonly count: number;
  readonly at: string;
}

/** A source of ticks. */
export interface Ticker {
  /** Calls back at each tick until the returned function is called. */
  listen(callback: (tick: Tick) => void): () => void;
}

const SECOND = 1_000;

/** Creates a ticker that stands still. */
export function createTicker(clock: Clock): Ticker {
  const listeners = new Set<(tick: Tick) => void>();
  let timer: NodeJS.Timeout | undefined;
  let count = 0;
  const tick = (): void => {
    count += 1;
    const now: Tick = { kind: 'tick', count, at: new Date(clock()).toISOString() };
    for (const callback of listeners) callback(now);
  };
  return {
    listen(callback) {
      listeners.add(callback);
      timer ??= setInterval(tick, SECOND);
      return () => {
        listeners.delete(callback);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
