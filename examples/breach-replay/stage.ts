// The clock of a run: honest acts and the minutes of the attackers in the order of time, then the measuring.

import { instantOf } from '@palier/mfa-core';
import type { Population } from '../portal/population.ts';
import type { Alert } from './alerts.ts';
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
  /** Number after number of the thieves' list, which they share. */
  readonly next: () => string;
}

/** The attackers come from this address, honest people from 127.0.0.1. */
export const THIEVES_ADDRESS = '127.0.0.66';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Enrolment is on the Sunday before, so that no proof of it is left on Monday. */
export const ENROLMENT: number = firstDay - 12 * HOUR;
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
  return { site, loot, honest, count, persons, seed, next };
}

/** Lets the morning go by until the attack begins. */
export async function untilAttack(stage: Stage): Promise<void> {
  await play(stage, firstDay, ATTACK, []);
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

/** What the ledger says the attackers saw, against what their sockets received. */
export interface LedgerCheck {
  /** Share of the looted persons that the report names; undefined when nobody was looted. */
  readonly recall: number | undefined;
  /** Share of the named persons that were looted; undefined when nobody is named. */
  readonly precision: number | undefined;
}

/** Ends the gateway, opens its ledger, and compares. */
export async function checkLedger({ site, loot }: Stage): Promise<LedgerCheck> {
  const named = new Set<string>();
  const reports = await site.exposure(({ id, releases }) => {
    if (releases.some(({ peer }) => peer === THIEVES_ADDRESS)) named.add(id);
  });
  if (reports.some(({ ledger, unopenedCount }) => ledger.faultCount + unopenedCount > 0))
    throw new Error('the ledger of a run is not whole');
  if (reports.some(({ counts }) => counts.releases === 0 && loot.persons.size > 0 && reports.length > 1))
    throw new Error('a gateway of the run released nothing: the attackers did not spread');
  const both = [...named].filter((id) => loot.persons.has(id)).length;
  return {
    recall: loot.persons.size === 0 ? undefined : both / loot.persons.size,
    precision: named.size === 0 ? undefined : both / named.size,
  };
}

/** How many alerts there were from the attack on, and how long it took to the first. */
export function alertsFrom(alerts: readonly Alert[]): {
  readonly alerts: number;
  readonly minutesToFirstAlert: number | undefined;
} {
  const after = alerts.filter(({ at }) => at >= ATTACK);
  const [first] = after;
  return {
    alerts: after.length,
    minutesToFirstAlert: first === undefined ? undefined : (first.at - ATTACK) / MINUTE,
  };
}
