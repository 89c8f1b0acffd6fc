// The clock of a run: honest acts and the minutes of the attackers in the order of time, then the measuring.

import { instantOf } from '@palier/mfa-core';
import type { Population } from '../portal/population.ts';
import type { Alert } from './alerts.ts';
import { createMeetings, type Meetings } from './attack/meetings.ts';
import type { Loot } from './loot.ts';
import type { Site } from './site.ts';
import { createFrictionCount, type FrictionCount } from './traffic/count.ts';
import { type Honest, openHonest, performAll, slotsOf } from './traffic/honest.ts';
import { firstDay } from './traffic/life.ts';

/** Somebody who acts now, and answers when next. */
export interface Attacker {
  act(now: number): Promise<number>;
}

/** A run under way. */
export interface Stage {
  readonly site: Site;
  readonly loot: Loot;
  readonly honest: Honest;
  readonly count: FrictionCount;
  readonly persons: Population;
  readonly seed: number;
  /** What the thieves were told. */
  readonly meetings: Meetings;
  /** Number after number of the thieves' list, which they share. */
  readonly next: () => string;
}

/** The attackers come from this address, honest people from 127.0.0.1. */
export const THIEVES_ADDRESS = '127.0.0.66';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;
/** Enrolment is on the Sunday before the first Monday, so that no proof of it is left then. */
export const enrolmentBefore = (warmUpDays: number): number => firstDay - warmUpDays * DAY - 12 * HOUR;
/** Monday at ten: the owners are at work, and have proved. */
export const ATTACK: number = firstDay + 10 * HOUR;
/** Honest acts of two minutes are done side by side: fewer moves of the clock, the same work. */
const SLOT = 120_000;

/** Sets the stage: honest accounts enrol their keys. */
export async function openStage(
  site: Site,
  parts: {
    readonly loot: Loot;
    readonly persons: Population;
    readonly seed: number;
    readonly logins: readonly string[];
    readonly works: (login: string) => boolean;
  },
): Promise<Stage> {
  const { loot, persons, seed, logins, works } = parts;
  const count = createFrictionCount();
  const nirOf = (person: number): string => persons.nirOf(person);
  const cast = { logins, works, seed, persons: persons.size };
  const honest = await openHonest(cast, { site, count, nirOf });
  let place = 0;
  const next = (): string => {
    place += 1;
    // A list from older leaks: no order that the population knows.
    return persons.nirOf((place * 7_919 + seed) % persons.size);
  };
  return { site, loot, honest, count, persons, seed, meetings: createMeetings(), next };
}

/** Lets days and the morning go by until the attack begins; tells the minutes that are still to come. */
export async function untilAttack(
  stage: Stage,
  warmUpDays = 0,
  progress: (minute: number) => void = () => {},
): Promise<void> {
  const from = firstDay - warmUpDays * DAY;
  await play(stage, from, ATTACK, [], (minute) => progress(minute - (ATTACK - from) / MINUTE));
}

/** Plays hours of attack with everybody else at work. */
export async function attackFor(
  stage: Stage,
  hours: number,
  attackers: readonly Attacker[],
  progress: (minute: number) => void,
): Promise<void> {
  await play(stage, ATTACK, ATTACK + hours * HOUR, attackers, progress);
}

async function play(
  { site, honest }: Stage,
  from: number,
  to: number,
  attackers: readonly Attacker[],
  progress: (minute: number) => void = () => {},
): Promise<void> {
  const span = { from: instantOf(from), to: instantOf(to), slotMilliseconds: SLOT };
  const due = new Map(attackers.map((attacker) => [attacker, from]));
  const attackUntil = async (limit: number): Promise<void> => {
    for (let at = earliest(due); at < limit; at = earliest(due)) {
      await site.moveTo(instantOf(at));
      const acting = [...due].filter(([, wakes]) => wakes <= at);
      await Promise.all(acting.map(async ([attacker]) => due.set(attacker, await attacker.act(at))));
      progress((at - from) / MINUTE);
    }
  };
  for (const { at, acts } of slotsOf(honest, span)) {
    await attackUntil(at);
    await site.moveTo(instantOf(at));
    await performAll(honest, acts);
    progress((at - from) / MINUTE);
  }
  await attackUntil(to);
  await site.moveTo(instantOf(to));
}

function earliest(due: ReadonlyMap<Attacker, number>): number {
  return Math.min(Number.POSITIVE_INFINITY, ...due.values());
}

/** How many alerts there were from the attack on, and how long it took to the first. */
export function alertsFrom(
  alerts: readonly Alert[],
  attack: number = ATTACK,
): {
  readonly alerts: number;
  readonly minutesToFirstAlert: number | undefined;
} {
  const after = alerts.filter(({ at }) => at >= attack);
  const [first] = after;
  return {
    alerts: after.length,
    minutesToFirstAlert: first === undefined ? undefined : (first.at - attack) / MINUTE,
  };
}
