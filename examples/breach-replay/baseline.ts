// What was there in March 2022, and what is sold against it: the bare portal, and a limit on requests.

import { type Instant, instantOf } from '@palier/mfa-core';
import { startLimiter } from './attack/limiter.ts';
import { lookUps, runScript, signIn } from './attack/script.ts';
import { stolenAccounts } from './attack/stolen-accounts.ts';
import { createThief } from './attack/thief.ts';
import { createLine } from './line.ts';
import type { RunResult } from './result.ts';
import { emptyLoot, everyPerson } from './run.ts';
import { type Site, startSite } from './site.ts';
import { ATTACK } from './stage.ts';

const PER_MINUTE = 60;
const MINUTE = 60_000;

const nothing = {
  bound: undefined,
  without: undefined,
  alerts: 0,
  minutesToFirstAlert: undefined,
  gesturesPerActiveDay: undefined,
  refusalsPer1000AccountDays: undefined,
  ledgerRecall: undefined,
  ledgerPrecision: undefined,
} as const;

/** The script of 2022 against the bare portal, as fast as it goes: so many look-ups, every route that shows a person. */
export async function runBare(
  seed: number,
  limit: number,
  progress: (done: number) => void,
): Promise<RunResult> {
  const persons = everyPerson();
  return onSite(async (site) => {
    const loot = emptyLoot();
    const started = performance.now();
    const numbers = (place: number): string => persons.nirOf(place % persons.size);
    const orders = { origin: site.portal, accounts: stolenAccounts, numbers, limit, lookUps, enter: signIn };
    await runScript({ ...orders, progress }, loot);
    const window = (performance.now() - started) / 3_600_000;
    return { ...nothing, name: 'bare portal', seed, window, exposed: loot.persons.size };
  });
}

/** The same accounts behind a limit of 60 requests a minute, which a patient script never meets. */
export async function runLimited(
  seed: number,
  minutes: number,
  progress: (minute: number) => void,
): Promise<RunResult> {
  const persons = everyPerson();
  return onSite(async (site) => {
    const loot = emptyLoot();
    const limiter = await startLimiter(site.portal, PER_MINUTE, site.now);
    let place = seed;
    const next = (): string => persons.nirOf((place++ * 7_919) % persons.size);
    const lines = stolenAccounts.map(() => createLine(limiter.origin, { loot }));
    try {
      const thieves = stolenAccounts.map((account, index) => {
        const line = lines[index] ?? createLine(limiter.origin, { loot });
        return createThief({ line, account, next, pace: PER_MINUTE - 5 });
      });
      for (let minute = 0; minute < minutes; minute += 1) {
        await site.moveTo(instantOf(ATTACK + minute * MINUTE));
        await Promise.all(thieves.map((thief) => thief.act(site.now())));
        progress(minute);
      }
    } finally {
      for (const line of lines) line.close();
      await limiter.stop();
    }
    return {
      ...nothing,
      name: '60 requests a minute',
      seed,
      window: minutes / 60,
      exposed: loot.persons.size,
    };
  });
}

async function onSite(run: (site: Site) => Promise<RunResult>): Promise<RunResult> {
  const start: Instant = instantOf(ATTACK);
  const site = await startSite({ now: start });
  try {
    return await run(site);
  } finally {
    await site.stop();
  }
}
