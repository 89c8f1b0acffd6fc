// Time and randomness a test holds in its hand. Deterministic on purpose, so never for production.
import { createHash } from 'node:crypto';
import type { Random } from '../random.ts';
import { after, type Clock, type Instant, instantOf, secondsOf } from '../time.ts';

/** A clock that stands still until it is told. */
export interface FakeClock extends Clock {
  /** Moves forward by seconds; answers the new instant. */
  advance(seconds: number): Instant;
  /** Jumps anywhere, also back, as a clock that is corrected does. */
  set(instant: number): Instant;
}

/** Stands at `start`, in milliseconds since the epoch; without it at a winter noon in 2026. */
export function fakeClock(start: number = Date.UTC(2026, 0, 15, 12)): FakeClock {
  let instant = instantOf(start);
  return {
    now: () => instant,
    advance: (seconds) => {
      instant = after(instant, secondsOf(seconds));
      return instant;
    },
    set: (next) => {
      instant = instantOf(next);
      return instant;
    },
  };
}

/** The same bytes for the same seed, call by call: SHA-256 of seed and block number. */
export function fakeRandom(seed: string | number = 0): Random {
  let block = 0;
  let pool = Buffer.alloc(0);
  return (length) => {
    while (pool.length < length) {
      pool = Buffer.concat([pool, createHash('sha256').update(`${seed}:${block}`).digest()]);
      block += 1;
    }
    const bytes = new Uint8Array(pool.subarray(0, length));
    pool = pool.subarray(length);
    return bytes;
  };
}
