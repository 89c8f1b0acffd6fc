// Whether this machine's clock goes with that of the store which several instances share. Every code, proof, session,
// ticket and wait is judged by the clock of the instance that was asked: one that is a day behind takes yesterday's, one
// that is a day ahead ends what others opened. So an instance that differs refuses, by itself and until its clock is right.
// Which verbs it refuses is under-clock-check.ts.
import { MfaError } from './errors.ts';
import { type Clock, type Instant, instantOf, systemClock } from './time.ts';

/**
 * The bounds of the check, in milliseconds. From `worthAWord` on the operator is told; beyond `mostApart` nothing is judged,
 * so that two instances that judge are at most twice as far apart. What was found is at most `lookEvery` old. The store's time is
 * waited for at most `longestLook`: what answers later says too little of the time to be judged by.
 */
export const clockBounds: {
  readonly worthAWord: number;
  readonly mostApart: number;
  readonly lookEvery: number;
  readonly longestLook: number;
} = { worthAWord: 5000, mostApart: 30_000, lookEvery: 10_000, longestLook: 5000 };

/**
 * Stores with a clock of their own: those of `stores/postgres` and `stores/redis`. What is in this machine (`stores/memory`,
 * `stores/sqlite`) has no other clock to compare with, and no such verb.
 */
export interface StoreTime {
  /**
   * What time it is there, when it answers. Rejects when it does not know, and in bounded time, as every verb does; where it
   * is silent for 5 s (`clockBounds.longestLook`) the check goes on as if it had rejected.
   */
  time(): Promise<Instant>;
}

/** How far this machine's clock is from the store's. */
export interface ClocksApart {
  /** By how much this machine's is surely ahead (below 0: behind), in milliseconds: the time under way is taken off. */
  readonly milliseconds: number;
  /** `agree` below 5 s, `differ` from there on, `refuse` above 30 s (`clockBounds`). */
  readonly verdict: 'agree' | 'differ' | 'refuse';
  /** A sentence for the log. */
  readonly detail: string;
}

/** What a check goes by; all of it may be left out. */
export interface ClockCheckSetting {
  /** The one that `createMfa` is given; the machine's when not given. */
  readonly clock?: Clock;
  /**
   * Milliseconds from any beginning that never go back and never jump, `performance.now` when not given. By it a clock that
   * is set while the process runs is noticed at the next verb, and not only when the store is asked again.
   */
  readonly steady?: () => number;
  /**
   * Told each time the verdict changes, by the verb that finds it: once when the clocks begin to differ, once when that is
   * too much, once when they agree again. Without it an operator learns of it by the errors. Must not throw.
   */
  readonly told?: (apart: ClocksApart) => void;
}

/** Compares this machine's clock with a store's. */
export interface ClockCheck {
  /** Asks the store now, for instance at the start; rejects with what the store rejects with. */
  look(): Promise<void>;
  /** By what was found last, without asking; before the first look nothing is amiss. */
  apart(): ClocksApart;
  /**
   * Resolves while the clocks are near enough. Rejects with ERR_MFA_CLOCK while they are not; and, as long as the store's
   * was never learnt, with what the store rejects with. Asks the store the first time, when what it knows is ten seconds
   * old, and before it refuses or tells: a store whose clock was put right, or a machine that slept, is not refused.
   * A store that stops telling the time is believed to go on steadily.
   */
  demand(): Promise<void>;
}

interface Found {
  /** The store's clock less the steady one. */
  readonly offset: number;
  /** Half of what the answer was under way. */
  readonly unsure: number;
}

/**
 * Makes a check against one store's time. For whoever puts more than the library's stores under one check; a portal wants
 * `withClockCheck`. Starts no timer: it looks when it is asked.
 */
export function createClockCheck({
  time,
  clock = systemClock,
  steady = () => performance.now(),
  told,
}: ClockCheckSetting & StoreTime): ClockCheck {
  let found: Found | undefined;
  let before: ClocksApart['verdict'] = 'agree';
  let triedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  const compare = async (): Promise<void> => {
    const sent = steady();
    triedAt = sent;
    const at = toldInstant(await heard(time()));
    const unsure = (steady() - sent) / 2;
    found = { offset: at - sent - unsure, unsure };
  };
  const look = (): Promise<void> => {
    looking ??= compare().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const ahead = (): number =>
    found === undefined ? 0 : surely(clock.now() - steady() - found.offset, found.unsure);
  const isUnsettled = (): boolean => {
    if (found === undefined || steady() - triedAt >= clockBounds.lookEvery) return true;
    const verdict = verdictOn(ahead());
    return verdict === 'refuse' || verdict !== before;
  };
  const settle = (): Promise<void> =>
    look().catch((error: unknown) => {
      if (found === undefined) throw error;
    });
  const demand = async (): Promise<void> => {
    if (isUnsettled()) await settle();
    const by = ahead();
    const verdict = verdictOn(by);
    if (verdict !== before) {
      before = verdict;
      told?.(apartBy(by));
    }
    if (verdict === 'refuse') throw new MfaError('ERR_MFA_CLOCK', { detail: apartBy(by).detail });
  };
  return { look, apart: () => apartBy(ahead()), demand };
}

/** A store of somebody else's may be silent for ever; with it would be every verb that waits for the look. */
async function heard(time: Promise<Instant>): Promise<Instant> {
  const silence = Promise.withResolvers<never>();
  const detail = 'the store does not tell its time';
  const giveUp = (): void => silence.reject(new MfaError('ERR_MFA_STORE', { detail }));
  const timer = setTimeout(giveUp, clockBounds.longestLook);
  return Promise.race([time, silence.promise]).finally(() => clearTimeout(timer));
}

/** Nearer to 0 by what is not sure: a slow store is not a wrong clock. */
function surely(by: number, unsure: number): number {
  return Math.sign(by) * Math.max(0, Math.abs(by) - unsure);
}

function apartBy(milliseconds: number): ClocksApart {
  const seconds = (Math.abs(milliseconds) / 1000).toFixed(1);
  const detail = `the clock of this machine is ${seconds} s ${milliseconds < 0 ? 'behind' : 'ahead of'} the store's`;
  return { milliseconds, verdict: verdictOn(milliseconds), detail };
}

function verdictOn(milliseconds: number): ClocksApart['verdict'] {
  const by = Math.abs(milliseconds);
  if (by > clockBounds.mostApart) return 'refuse';
  return by < clockBounds.worthAWord ? 'agree' : 'differ';
}

/** A store's answer in milliseconds as an instant; anything else is nonsense, or a comparison with it would find nothing. */
export function toldInstant(milliseconds: unknown): Instant {
  const at = Number(milliseconds);
  if (!Number.isFinite(at) || at <= 0)
    throw new MfaError('ERR_MFA_STORE', { detail: 'the store did not tell its time' });
  return instantOf(at);
}
