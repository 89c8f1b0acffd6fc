// Plays one scenario from the empty site to the measured result.

import { instantOf } from '@palier/mfa-core';
import { parseNir } from '../portal/people/nir.ts';
import type { Population } from '../portal/population.ts';
import { createPopulation } from '../portal/population.ts';
import { sawEverybodyAtTheGate } from './attack/meetings.ts';
import { checkLedger, type LedgerCheck } from './ledger-check.ts';
import { createLoot, type Loot } from './loot.ts';
import { persons } from './persons.ts';
import { operatorOf } from './reaction.ts';
import type { RunResult } from './result.ts';
import type { Scenario } from './scenarios.ts';
import { budgetsIn, type Site, startSite } from './site.ts';
import {
  alertsFrom,
  attackFor,
  enrolmentBefore,
  openStage,
  type Stage,
  THIEVES_ADDRESS,
  untilAttack,
} from './stage.ts';
import { gesturesPerActiveDay, refusalsPer1000 } from './traffic/count.ts';

let made: Population | undefined;

/** The insured persons, made once. */
export function everyPerson(): Population {
  made ??= createPopulation(persons);
  return made;
}

/** A loot that knows a number of theirs from other digits. */
export function emptyLoot(): Loot {
  const population = everyPerson();
  return createLoot((number) => {
    const nir = parseNir(number);
    return nir !== undefined && population.personByNir(nir) !== undefined;
  });
}

/** How a scenario is played. */
export interface RunOptions {
  readonly seed: number;
  /** Whether the owner of every stolen account is at work, or of every fourth. */
  readonly everybody: boolean;
  /** Two gateways on shared stores. */
  readonly shared?: boolean;
  readonly progress?: (minute: number) => void;
}

/** Plays a scenario; rejects when something in it does not work, which is no result. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunResult> {
  const { accountsPerClass, without, warmUpDays = 0, withCards = false } = scenario;
  const { shared = false } = options;
  const change = without?.change ?? scenario.change;
  const now = instantOf(enrolmentBefore(warmUpDays));
  const site = await startSite({
    now,
    accountsPerClass,
    ...(change !== undefined && { change }),
    shared,
    withCards,
  });
  try {
    return await playedAt(site, scenario, options);
  } finally {
    await site.stop();
  }
}

async function playedAt(site: Site, scenario: Scenario, options: RunOptions): Promise<RunResult> {
  const { seed, shared = false } = options;
  const { without } = scenario;
  const logins = scenario.accounts.map(({ login }) => login);
  const stage = await stageOf(site, scenario, options, logins);
  const honestShown = await attacked(stage, scenario, options);
  sawEverybodyAtTheGate(stage.meetings, logins);
  const { loot, count } = stage;
  if (loot.of('').size > 0) throw new Error('something was looted under no account');
  const alerts = alertsFrom(await site.alerts());
  const ledger = await checkLedger(site, loot, THIEVES_ADDRESS);
  if (without?.unledgered) ensureBlind(ledger);
  const friction = count.total();
  const bound = scenario.bound;
  return {
    name: shared ? `${scenario.name}, two gateways` : scenario.name,
    seed,
    window: scenario.hours,
    exposed: loot.persons.size,
    bound: bound?.(site.budgets, logins),
    accountsOverBound: logins.filter(
      (login) => bound !== undefined && loot.of(login).size > bound(site.budgets, [login]),
    ).length,
    without: without?.heldTo(budgetsIn(), logins),
    ...alerts,
    honestShown: friction.activeDays === 0 ? undefined : honestShown,
    gesturesPerActiveDay: friction.activeDays === 0 ? undefined : gesturesPerActiveDay(friction),
    refusalsPer1000AccountDays: friction.accountDays === 0 ? undefined : refusalsPer1000(friction),
    isLedgered: !without?.unledgered,
    ledgerRecall: without?.unledgered ? undefined : ledger.recall,
    ledgerPrecision: without?.unledgered ? undefined : ledger.precision,
  };
}

function stageOf(
  site: Site,
  scenario: Scenario,
  { seed, everybody }: RunOptions,
  stolen: readonly string[],
): Promise<Stage> {
  const logins = [...(scenario.ownersWork ? stolen : []), ...scenario.others];
  const all = everybody || scenario.warmUpDays !== undefined;
  const idle = new Set(all ? [] : stolen.filter((_, place) => place % 4 !== 0));
  const works = (login: string): boolean => !idle.has(login);
  return openStage(site, { loot: emptyLoot(), persons: everyPerson(), seed, logins, works });
}

/** Plays the attack, and answers how many honest look-ups were answered meanwhile. */
async function attacked(
  stage: Stage,
  scenario: Scenario,
  { progress = () => {} }: RunOptions,
): Promise<number> {
  const attack = await scenario.plan(stage, scenario.accounts);
  const operator = scenario.reaction && operatorOf(stage, scenario.accounts, scenario.reaction);
  try {
    await untilAttack(stage, scenario.warmUpDays, progress);
    const before = stage.count.total().shown;
    await attackFor(stage, scenario.hours, [...attack.attackers, ...(operator ? [operator] : [])], progress);
    attack.verify?.();
    operator?.verify();
    return stage.count.total().shown - before;
  } finally {
    await attack.close();
    stage.honest.close();
  }
}

/** Where routes count nobody the ledger must miss everybody: a recall that cannot fall would prove nothing elsewhere. */
function ensureBlind({ recall }: LedgerCheck): void {
  if (recall !== 0) throw new Error(`a ledger of nothing names ${recall} of the looted`);
}
