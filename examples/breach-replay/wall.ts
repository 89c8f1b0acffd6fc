// The attack with every code once more, with no clock but the one on the wall: whatever the gateway measures in real time
// (what it keeps for a fifth of a second, how long a store may take) is as long against the caps as it is in service.

import { instantOf } from '@palier/mfa-core';
import { createMeetings, sawEverybodyAtTheGate } from './attack/meetings.ts';
import { clonedSeeds } from './attack/plans.ts';
import { stolenAccounts } from './attack/stolen-accounts.ts';
import { codeBound } from './bounds.ts';
import { checkLedger } from './ledger-check.ts';
import { nothingMeasured, type RunResult } from './result.ts';
import { emptyLoot, everyPerson } from './run.ts';
import { startSite } from './site.ts';
import { type Attacker, alertsFrom, openStage, type Stage, THIEVES_ADDRESS } from './stage.ts';
import { gesturesPerActiveDay, refusalsPer1000 } from './traffic/count.ts';
import { firstDay } from './traffic/life.ts';

/** Three codes that follow each other, and as long again to try for more. */
export const WALL_SECONDS = 150;

const HOUR = 3_600_000;
/** Hours of honest work that go into it. */
const WORK = { from: firstDay + 8 * HOUR, hours: 2 };
const owners: readonly string[] = ['medecin-05', 'infirmier-05', 'specialiste-01', 'pharmacie-16'];

/** Plays it. */
export async function runOnTheWall(seed: number, progress: (second: number) => void): Promise<RunResult> {
  const site = await startSite({ now: 'wall' });
  try {
    const logins = stolenAccounts.map(({ login }) => login);
    const parts = { loot: emptyLoot(), persons: everyPerson(), seed, logins: owners, works: () => true };
    const stage = { ...(await openStage(site, parts)), meetings: createMeetings() };
    const attack = await clonedSeeds(stage, stolenAccounts);
    const start = Date.now();
    const end = start + WALL_SECONDS * 1_000;
    const ticking = setInterval(() => progress((Date.now() - start) / 1_000), 1_000);
    try {
      await Promise.all([
        ...attack.attackers.map((one) => attackUntil(one, end)),
        workUntil(stage, start, end),
      ]);
    } finally {
      clearInterval(ticking);
      await attack.close();
      stage.honest.close();
    }
    sawEverybodyAtTheGate(stage.meetings, logins);
    const alerts = alertsFrom(await site.alerts(), instantOf(start));
    const { loot, count } = stage;
    const ledger = await checkLedger(site, loot, THIEVES_ADDRESS);
    const friction = count.total();
    return {
      ...nothingMeasured,
      ...alerts,
      name: 'every code, by the clock on the wall',
      seed,
      window: WALL_SECONDS / 3_600,
      exposed: loot.persons.size,
      bound: codeBound(site.budgets, logins, 1),
      accountsOverBound: logins.filter((login) => loot.of(login).size > codeBound(site.budgets, [login], 1))
        .length,
      honestShown: friction.shown,
      gesturesPerActiveDay: gesturesPerActiveDay(friction),
      refusalsPer1000AccountDays: refusalsPer1000(friction),
      isLedgered: true,
      ledgerRecall: ledger.recall,
      ledgerPrecision: ledger.precision,
    };
  } finally {
    await site.stop();
  }
}

/** As fast as answers come; stopped he tries again in a second. */
async function attackUntil(thief: Attacker, end: number): Promise<void> {
  while (Date.now() < end) {
    const now = Date.now();
    const next = await thief.act(now);
    await pause(Math.min(end, next - now > 100_000 ? now + 1_000 : now) - Date.now());
  }
}

/** Hours of honest work, pressed into the seconds there are. */
async function workUntil({ honest }: Stage, start: number, end: number): Promise<void> {
  const to = WORK.from + WORK.hours * HOUR;
  const acts = honest.day(0).filter(({ at }) => at >= WORK.from && at < to);
  for (const act of acts) {
    await pause(start + ((act.at - WORK.from) / (to - WORK.from)) * (end - start) - Date.now());
    await honest.practices.get(act.login)?.perform(act);
  }
}

async function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
