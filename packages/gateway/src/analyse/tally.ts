// What a log says of each class of account. Memory is bounded: at most `mostAccounts` accounts; for each the persons of
// one day, at most `mostOfDay`, and two numbers for each candidate; persons known for the caps on new ones only up to
// `mostKnown` in all. What is beyond is counted and told, not kept.
import { candidates, createPresences, type Presences, pay } from './grid.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import type { Tag } from './looked-up.ts';

const day = 86_400_000;
export const mostAccounts = 200_000;
export const mostOfDay = 5_000;
export const mostKnown = 10_000_000;
/** A log may say anything: names that no configuration could have, and too many of them, are `default`. */
const className = /^[a-z][a-z0-9-]{0,39}$/;
const mostClasses = 100;
const mostDays = 10_000;
/** Servers write late, and a clock without a zone goes back an hour in autumn; more than this is another order. */
const unordered = 2 * 3_600_000;
/** Days of a log after which persons who were not seen in it count as new. */
const warm = 28;
const window = 30;

/** One class, summed up. */
export interface ClassTally {
  readonly accounts: number;
  /** Account-days with a look-up. */
  readonly accountDays: number;
  /** Days of the calendar (UTC) on which somebody of the class looked up somebody. */
  readonly days: ReadonlySet<number>;
  readonly lookUps: number;
  /** By candidate, in the order of `candidates`. */
  readonly gestures: Float64Array;
  /** Most distinct persons within any 24 h that end on the day, by account-day. */
  readonly persons: Histogram;
  /** Distinct look-ups that found nobody, by account-day. */
  readonly misses: Histogram;
  /** New persons within 30 days, by account-day; empty when the log is too short to say. */
  readonly fresh: Histogram;
}

export interface LogTally {
  note(account: string, kind: string | undefined, at: number, tags: readonly Tag[], miss: boolean): void;
  /** Ends the last day of every account. */
  end(): void;
  readonly classes: () => ReadonlyMap<string, ClassTally>;
  /** Look-ups far older than one of the same account before them: parts of a log in the wrong order. */
  readonly outOfOrder: () => number;
  /** Look-ups of accounts beyond the most that are kept. */
  readonly leftOut: () => number;
  /** Whether persons were too many to tell new ones from known ones. */
  readonly forgetful: () => boolean;
}

interface Growing extends ClassTally {
  readonly days: Set<number>;
  accounts: number;
  accountDays: number;
  lookUps: number;
}

interface Account {
  readonly of: Growing;
  readonly presences: Presences;
  readonly seen: Map<Tag, number>;
  readonly missed: Set<Tag>;
  known: Set<Tag> | undefined;
  readonly freshByDay: number[];
  readonly since: number;
  day: number;
  most: number;
  latest: number;
}

export function createLogTally(): LogTally {
  const classes = new Map<string, Growing>();
  const accounts = new Map<string, Account>();
  const known = { count: 0 };
  let [leftOut, outOfOrder] = [0, 0];
  const begin = (name: string, kind: string, at: number): Account | undefined => {
    if (accounts.size >= mostAccounts) return undefined;
    const sound =
      className.test(kind) && (classes.has(kind) || classes.size < mostClasses) ? kind : 'default';
    const of = classes.get(sound) ?? emptyClass();
    classes.set(sound, of);
    of.accounts += 1;
    const account = emptyAccount(of, Math.floor(at / day));
    accounts.set(name, account);
    return account;
  };
  return {
    note: (name, kind, at, tags, miss) => {
      const account = accounts.get(name) ?? begin(name, kind ?? 'default', at);
      if (account !== undefined && at < account.latest - unordered) outOfOrder += 1;
      if (account === undefined) leftOut += 1;
      else see(account, Math.max(at, account.latest), tags, miss, known);
    },
    end: () => {
      for (const account of accounts.values()) endDay(account);
    },
    classes: () => classes,
    outOfOrder: () => outOfOrder,
    leftOut: () => leftOut,
    forgetful: () => known.count >= mostKnown,
  };
}

function emptyClass(): Growing {
  return {
    accounts: 0,
    accountDays: 0,
    days: new Set(),
    lookUps: 0,
    gestures: new Float64Array(candidates.length),
    persons: createHistogram(mostOfDay),
    misses: createHistogram(mostOfDay),
    fresh: createHistogram(window * mostOfDay),
  };
}

function emptyAccount(of: Growing, today: number): Account {
  return {
    of,
    presences: createPresences(),
    seen: new Map(),
    missed: new Set(),
    known: new Set(),
    freshByDay: [],
    since: today,
    day: today,
    most: 0,
    latest: 0,
  };
}

function see(
  account: Account,
  at: number,
  tags: readonly Tag[],
  miss: boolean,
  known: { count: number },
): void {
  account.latest = at;
  const today = Math.floor(at / day);
  if (today !== account.day) {
    endDay(account);
    account.day = today;
  }
  if (miss) {
    for (const tag of tags) if (account.missed.size < mostOfDay) account.missed.add(tag);
    return;
  }
  forget(account.seen, at - day);
  const fresh = tags.filter((tag) => !account.seen.has(tag)).length;
  for (const tag of tags) touch(account, tag, at, known);
  account.most = Math.max(account.most, account.seen.size);
  account.of.lookUps += 1;
  pay(account.presences, fresh, at, account.of.gestures);
}

/** The oldest are first: a touched person goes to the end. */
function forget(seen: Map<Tag, number>, until: number): void {
  for (const [tag, at] of seen) {
    if (at > until) return;
    seen.delete(tag);
  }
}

function touch(account: Account, tag: Tag, at: number, known: { count: number }): void {
  if (account.seen.delete(tag) || account.seen.size < mostOfDay) account.seen.set(tag, at);
  if (account.known === undefined || account.known.has(tag)) return;
  if (known.count >= mostKnown) {
    account.known = undefined;
    return;
  }
  known.count += 1;
  account.known.add(tag);
  const { freshByDay, day: today, since } = account;
  freshByDay[today - since] = (freshByDay[today - since] ?? 0) + 1;
}

function endDay(account: Account): void {
  const { of, missed, freshByDay, since } = account;
  if (missed.size > 0) of.misses.add(missed.size);
  missed.clear();
  if (account.most === 0) return;
  of.accountDays += 1;
  if (of.days.size < mostDays) of.days.add(account.day);
  of.persons.add(account.most);
  account.most = 0;
  const age = account.day - since;
  if (account.known === undefined || age < warm + window) return;
  let fresh = 0;
  for (let back = 0; back < window; back += 1) fresh += freshByDay[age - back] ?? 0;
  of.fresh.add(fresh);
}
