// What a run of the replay measures, and what must hold of it.

/** One run, measured. Undefined is "does not apply". */
export interface RunResult {
  readonly name: string;
  readonly seed: number;
  /** Hours of the replay's clock that the attack lasted. */
  readonly window: number;
  /** Distinct insured persons whose number reached the attackers' sockets. */
  readonly exposed: number;
  /** The most it may be, by construction; undefined where nothing bounds it. */
  readonly bound: number | undefined;
  /** For a run with a defence off: what the defence held it to. It must expose more, or the defence did nothing. */
  readonly without: number | undefined;
  readonly alerts: number;
  readonly minutesToFirstAlert: number | undefined;
  readonly gesturesPerActiveDay: number | undefined;
  readonly refusalsPer1000AccountDays: number | undefined;
  readonly ledgerRecall: number | undefined;
  readonly ledgerPrecision: number | undefined;
}

/** What does not hold of a run, in words; nothing when all is well. */
export function faultsOf(run: RunResult): readonly string[] {
  const { name, exposed, bound, without, ledgerRecall, ledgerPrecision } = run;
  const checks: readonly (readonly [holds: boolean, words: string])[] = [
    [bound === undefined || exposed <= bound, `exposed ${exposed}, more than its bound ${bound}`],
    [
      without === undefined || exposed > without,
      `exposed ${exposed}, no more than the ${without} with the defence on: the defence does nothing`,
    ],
    [ledgerRecall === undefined || ledgerRecall === 1, `the ledger misses persons: recall ${ledgerRecall}`],
    [
      ledgerPrecision === undefined || ledgerPrecision >= 0.999,
      `the ledger names persons nobody received: precision ${ledgerPrecision}`,
    ],
    ...frictionChecks(run),
  ];
  return checks.filter(([holds]) => !holds).map(([, words]) => `${name}: ${words}`);
}

/** What honest people may be asked, where a run is about them. */
export interface FrictionLimits {
  readonly gestures: number;
  readonly refusals: number | undefined;
}

/** A sample of a few thousand account-days cannot tell 0.4 of a thousand from 0.8: only the whole is held to 0.5. */
const limits: Readonly<Record<string, FrictionLimits>> = {
  'honest population': { gestures: 1.4, refusals: 0.5 },
  'honest population, one account in five': { gestures: 1.4, refusals: 1.5 },
  'honest population, volumes x1.5 and wider tails': { gestures: 1.8, refusals: undefined },
  'honest population, volumes x1.5 and wider tails, one account in five': {
    gestures: 1.8,
    refusals: undefined,
  },
};

function frictionChecks(run: RunResult): readonly (readonly [boolean, string])[] {
  const limit = limits[run.name];
  if (limit === undefined) return [];
  const { gesturesPerActiveDay: gestures = 0, refusalsPer1000AccountDays: refusals = 0 } = run;
  return [
    [
      gestures > 0 && gestures <= limit.gestures,
      `${gestures.toFixed(3)} gestures a day, limit ${limit.gestures}`,
    ],
    [
      limit.refusals === undefined || refusals <= limit.refusals,
      `${refusals.toFixed(2)} refused account-days in 1,000, limit ${limit.refusals}`,
    ],
  ];
}
