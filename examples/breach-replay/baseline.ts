// What was there in March 2022, and what is sold against it: the bare portal, and a limit on requests.

import { instantOf } from '@palier/mfa-core';
import { startLimiter } from './attack/limiter.ts';
import { lookUps, runScript, signIn } from './attack/script.ts';
import { manyAccounts, type StolenAccount, stolenAccounts } from './attack/stolen-accounts.ts';
import { createThief, type Wish } from './attack/thief.ts';
import { oneByOne, pagesOf } from './attack/wishes.ts';
import { createLine } from './line.ts';
import { nothingMeasured, type RunResult } from './result.ts';
import { emptyLoot, everyPerson } from './run.ts';
import { type Site, startSite } from './site.ts';
import { ATTACK } from './stage.ts';

const MINUTE = 60_000;

/** The script of 2022 against the bare portal, as fast as it goes: so many look-ups, every route that shows a person. */
export async function runBare(
  seed: number,
  limit: number,
  progress: (done: number) => void,
): Promise<RunResult> {
  const persons = everyPerson();
  return onSite(20, async (site) => {
    const loot = emptyLoot();
    const started = performance.now();
    const numbers = (place: number): string => persons.nirOf(place % persons.size);
    const orders = { origin: site.portal, accounts: stolenAccounts, numbers, limit, lookUps, enter: signIn };
    await runScript({ ...orders, progress }, loot);
    const window = (performance.now() - started) / 3_600_000;
    return { ...nothingMeasured, name: 'bare portal', seed, window, exposed: loot.persons.size };
  });
}

/** A limit on requests of each session, and somebody patient behind it. */
export interface Limited {
  readonly name: string;
  readonly perMinute: number;
  /** Look-ups a minute of each account. */
  readonly pace: number;
  readonly accounts: readonly StolenAccount[];
  /** What the account with this place asks for; numbers from a list when not given. */
  readonly wishes?: (place: number) => () => Wish;
}

/** Section 4.4 a to c of the study: none of them ever meets the limit. */
export const limited: readonly Limited[] = [
  { name: '60 requests a minute', perMinute: 60, pace: 55, accounts: stolenAccounts },
  { name: '60 requests a minute, attacked at 30', perMinute: 60, pace: 30, accounts: stolenAccounts },
  {
    name: '60 requests a minute, 1,000 accounts at one',
    perMinute: 60,
    pace: 1,
    accounts: manyAccounts(1_000),
  },
  { name: '10 requests a minute', perMinute: 10, pace: 9, accounts: stolenAccounts },
  {
    name: '10 requests a minute, pages of fifty',
    perMinute: 10,
    pace: 9,
    accounts: stolenAccounts,
    wishes: (place) => pagesOf(String.fromCharCode(65 + place)),
  },
];

/** Plays minutes behind a limit. */
export async function runLimited(
  { name, perMinute, pace, accounts, wishes }: Limited,
  seed: number,
  minutes: number,
  progress: (minute: number) => void,
): Promise<RunResult> {
  const persons = everyPerson();
  return onSite(accounts.length > 100 ? 125 : 20, async (site) => {
    const loot = emptyLoot();
    const limiter = await startLimiter(site.portal, perMinute, site.now);
    let place = seed;
    const next = (): string => persons.nirOf((place++ * 7_919) % persons.size);
    const lines = accounts.map(({ login }, index) =>
      createLine(limiter.origin, { loot, account: login, from: addressAt(index) }),
    );
    try {
      const thieves = lines.map((line, index) => {
        const account = accounts[index];
        const own = { line, pace, next: wishes?.(index) ?? oneByOne(next) };
        return createThief(account === undefined ? own : { ...own, account });
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
    return { ...nothingMeasured, name, seed, window: minutes / 60, exposed: loot.persons.size };
  });
}

/** An address for each thief: all of 127.0.0.0/8 is this machine. */
function addressAt(place: number): string {
  return `127.1.${Math.floor(place / 250)}.${(place % 250) + 1}`;
}

async function onSite(accountsPerClass: number, run: (site: Site) => Promise<RunResult>): Promise<RunResult> {
  const site = await startSite({ now: instantOf(ATTACK), accountsPerClass });
  try {
    return await run(site);
  } finally {
    await site.stop();
  }
}
