// Instants and durations. Nothing here reads a clock: time comes in as an argument (a Clock at the edge).

declare const instant: unique symbol;
declare const seconds: unique symbol;

/** Milliseconds since the Unix epoch. */
export type Instant = number & { readonly [instant]: true };

/** A length of time in whole or fractional seconds. */
export type Seconds = number & { readonly [seconds]: true };

/** The only source of time in both packages; tests pass a clock they move by hand. */
export interface Clock {
  now(): Instant;
}

/** Makes an Instant of a number of milliseconds since the epoch; anything but a finite number is a TypeError. */
export function instantOf(milliseconds: number): Instant {
  if (!Number.isFinite(milliseconds)) throw new TypeError('an instant is a finite number of milliseconds');
  return milliseconds as Instant;
}

/** Makes Seconds of a number; negative or non-finite numbers are a TypeError. */
export function secondsOf(value: number): Seconds {
  if (!Number.isFinite(value) || value < 0)
    throw new TypeError('a duration is a number of seconds, zero or more');
  return value as Seconds;
}

/** The instant `by` seconds after `at`. */
export function after(at: Instant, by: Seconds): Instant {
  return (at + by * 1000) as Instant;
}

/** Seconds from `from` to `to`; never negative, so that a clock that stepped back cannot make a proof younger than new. */
export function elapsed(from: Instant, to: Instant): Seconds {
  return Math.max(0, (to - from) / 1000) as Seconds;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => instantOf(Date.now()) };
