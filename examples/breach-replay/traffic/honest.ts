// The honest traffic of a run: practices that work through their days over HTTP, all at once, while somebody else
// attacks.

import type { Instant } from '@palier/mfa-core';
import { tradeOf } from './classes.ts';
import { type Act, createLife, firstDay, type Life } from './life.ts';
import { type Around, openPractice, type Practice } from './practice.ts';

/** Honest practices and their diary. */
export interface Honest {
  readonly practices: ReadonlyMap<string, Practice>;
  /** The acts of a day, in the order of time. */
  day(number: number): readonly Act[];
  close(): void;
}

/** Who is enrolled, and which of them work. */
export interface Cast {
  readonly logins: readonly string[];
  readonly works: (login: string) => boolean;
  readonly seed: number;
  /** Size of the population of insured persons. */
  readonly persons: number;
}

/** Enrols everybody. The lives of those who work are those of the seed. */
export async function openHonest({ logins, works, seed, persons }: Cast, around: Around): Promise<Honest> {
  const practices = new Map<string, Practice>();
  const lives = new Map<string, Life>();
  await inGroups(logins, 20, async (login) => {
    const trade = tradeOf(login);
    // Who does not work that day keeps one key in a drawer: it is there to be phished.
    const seats = works(login) ? trade.seats : 1;
    practices.set(login, await openPractice(login, { ...trade, seats }, around));
    if (works(login)) lives.set(login, createLife({ login, trade, persons, seed }));
  });
  // A life draws each of its days once; an attack that begins at ten asks for the day that the morning was of.
  let last: { readonly number: number; readonly acts: readonly Act[] } | undefined;
  return {
    practices,
    day: (number) => {
      if (last?.number !== number) last = { number, acts: actsOf(lives.values(), number) };
      return last.acts;
    },
    close: () => {
      for (const practice of practices.values()) practice.close();
    },
  };
}

function actsOf(lives: Iterable<Life>, number: number): readonly Act[] {
  return [...lives].flatMap((life) => life.day(number)).sort((one, other) => one.at - other.at);
}

/** Does acts that are due together: accounts side by side, each account's own in their order. */
export async function performAll(honest: Honest, acts: readonly Act[]): Promise<void> {
  const accounts = Map.groupBy(acts, ({ login }) => login);
  await Promise.all(
    [...accounts].map(async ([login, own]) => {
      for (const act of own) await honest.practices.get(login)?.perform(act);
    }),
  );
}

/** Runs `work` over items, `size` at a time. */
export async function inGroups<Item>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  for (let place = 0; place < items.length; place += size)
    await Promise.all(items.slice(place, place + size).map(work));
}

/** What happens in a span of the clock. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
  /** Acts closer together than this are done at one time of the clock. */
  readonly slotMilliseconds: number;
}

/** One thing to do at a time of the clock. */
export interface Due {
  readonly at: number;
  readonly acts: readonly Act[];
}

/** The honest acts in a span, gathered into slots. */
export function* slotsOf(honest: Honest, { from, to, slotMilliseconds }: Span): Generator<Due> {
  for (let number = dayOf(from); firstDay + number * DAY < to; number += 1) {
    let due: { at: number; acts: Act[] } | undefined;
    for (const act of honest.day(number)) {
      if (act.at < from || act.at >= to) continue;
      if (due !== undefined && act.at - due.at < slotMilliseconds) due.acts.push(act);
      else {
        if (due !== undefined) yield due;
        due = { at: act.at, acts: [act] };
      }
    }
    if (due !== undefined) yield due;
  }
}

const DAY = 86_400_000;

function dayOf(at: number): number {
  return Math.floor((at - firstDay) / DAY);
}
