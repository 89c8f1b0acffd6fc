// Plays one scenario from the empty site to the measured result.

import { instantOf } from '@palier/mfa-core';
import { parseNir } from '../portal/people/nir.ts';
import type { Population } from '../portal/population.ts';
import { createPopulation } from '../portal/population.ts';
import { createLoot, type Loot } from './loot.ts';
import { persons } from './persons.ts';
import type { RunResult } from './result.ts';
import type { Scenario } from './scenarios.ts';
import { budgetsIn, startSite } from './site.ts';
import { alertsFrom, attackFor, checkLedger, ENROLMENT, openStage, untilAttack } from './stage.ts';
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
export async function runScenario(
  scenario: Scenario,
  { seed, everybody, shared = false, progress = () => {} }: RunOptions,
): Promise<RunResult> {
  const { accounts, accountsPerClass, without } = scenario;
  const logins = accounts.map(({ login }) => login);
  const change = without?.change;
  const site = await startSite({
    now: instantOf(ENROLMENT),
    accountsPerClass,
    ...(change !== undefined && { change }),
    shared,
    withCards: scenario.withCards === true,
  });
  try {
    const loot = emptyLoot();
    const working = [...(scenario.ownersWork ? logins : []), ...scenario.others];
    const idle = new Set(everybody ? [] : logins.filter((_, place) => place % 4 !== 0));
    const works = (login: string): boolean => !idle.has(login);
    const stage = await openStage(site, { loot, persons: everyPerson(), seed, logins: working, works });
    const attack = await scenario.plan(stage, accounts);
    try {
      await untilAttack(stage);
      await attackFor(stage, scenario.hours, attack.attackers, progress);
      attack.verify?.();
    } finally {
      await attack.close();
      stage.honest.close();
    }
    const alerts = alertsFrom(await site.alerts());
    const { recall, precision } = await checkLedger(stage);
    const friction = stage.count.total();
    return {
      name: shared ? `${scenario.name}, two gateways` : scenario.name,
      seed,
      window: scenario.hours,
      exposed: loot.persons.size,
      bound: scenario.bound?.(site.budgets, logins),
      without: without?.heldTo(budgetsIn(), logins),
      ...alerts,
      gesturesPerActiveDay: friction.activeDays === 0 ? undefined : gesturesPerActiveDay(friction),
      refusalsPer1000AccountDays: friction.accountDays === 0 ? undefined : refusalsPer1000(friction),
      ledgerRecall: without?.unledgered ? undefined : recall,
      ledgerPrecision: without?.unledgered ? undefined : precision,
    };
  } finally {
    await site.stop();
  }
}
