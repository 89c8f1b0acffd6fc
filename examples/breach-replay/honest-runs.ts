// Honest work without any attack: a sample of the published population over HTTP, and the whole of it on paper.

import { instantOf } from '@palier/mfa-core';
import { nothingMeasured, type RunResult } from './result.ts';
import { everyPerson } from './run.ts';
import { budgetsIn, startSite } from './site.ts';
import { enrolmentBefore } from './stage.ts';
import { trades } from './traffic/classes.ts';
import {
  createFrictionCount,
  type FrictionCount,
  gesturesPerActiveDay,
  refusalsPer1000,
} from './traffic/count.ts';
import { openHonest, performAll, slotsOf } from './traffic/honest.ts';
import { firstDay, published } from './traffic/life.ts';
import { loginsOf, workOnPaper } from './traffic/paper.ts';

const DAY = 86_400_000;

/** One account in so many, over days of real HTTP. */
export async function runSample(
  seed: number,
  {
    oneIn,
    days,
    slotMilliseconds = 120_000,
  }: { readonly oneIn: number; readonly days: number; readonly slotMilliseconds?: number },
  progress: (day: number) => void = () => {},
): Promise<{ readonly result: RunResult; readonly count: FrictionCount }> {
  const persons = everyPerson();
  const logins = trades.flatMap((trade) => loginsOf(trade, oneIn));
  const now = instantOf(enrolmentBefore(0));
  const site = await startSite({ now, accountsPerClass: Math.ceil(540 / oneIn) });
  const count = createFrictionCount();
  try {
    const cast = { logins, works: () => true, seed, persons: persons.size };
    const nirOf = (person: number): string => persons.nirOf(person);
    const honest = await openHonest(cast, { site, count, nirOf });
    try {
      const span = { from: instantOf(firstDay), to: instantOf(firstDay + days * DAY), slotMilliseconds };
      for (const { at, acts } of slotsOf(honest, span)) {
        await site.moveTo(instantOf(at));
        await performAll(honest, acts);
        progress((at - firstDay) / DAY);
      }
    } finally {
      honest.close();
    }
    const alerts = (await site.alerts()).length;
    return {
      result: resultOf(`honest sample over HTTP, ${logins.length} accounts`, seed, days, count, alerts),
      count,
    };
  } finally {
    await site.stop();
  }
}

/** The published population through the gateway's own budgets: thirty days after two months of observe mode. */
export async function runPaper(
  seed: number,
  oneIn: number,
  which: 'published' | 'more',
  progress: (done: number) => void = () => {},
): Promise<RunResult> {
  const volumes = which === 'published' ? published : { volume: 1.5, tails: 1.3 };
  const count = await workOnPaper({
    seed,
    persons: everyPerson().size,
    budgets: budgetsIn(),
    days: 30,
    warmUp: 56,
    volumes,
    oneIn,
    progress,
  });
  const changed = which === 'published' ? '' : ', volumes x1.5 and wider tails';
  const name = `honest population${changed}${oneIn === 5 ? ', one account in five' : ''}`;
  return resultOf(name, seed, 30, count, count.total().alarms);
}

function resultOf(name: string, seed: number, days: number, count: FrictionCount, alerts: number): RunResult {
  const friction = count.total();
  return {
    ...nothingMeasured,
    name,
    seed,
    window: days * 24,
    alerts,
    gesturesPerActiveDay: gesturesPerActiveDay(friction),
    refusalsPer1000AccountDays: refusalsPer1000(friction),
  };
}
