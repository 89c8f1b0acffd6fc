// What honest work costs, counted the same way however it was done: gestures, active days, refusals.

/** Counts of honest work. */
export interface Friction {
  /** Factor ceremonies, the first of a day included. */
  readonly gestures: number;
  /** Person-days with at least one look-up: three people at a pharmacy's counter are three. */
  readonly activeDays: number;
  /** Account-days with at least one look-up, and those of them on which a cap refused one. */
  readonly accountDays: number;
  readonly refusedAccountDays: number;
  readonly lookUps: number;
  /** Look-ups that were answered with the person. */
  readonly shown: number;
  /** Alarms that honest work raised. */
  readonly alarms: number;
}

/** Takes note of honest work, by class. */
export interface FrictionCount {
  lookUp(class_: string, login: string, seat: number, day: number): void;
  shown(class_: string): void;
  gesture(class_: string): void;
  alarm(class_: string): void;
  refusal(class_: string, login: string, day: number): void;
  total(): Friction;
  byClass(): ReadonlyMap<string, Friction>;
}

interface Growing {
  gestures: number;
  lookUps: number;
  shown: number;
  alarms: number;
  readonly seats: Set<string>;
  readonly accounts: Set<string>;
  readonly refused: Set<string>;
}

export function createFrictionCount(): FrictionCount {
  const classes = new Map<string, Growing>();
  const of = (name: string): Growing => {
    const known = classes.get(name) ?? {
      gestures: 0,
      lookUps: 0,
      shown: 0,
      alarms: 0,
      seats: new Set<string>(),
      accounts: new Set<string>(),
      refused: new Set<string>(),
    };
    classes.set(name, known);
    return known;
  };
  return {
    lookUp(name, login, seat, day) {
      const own = of(name);
      own.lookUps += 1;
      own.seats.add(`${login} ${seat} ${day}`);
      own.accounts.add(`${login} ${day}`);
    },
    shown: (name) => {
      of(name).shown += 1;
    },
    gesture: (name) => {
      of(name).gestures += 1;
    },
    alarm: (name) => {
      of(name).alarms += 1;
    },
    refusal: (name, login, day) => void of(name).refused.add(`${login} ${day}`),
    total: () => [...classes.values()].map(read).reduce(sum, nothing),
    byClass: () => new Map([...classes].map(([name, own]) => [name, read(own)])),
  };
}

const nothing: Friction = {
  gestures: 0,
  activeDays: 0,
  accountDays: 0,
  refusedAccountDays: 0,
  lookUps: 0,
  shown: 0,
  alarms: 0,
};

function read({ gestures, lookUps, shown, alarms, seats, accounts, refused }: Growing): Friction {
  return {
    gestures,
    lookUps,
    shown,
    alarms,
    activeDays: seats.size,
    accountDays: accounts.size,
    refusedAccountDays: refused.size,
  };
}

function sum(one: Friction, other: Friction): Friction {
  return {
    gestures: one.gestures + other.gestures,
    lookUps: one.lookUps + other.lookUps,
    shown: one.shown + other.shown,
    alarms: one.alarms + other.alarms,
    activeDays: one.activeDays + other.activeDays,
    accountDays: one.accountDays + other.accountDays,
    refusedAccountDays: one.refusedAccountDays + other.refusedAccountDays,
  };
}

/** Gestures for each day a professional worked; 0 when nobody did. */
export function gesturesPerActiveDay({ gestures, activeDays }: Friction): number {
  return activeDays === 0 ? 0 : gestures / activeDays;
}

/** Account-days with a refused look-up, of a thousand. */
export function refusalsPer1000({ refusedAccountDays, accountDays }: Friction): number {
  return accountDays === 0 ? 0 : (1000 * refusedAccountDays) / accountDays;
}
