// The runs of the replay: which stand before the portal, what the script may use, and what the bound is.

import { parseNir } from '../portal/people/nir.ts';
import type { Population } from '../portal/population.ts';
import { createLoot } from './loot.ts';
import { lookUps, runScript } from './script.ts';
import { stolenAccounts } from './stolen-accounts.ts';

/** One run, measured. */
export interface RunResult {
  readonly name: string;
  /** Distinct insured persons whose number reached the script's sockets. */
  readonly exposed: number;
  /** The most it may be, by construction; absent where nothing bounds it. */
  readonly bound?: number;
}

/** What a run prints besides its result. */
export interface RunReport extends RunResult {
  readonly lookUps: number;
  readonly signedIn: number;
  readonly statuses: ReadonlyMap<number, number>;
  readonly seconds: number;
}

/** Sends the script with its 19 passwords against an origin. */
export async function runPasswords(options: {
  readonly name: string;
  readonly origin: URL;
  readonly persons: Population;
  readonly limit: number;
  readonly bound?: number;
  readonly progress: (done: number) => void;
}): Promise<RunReport> {
  const { name, origin, persons, limit, bound, progress } = options;
  const started = performance.now();
  const loot = createLoot((number) => isPerson(persons, number));
  const numbers = (place: number): string => persons.nirOf(place % persons.size);
  const outcome = await runScript(
    { origin, accounts: stolenAccounts, numbers, limit, lookUps, progress },
    loot,
  );
  const seconds = (performance.now() - started) / 1_000;
  const measured = { name, exposed: loot.persons.size, ...(bound !== undefined && { bound }) };
  return { ...measured, ...outcome, lookUps: limit, seconds };
}

function isPerson(persons: Population, number: string): boolean {
  const nir = parseNir(number);
  return nir !== undefined && persons.personByNir(nir) !== undefined;
}
