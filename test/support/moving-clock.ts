// A clock that stands still until a test moves it; portal and gateway share one, as they share the hour.

import { type Clock, type Instant, instantOf } from '@palier/mfa-core';

/** A clock in the hands of a test. */
export interface MovingClock extends Clock {
  advance(seconds: number): void;
}

/** Starts on a Tuesday morning, in whole seconds. */
export function createMovingClock(start: number = Date.UTC(2026, 2, 10, 8)): MovingClock {
  let now: Instant = instantOf(start);
  return {
    now: () => now,
    advance(seconds) {
      now = instantOf(now + seconds * 1_000);
    },
  };
}

/** Goes with the machine's, from where the test moves it: for what lives by another program's clock too. */
export function createRunningClock(): MovingClock {
  let ahead = 0;
  return {
    now: () => instantOf(Date.now() + ahead),
    advance(seconds) {
      ahead += seconds * 1_000;
    },
  };
}
