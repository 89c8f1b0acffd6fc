// The working life of one honest account: who is looked up when, from which browser, and who signs out at noon.
// The same seed and login give the same life. Times are of the clock of the replay, which is UTC.

import type { Trade } from './classes.ts';
import { createDraws, type Draws } from './random.ts';

/** One thing somebody does. */
export interface Act {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'look-up' | 'sign-out';
  readonly login: string;
  /** Which of the people under the account, and which of that person's browsers. */
  readonly seat: number;
  readonly place: number;
  /** Which insured person, by place in the population. */
  readonly person: number;
}

/** Everything that is known of an account beforehand. */
export interface Life {
  /** The acts of a day in the order of time; none on a day off. Days must be asked for in order, each once. */
  day(number: number): readonly Act[];
}

/** How the published population is changed, to see what that does. */
export interface Volumes {
  /** Times as many persons. */
  readonly volume: number;
  /** Times as wide on the logarithm. */
  readonly tails: number;
}

/** As published. */
export const published: Volumes = { volume: 1, tails: 1 };

const HOUR = 3_600_000;
/** Day 0 is a Monday. */
export const firstDay: number = Date.UTC(2026, 2, 9);
const DAY = 24 * HOUR;

const REPEATS = 0.35;
const MONDAY = 1.2;
const EPIDEMIC = 1.35;
/** What keeps the mean at the table's. */
const REST_OF_WEEK = 0.95;
const CALM = 0.87;
const ON_CALL = 0.02;
const ON_CALL_TIMES = 2;
/** Share of personal accounts that stand in for others, and how many of their patients are new to them. */
const LOCUM = 0.04;
const LOCUM_FRESH = 0.5;
/** Shares of a person's days with a second computer, and with a sign-out at noon. */
const SECOND_PLACE = 0.12;
const NOON_SIGN_OUT = 0.15;

/** Begins the life of an account. */
export function createLife(
  { login, trade, persons, seed }: LifeOptions,
  { volume, tails }: Volumes = published,
): Life {
  const draws = createDraws(seed, login);
  const spread = trade.spread * tails;
  const usual = draws.skewed(trade.mean * volume, spread * 0.65);
  const isLocum = draws.uniform() < LOCUM && trade.mean < 50;
  const fresh = isLocum ? Math.max(LOCUM_FRESH, trade.fresh) : trade.fresh;
  const known = Array.from({ length: Math.ceil(usual * 12) }, () => draws.below(persons));
  return {
    day(number) {
      const weekday = ((number % 7) + 7) % 7;
      if (weekday >= trade.days) return [];
      const onCall = draws.uniform() < ON_CALL;
      // A day on call is a day of its own: neither Monday nor the epidemic comes on top.
      const usually = (weekday === 0 ? MONDAY : REST_OF_WEEK) * (isEpidemic(number) ? EPIDEMIC : CALM);
      const count = Math.round(draws.skewed(usual * (onCall ? ON_CALL_TIMES : usually), spread * 0.45));
      const seen = whoComes(draws, { count, fresh: onCall ? 0.6 : fresh, known, persons });
      const workday = workdayOf(draws, trade, firstDay + number * DAY);
      return [
        ...signOuts(workday, login),
        ...seen.flatMap((person) => visits(draws, workday, login, person)),
      ].sort((one, other) => one.at - other.at);
    },
  };
}

/** Whose life. */
export interface LifeOptions {
  readonly login: string;
  readonly trade: Trade;
  /** Size of the population of insured persons. */
  readonly persons: number;
  readonly seed: number;
}

function isEpidemic(day: number): boolean {
  return Math.floor(day / 7) % 4 === 1;
}

interface Coming {
  readonly count: number;
  readonly fresh: number;
  readonly known: number[];
  readonly persons: number;
}

function whoComes(draws: Draws, { count, fresh, known, persons }: Coming): readonly number[] {
  const seen = new Set<number>();
  while (seen.size < count) {
    const isNew = draws.uniform() < fresh;
    const person = isNew ? draws.below(persons) : (known[draws.below(known.length)] ?? 0);
    // A panel of a few dozen may run out of people who were not here yet.
    if (seen.has(person)) seen.add(draws.below(persons));
    else seen.add(person);
    if (isNew) known.push(person);
  }
  return [...seen];
}

interface Workday {
  readonly trade: Trade;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly noon: number;
  readonly afternoon: number;
  readonly to: number;
  /** By seat: from noon on at a second computer; out at noon. */
  readonly second: readonly boolean[];
  readonly out: readonly boolean[];
}

function workdayOf(draws: Draws, trade: Trade, midnight: number): Workday {
  const [from, to] = trade.hours;
  const each = (share: number): readonly boolean[] =>
    Array.from({ length: trade.seats }, () => draws.uniform() < share);
  return {
    trade,
    from: midnight + from * HOUR,
    noon: midnight + 12.5 * HOUR,
    afternoon: midnight + 14 * HOUR,
    to: midnight + to * HOUR,
    second: each(SECOND_PLACE),
    out: each(NOON_SIGN_OUT),
  };
}

function visits(draws: Draws, workday: Workday, login: string, person: number): readonly Act[] {
  const { from, noon, afternoon, to, second, trade } = workday;
  const seat = draws.below(trade.seats);
  const one = (at: number): Act => {
    const place = at >= afternoon && second[seat] === true ? 1 : 0;
    return { at: Math.round(at), kind: 'look-up', login, seat, place, person };
  };
  const spanned = (span: number, start: number): number => start + draws.uniform() * span;
  const at = draws.uniform() < 0.5 ? spanned(noon - from, from) : spanned(to - afternoon, afternoon);
  if (draws.uniform() >= REPEATS) return [one(at)];
  return [one(at), one(Math.min(at + draws.uniform() * 0.75 * HOUR, to))];
}

function signOuts({ noon, out }: Workday, login: string): readonly Act[] {
  return out.flatMap((leaves, seat): readonly Act[] =>
    leaves ? [{ at: noon + 0.75 * HOUR, kind: 'sign-out', login, seat, place: 0, person: 0 }] : [],
  );
}
