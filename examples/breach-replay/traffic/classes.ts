// The population of honest professionals, class by class: table 4.1 of docs/replay.md. Volumes of general practitioners
// come from published counts of consultations; the others are assumptions, to be replaced by the operator's own log
// (`palier analyse`).

/** How one class works. */
export interface Trade {
  /** As the portal calls it, and the first word of its logins. */
  readonly class: string;
  readonly prefix: string;
  /** Accounts of the published population (2,140 in all). */
  readonly accounts: number;
  /** Distinct persons on an active day, and the deviation of its logarithm over accounts and days together. */
  readonly mean: number;
  readonly spread: number;
  /** Share of persons the account never saw before. */
  readonly fresh: number;
  /** People who work under the account, each with a browser and a key. */
  readonly seats: number;
  /** Days of the week worked: 5 or 6. */
  readonly days: number;
  /** First and last hour. */
  readonly hours: readonly [from: number, to: number];
}

const practice: readonly [number, number] = [8, 19];

/** The classes, most frequent first. */
export const trades: readonly Trade[] = [
  row('gp', 'medecin', 540, { mean: 25, spread: 0.46, fresh: 0.12, seats: 1, days: 5, hours: practice }),
  row('nurse', 'infirmier', 520, { mean: 32, spread: 0.455, fresh: 0.04, seats: 1, days: 6, hours: [7, 19] }),
  row('specialist', 'specialiste', 420, {
    mean: 23,
    spread: 0.53,
    fresh: 0.4,
    seats: 1,
    days: 5,
    hours: practice,
  }),
  row('paramedical', 'paramedical', 360, {
    mean: 18,
    spread: 0.47,
    fresh: 0.08,
    seats: 1,
    days: 5,
    hours: practice,
  }),
  row('pharmacy', 'pharmacie', 160, {
    mean: 128,
    spread: 0.52,
    fresh: 0.22,
    seats: 3,
    days: 6,
    hours: [8.5, 19.5],
  }),
  row('hospital', 'hopital', 90, { mean: 75, spread: 0.555, fresh: 0.65, seats: 1, days: 5, hours: [8, 17] }),
  row('laboratory', 'laboratoire', 30, {
    mean: 142,
    spread: 0.585,
    fresh: 0.45,
    seats: 2,
    days: 6,
    hours: [7, 18],
  }),
  row('biller', 'facturation', 20, {
    mean: 156,
    spread: 0.555,
    fresh: 0.15,
    seats: 1,
    days: 5,
    hours: [9, 18],
  }),
];

function row(
  name: string,
  prefix: string,
  accounts: number,
  rest: Omit<Trade, 'class' | 'prefix' | 'accounts'>,
): Trade {
  return { class: name, prefix, accounts, ...rest };
}

/** The trade of a login. */
export function tradeOf(login: string): Trade {
  const found = trades.find(({ prefix }) => login.startsWith(`${prefix}-`));
  if (found === undefined) throw new RangeError('no such trade');
  return found;
}
