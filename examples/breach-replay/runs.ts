// The runs of the replay: which stand before the portal, what the script may use, and what the bound is.

import { parseNir } from '../portal/people/nir.ts';
import type { Population } from '../portal/population.ts';
import { createLoot } from './loot.ts';
import { type ReadMailbox, takeOver } from './mailbox.ts';
import { lookUps, type Orders, runScript, signIn } from './script.ts';
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

/** What a run is given. */
export interface RunOptions {
  readonly name: string;
  readonly origin: URL;
  readonly persons: Population;
  /** Look-ups in all. */
  readonly limit: number;
  readonly bound?: number;
  /** The mailboxes, when the thief has them as well: he then takes every account over through its own. */
  readonly mailbox?: ReadMailbox;
  readonly progress: (done: number) => void;
}

/** Sends the script with its 19 passwords against an origin. */
export async function runPasswords(options: RunOptions): Promise<RunReport> {
  const { name, origin, persons, limit, bound, mailbox, progress } = options;
  const started = performance.now();
  const loot = createLoot((number) => isPerson(persons, number));
  const numbers = (place: number): string => persons.nirOf(place % persons.size);
  const enter: Orders['enter'] = async (line, account) => {
    const inside = await signIn(line, account);
    return mailbox === undefined ? inside : takeOver(line, account, mailbox);
  };
  const orders = { origin, accounts: stolenAccounts, numbers, limit, lookUps, enter, progress };
  const outcome = await runScript(orders, loot);
  const seconds = (performance.now() - started) / 1_000;
  const measured = { name, exposed: loot.persons.size, ...(bound !== undefined && { bound }) };
  return { ...measured, ...outcome, lookUps: limit, seconds };
}

function isPerson(persons: Population, number: string): boolean {
  const nir = parseNir(number);
  return nir !== undefined && persons.personByNir(nir) !== undefined;
}
