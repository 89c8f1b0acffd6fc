// Whether this machine's clock goes with that of the store which several gateways share. Every window, proof and ticket is
// judged by the clock of the gateway that was asked: one that is a day ahead finds yesterday's counts gone, and sweeps them
// away for all. So a gateway that differs refuses, by itself and until its clock is right (docs/bulk-queries.md).
import { type Clock, type Instant, instantOf, MfaError } from '@palier/mfa-core';

/** Beyond this the operator is told. */
const worthAWord = 5000;
/** Beyond this nothing is counted. Two gateways that count are at most twice as far apart. */
export const mostApart = 30_000;
const lookEvery = 10_000;

export interface ClockCheck {
  /** Asks the store anew; rejects when it does not answer. */
  readonly look: () => Promise<void>;
  /** Milliseconds this clock is surely ahead of the store's (less than 0: behind), at this moment and without asking. */
  readonly apart: () => number;
  /** Throws while the clocks are too far apart. */
  readonly demand: () => void;
}

export interface ClockCheckParts {
  readonly clock: Clock;
  /** Milliseconds that never go back (`performance.now`): a clock that jumps between two looks is noticed by it. */
  readonly steady: () => number;
  /** The store's verb; undefined where there is no other clock than this machine's. */
  readonly storeTime: (() => Promise<Instant>) | undefined;
}

/** Knows nothing, and finds nothing amiss, before the first look. */
export function createClockCheck({ clock, steady, storeTime }: ClockCheckParts): ClockCheck {
  let found: { readonly offset: number; readonly unsure: number } | undefined;
  let looking: Promise<void> | undefined;
  const compare = async (): Promise<void> => {
    if (storeTime === undefined) return;
    const sent = steady();
    const told = await storeTime();
    const unsure = (steady() - sent) / 2;
    found = { offset: told - sent - unsure, unsure };
  };
  const look = (): Promise<void> => {
    looking ??= compare().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const apart = (): number => {
    if (found === undefined) return 0;
    const by = clock.now() - steady() - found.offset;
    return Math.sign(by) * Math.max(0, Math.abs(by) - found.unsure);
  };
  return {
    look,
    apart,
    demand: () => {
      const by = apart();
      if (Math.abs(by) <= mostApart) return;
      // The store's may have been put right, or this machine slept.
      void look().catch(() => undefined);
      throw new MfaError('ERR_MFA_STORE', { detail: apartWords(by) });
    },
  };
}

export interface KeptCheck extends ClockCheck {
  readonly end: () => void;
}

/** The check of an open store, looked at once before it is used and then from time to time. */
export async function keepChecking(parts: ClockCheckParts): Promise<KeptCheck> {
  const check = createClockCheck(parts);
  await check.look();
  const timer = setInterval(() => void check.look().catch(() => undefined), lookEvery).unref();
  return { ...check, end: () => clearInterval(timer) };
}

/** Undefined where the difference is not worth a word. */
export function clockRemark(apart: number): string | undefined {
  return Math.abs(apart) < worthAWord ? undefined : apartWords(apart);
}

/**
 * Judges each time it is called, and tells when it began or ceased to be worth a word or too much. Asks the store before
 * it tells: a machine that slept finds its clock far off what the steady one says, and nothing is wrong.
 */
export function watchApart(
  { apart, look }: Pick<ClockCheck, 'apart' | 'look'>,
  told: (milliseconds: number, refusing: boolean) => void,
): () => Promise<void> {
  let before = 0;
  return async () => {
    if (degreeOf(apart()) === before) return;
    await look().catch(() => undefined);
    const by = apart();
    const now = degreeOf(by);
    if (now !== before) told(by, now === 2);
    before = now;
  };
}

/** 0 for nothing, 1 for a word, 2 for too much. */
function degreeOf(apart: number): number {
  return [worthAWord, mostApart + 1].filter((least) => Math.abs(apart) >= least).length;
}

function apartWords(by: number): string {
  const seconds = (Math.abs(by) / 1000).toFixed(1);
  return `the clock of this machine is ${seconds} s ${by > 0 ? 'ahead of' : 'behind'} the store's`;
}

/** An answer in milliseconds as an instant; anything else is nonsense. */
export function toldInstant(milliseconds: unknown): Instant {
  const at = Number(milliseconds);
  if (!Number.isFinite(at) || at <= 0)
    throw new MfaError('ERR_MFA_STORE', { detail: 'the store did not tell its time' });
  return instantOf(at);
}
