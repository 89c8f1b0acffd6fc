// Randomness as an argument, so that tests can replay a run. Production passes `systemRandom` and nothing else.
import { randomBytes } from 'node:crypto';

/** Gives `length` unpredictable bytes. */
export type Random = (length: number) => Uint8Array;

/** The operating system's generator. */
export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length));
