// Sick leaves declared through the portal, the act that has consequences. Kept in memory, per account.

import type { Nir } from '../people/nir.ts';
import type { Random } from '../sign-in/sessions.ts';

/** A declared sick leave and the number of its receipt. */
export interface SickLeave {
  readonly receipt: string;
  readonly nir: Nir;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly reason: string;
}

/** What accounts declared; the newest first. */
export interface SickLeaves {
  declare(login: string, leave: Omit<SickLeave, 'receipt'>): SickLeave;
  of(login: string): readonly SickLeave[];
}

// Enough to see that a form sent once was acted upon once, and bounded under load.
const KEPT = 100;
const DAY: RegExp = /^\d{4}-\d{2}-\d{2}$/;

/** Creates an empty register. */
export function createSickLeaves(random: Random): SickLeaves {
  const declared = new Map<string, readonly SickLeave[]>();
  return {
    declare(login, leave) {
      const receipt = `AAT-${Buffer.from(random(6)).toString('hex').toUpperCase()}`;
      const entry = { ...leave, receipt };
      declared.set(login, [entry, ...(declared.get(login) ?? [])].slice(0, KEPT));
      return entry;
    },
    of: (login) => declared.get(login) ?? [],
  };
}

/** Tells whether two days exist and the second is not before the first. */
export function isPeriod(firstDay: string, lastDay: string): boolean {
  return isDay(firstDay) && isDay(lastDay) && firstDay <= lastDay;
}

function isDay(text: string): boolean {
  const instant = Date.parse(text);
  return DAY.test(text) && !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}
