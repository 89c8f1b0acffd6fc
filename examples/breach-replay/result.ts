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
  /** Stolen accounts that alone exposed more than their own share of the bound. */
  readonly accountsOverBound: number;
  /** For a run with a defence off: what the defence held it to. It must expose more, or the defence did nothing. */
  readonly without: number | undefined;
  readonly alerts: number;
  readonly minutesToFirstAlert: number | undefined;
  /** Look-ups of honest people answered while the attack lasted; undefined where nobody else is at work. */
  readonly honestShown: number | undefined;
  readonly gesturesPerActiveDay: number | undefined;
  readonly refusalsPer1000AccountDays: number | undefined;
  /** Whether the gateway of the run keeps a ledger of what the thieves were shown. */
  readonly isLedgered: boolean;
  readonly ledgerRecall: number | undefined;
  readonly ledgerPrecision: number | undefined;
}

/** What does not apply to a run without attackers or without a gateway. */
export const nothingMeasured: Omit<RunResult, 'name' | 'seed' | 'window'> = {
  exposed: 0,
  bound: undefined,
  accountsOverBound: 0,
  without: undefined,
  alerts: 0,
  minutesToFirstAlert: undefined,
  honestShown: undefined,
  gesturesPerActiveDay: undefined,
  refusalsPer1000AccountDays: undefined,
  isLedgered: false,
  ledgerRecall: undefined,
  ledgerPrecision: undefined,
};

type Check = readonly [holds: boolean, words: string];

/** What does not hold of a run, in words; nothing when all is well. */
export function faultsOf(run: RunResult): readonly string[] {
  const checks = [
    ...exposureChecks(run),
    ...ledgerChecks(run),
    ...frictionChecks(run),
    [run.honestShown !== 0, 'no honest person was shown anybody while the attack lasted'] as const,
  ];
  return checks.filter(([holds]) => !holds).map(([, words]) => `${run.name}: ${words}`);
}

/** The most that the headline promises, whatever the configuration of a run would allow. */
export const promised: Readonly<Record<string, number>> = {
  'password and mailbox': 0,
  'password and mailbox, 7 days': 0,
  'cloned code seeds': 855,
  'unlimited phished codes': 855,
  'unlimited phished codes, two gateways': 855,
  'one phished code each': 285,
  'phished keys': 0,
  'phished cards': 0,
  'stolen session cookies': 1_720,
  'stolen session cookies, 7 days': 1_720,
  '96 cloned code seeds, classes without codes': 0,
};

function exposureChecks({ name, exposed, bound, accountsOverBound, without }: RunResult): readonly Check[] {
  const most = promised[name];
  return [
    [bound === undefined || exposed <= bound, `exposed ${exposed}, more than its bound ${bound}`],
    [accountsOverBound === 0, `${accountsOverBound} accounts exposed more than one account may`],
    [most === undefined || exposed <= most, `exposed ${exposed}, more than the promised ${most}`],
    [
      most === undefined || (bound !== undefined && bound <= most),
      `its bound is ${bound}, more than the promised ${most}`,
    ],
    [
      without === undefined || exposed > without,
      `exposed ${exposed}, no more than the ${without} with the defence on: the defence does nothing`,
    ],
  ];
}

function ledgerChecks({ exposed, isLedgered, ledgerRecall, ledgerPrecision }: RunResult): readonly Check[] {
  if (!isLedgered) return [];
  const isSilent = exposed === 0 && ledgerRecall === undefined && ledgerPrecision === undefined;
  return [
    [isSilent || ledgerRecall === 1, `the ledger misses persons: recall ${ledgerRecall}`],
    [
      isSilent || (ledgerPrecision ?? 0) >= 0.999,
      `the ledger names persons nobody received: precision ${ledgerPrecision}`,
    ],
  ];
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

function frictionChecks(run: RunResult): readonly Check[] {
  const limit = limits[run.name];
  if (limit === undefined) return [];
  const { gesturesPerActiveDay: gestures = 0, refusalsPer1000AccountDays: refusals } = run;
  return [
    [
      gestures >= 1 && gestures <= limit.gestures,
      `${gestures.toFixed(3)} gestures a day, limit ${limit.gestures}`,
    ],
    [
      limit.refusals === undefined || (refusals ?? Number.POSITIVE_INFINITY) <= limit.refusals,
      `${refusals?.toFixed(2)} refused account-days in 1,000, limit ${limit.refusals}`,
    ],
  ];
}
