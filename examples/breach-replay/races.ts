// Look-ups that race for the last places under a cap, over HTTP: four sessions of one account, each with a fresh code,
// ask at the same moment over connections of their own for more than they may together. One race a day and account.

import { instantOf } from '@palier/mfa-core';
import { signIn } from './attack/script.ts';
import { manyAccounts, type StolenAccount } from './attack/stolen-accounts.ts';
import { codeBound } from './bounds.ts';
import { type App, enrolApp, rightOfTicket } from './factor.ts';
import { checkLedger } from './ledger-check.ts';
import { createLine, type Line } from './line.ts';
import type { Loot } from './loot.ts';
import { nothingMeasured, type RunResult } from './result.ts';
import { emptyLoot, everyPerson } from './run.ts';
import { budgetsIn, type Change, type Site, startSite } from './site.ts';
import { ATTACK, alertsFrom, THIEVES_ADDRESS } from './stage.ts';
import { inGroups } from './traffic/honest.ts';

/** How many races. In a week an account stays below its cap on new persons, which would be raced for otherwise. */
export interface Races {
  readonly name: string;
  readonly accounts: number;
  readonly days: number;
  /** Takes the cap away: then each race must show more than the cap. */
  readonly change?: Change;
}

const SESSIONS = 4;
/** One more than a code buys: each presence is raced for as well as the cap of the day. */
const AT_ONCE_EACH = 16;
const ACCOUNTS_AT_ONCE = 5;
const MINUTE = 60_000;
/** A day and an hour: the window of the race before is empty. */
const APART = 25 * 60 * MINUTE;

/** Runs the races; an overshoot is an account that was shown more in a race than its codes may in a day. */
export async function runRaces(
  { name, accounts, days, change }: Races,
  seed: number,
  progress: (race: number) => void,
): Promise<RunResult> {
  const site = await startSite({
    now: instantOf(ATTACK - 10 * MINUTE),
    accountsPerClass: Math.ceil(accounts / 8),
    ...(change !== undefined && { change }),
  });
  try {
    const racers = manyAccounts(accounts);
    const logins = racers.map(({ login }) => login);
    const loot = emptyLoot();
    const apps = await appsFor(site, racers);
    const cap = (login: string): number => codeBound(budgetsIn(), [login], 1);
    let [overshoots, shortfalls] = [0, 0];
    for (let day = 0; day < days; day += 1) {
      const before = new Map(logins.map((login) => [login, loot.of(login).size]));
      await raceAll({ site, loot, apps, racers, next: numbers(seed, day * accounts) }, ATTACK + day * APART);
      const shown = (login: string): number => loot.of(login).size - (before.get(login) ?? 0);
      overshoots += logins.filter((login) => shown(login) > cap(login)).length;
      shortfalls += logins.filter((login) => shown(login) < cap(login)).length;
      progress((day + 1) * accounts);
    }
    if (shortfalls > 0) throw new Error(`${shortfalls} races did not come as far as the cap`);
    const alerts = alertsFrom(await site.alerts());
    const ledger = await checkLedger(site, loot, THIEVES_ADDRESS);
    const atMost = codeBound(budgetsIn(), logins, days);
    return {
      ...nothingMeasured,
      ...alerts,
      name,
      seed,
      window: (days * APART) / (60 * MINUTE),
      exposed: loot.persons.size,
      bound: change === undefined ? atMost : undefined,
      without: change === undefined ? undefined : atMost,
      accountsOverBound: change === undefined ? overshoots : 0,
      isLedgered: true,
      ledgerRecall: ledger.recall,
      ledgerPrecision: ledger.precision,
    };
  } finally {
    await site.stop();
  }
}

interface Field {
  readonly site: Site;
  readonly loot: Loot;
  readonly apps: ReadonlyMap<string, App>;
  readonly racers: readonly StolenAccount[];
  readonly next: () => string;
}

async function raceAll(field: Field, at: number): Promise<void> {
  const { site, apps, racers } = field;
  const sessions = new Map<string, Line[]>(racers.map(({ login }) => [login, []]));
  // A code is good once: each session waits for its own.
  for (let turn = 0; turn < SESSIONS; turn += 1) {
    await site.moveTo(instantOf(at + turn * MINUTE));
    await inGroups(racers, ACCOUNTS_AT_ONCE, async (account) => {
      const line = lineAt(field, account.login, new Map());
      const app = apps.get(account.login);
      if (!(await signIn(line, account)) || !(await app?.prove(line, site.now())))
        throw new Error('a racer did not come to the start');
      sessions.get(account.login)?.push(line);
    });
  }
  await inGroups(racers, ACCOUNTS_AT_ONCE, ({ login }) => raceOne(field, login, sessions.get(login) ?? []));
}

async function raceOne(field: Field, login: string, sessions: readonly Line[]): Promise<void> {
  const lines = sessions.flatMap(({ cookies }) =>
    Array.from({ length: AT_ONCE_EACH }, () => lineAt(field, login, new Map(cookies))),
  );
  try {
    await Promise.all(
      lines.map((line) =>
        line.send(`/api/patients/${field.next()}`, { headers: { accept: 'application/json' } }),
      ),
    );
  } finally {
    for (const line of [...lines, ...sessions]) line.close();
  }
}

function lineAt({ site, loot }: Field, account: string, cookies: Map<string, string>): Line {
  return createLine(site.origin, { loot, account, from: THIEVES_ADDRESS, cookies });
}

/** Numbers that no other race asks for. */
function numbers(seed: number, racesBefore: number): () => string {
  const persons = everyPerson();
  let place = racesBefore * SESSIONS * AT_ONCE_EACH;
  return () => persons.nirOf((place++ * 7_919 + seed) % persons.size);
}

async function appsFor(site: Site, racers: readonly StolenAccount[]): Promise<ReadonlyMap<string, App>> {
  const apps = new Map<string, App>();
  await inGroups(racers, ACCOUNTS_AT_ONCE, async (account) => {
    const line = createLine(site.origin, {});
    try {
      await signIn(line, account);
      const right = await rightOfTicket(line, await site.ticketFor(account.login));
      apps.set(account.login, await enrolApp(line, right, site.now()));
    } finally {
      line.close();
    }
  });
  return apps;
}
