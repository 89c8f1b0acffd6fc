// The runs: which way in, for how long, under which configuration, and what bounds it. The letters are those of the
// study's section 4.4; a run named "without ..." has one defence off and must expose more than the one beside it.

import { examplePassword } from '../portal/accounts.ts';
import { heldCards, phishedCards } from './attack/card-plans.ts';
import {
  clonedSeeds,
  mailboxes,
  mailedTickets,
  ownKeys,
  type Plan,
  phishedCodes,
  phishedKeys,
  stolenCookies,
} from './attack/plans.ts';
import { type StolenAccount, stolenAccounts } from './attack/stolen-accounts.ts';
import { codeBound, keyBound, oneCodeBound, presenceBound } from './bounds.ts';
import type { Change, Site } from './site.ts';
import { trades } from './traffic/classes.ts';

/** One run against a gateway. */
export interface Scenario {
  readonly name: string;
  readonly letter: string;
  readonly hours: number;
  readonly plan: Plan;
  readonly accounts: readonly StolenAccount[];
  /** Honest accounts besides the owners of the stolen ones. */
  readonly others: readonly string[];
  /** False where the owners hold no keys or cannot work: their password was changed. */
  readonly ownersWork: boolean;
  readonly accountsPerClass: number;
  /** The gateway reads cards, and whoever works alone under an account shows one. */
  readonly withCards?: true;
  /** Undefined where a defence is off. */
  readonly bound: ((budgets: Site['budgets'], logins: readonly string[]) => number) | undefined;
  /** Takes a defence away; `heldTo` is what it held the same attack to. */
  readonly without?: {
    readonly change: Change | undefined;
    readonly heldTo: Bound;
    /** The routes count nobody any more: the ledger has nothing to say. */
    readonly unledgered?: true;
  };
  readonly full: boolean;
}

type Bound = NonNullable<Scenario['bound']>;

const others: readonly string[] = [
  'medecin-05',
  'infirmier-05',
  'specialiste-01',
  'paramedical-01',
  'hopital-01',
];
const nobody: Bound = () => 0;
const pharmacist: readonly StolenAccount[] = stolenAccounts.slice(0, 1);

const base = {
  accounts: stolenAccounts,
  others,
  ownersWork: true,
  accountsPerClass: 20,
  hours: 24,
  full: false,
} as const;

/** Accounts of every class, as many as are wanted in all. */
function manyAccounts(count: number): readonly StolenAccount[] {
  return Array.from({ length: count }, (_, place) => {
    const trade = trades[place % trades.length];
    const number = String(Math.floor(place / trades.length) + 1).padStart(2, '0');
    const login = `${trade?.prefix ?? ''}-${number}`;
    return { login, password: examplePassword(login) };
  });
}

const codes =
  (days: number): Bound =>
  (budgets, logins) =>
    codeBound(budgets, logins, days);
const oneCode =
  (count: number): Bound =>
  (budgets, logins) =>
    oneCodeBound(budgets, logins, count);
const keys =
  (days: number): Bound =>
  (budgets, logins) =>
    keyBound(budgets, logins, days);

const attacks: readonly Scenario[] = [
  {
    ...base,
    letter: 'a, e',
    name: 'password and mailbox',
    plan: mailboxes,
    ownersWork: false,
    bound: nobody,
  },
  { ...base, letter: 'b', name: 'cloned code seeds', plan: clonedSeeds, bound: codes(1) },
  {
    ...base,
    letter: 'b',
    name: 'cloned code seeds, 7 days',
    plan: clonedSeeds,
    hours: 168,
    bound: codes(7),
    full: true,
  },
  {
    ...base,
    letter: 'b',
    name: 'cloned code seeds, 30 days',
    plan: clonedSeeds,
    hours: 720,
    bound: codes(30),
    full: true,
  },
  {
    ...base,
    letter: 'c',
    name: '96 cloned code seeds',
    plan: clonedSeeds,
    accounts: manyAccounts(96),
    ownersWork: false,
    bound: codes(1),
  },
  {
    ...base,
    letter: 'c',
    name: '1,000 cloned code seeds',
    plan: clonedSeeds,
    accounts: manyAccounts(1_000),
    accountsPerClass: 125,
    ownersWork: false,
    others: [],
    bound: codes(1),
    full: true,
  },
  { ...base, letter: 'd', name: 'one phished code each', plan: phishedCodes(1), bound: oneCode(1) },
  {
    ...base,
    letter: 'd',
    name: 'three phished codes each',
    plan: phishedCodes(3),
    bound: oneCode(3),
    full: true,
  },
  {
    ...base,
    letter: 'd',
    name: 'unlimited phished codes',
    plan: phishedCodes(Number.POSITIVE_INFINITY),
    bound: codes(1),
  },
  { ...base, letter: 'd', name: 'phished keys', plan: phishedKeys, bound: nobody },
  {
    ...base,
    letter: 'd',
    name: 'phished cards',
    plan: phishedCards,
    withCards: true,
    hours: 12,
    bound: nobody,
  },
  { ...base, letter: 'f', name: 'insider with a key', plan: ownKeys, accounts: pharmacist, bound: keys(1) },
  { ...base, letter: 'g', name: 'stolen session cookies', plan: stolenCookies, bound: presenceBound },
  {
    ...base,
    letter: 'g',
    name: 'malware, every gesture made for it',
    plan: ownKeys,
    bound: keys(1),
    full: true,
  },
  {
    ...base,
    letter: 'F',
    name: 'one code seed, 16 days',
    plan: clonedSeeds,
    accounts: pharmacist,
    hours: 384,
    bound: codes(16),
    full: true,
  },
  {
    ...base,
    letter: 'F',
    name: 'one key and malware, 16 days',
    plan: ownKeys,
    accounts: pharmacist,
    hours: 384,
    bound: keys(16),
    full: true,
  },
];

/** Replaces every occurrence; the site refuses a change that changed nothing. */
const replaced =
  (from: string | RegExp, to: string): Change =>
  (text) =>
    text.replaceAll(from, to);

const classes = (lines: string): Change =>
  replaced(/budgets:\n {2}classes:\n/g, `budgets:\n  classes:\n${lines}`);

const endlessCode = 'code: { records: 100000, within: 12h, day: 100000 }';
const endlessKey = 'key: { records: 100000, within: 12h }';
const endlessDay =
  'day: { floor: 100000, ceiling: 100000, cardCeiling: 100000 }, newRecords: { floor: 100000, ceiling: 100000 }';
const hit = ['pharmacy', 'gp', 'nurse'] as const;
const each = (words: string): Change => classes(hit.map((name) => `    ${name}: { ${words} }\n`).join(''));

const ablations: readonly Scenario[] = [
  {
    ...base,
    letter: 'a',
    name: 'without enforcing (observe mode)',
    plan: clonedPasswords(),
    hours: 1,
    bound: undefined,
    without: { change: replaced('mode: enforce', 'mode: observe'), heldTo: nobody },
  },
  {
    ...base,
    letter: 'a',
    name: 'without the second factor',
    plan: clonedPasswords(),
    hours: 1,
    bound: undefined,
    without: {
      change: replaced(
        /(match: GET \/api\/patients\/\{nir\}\n) {4}require: .*\n {4}records: .*\n {4}fields: .*\n/g,
        '$1    require: signed-in\n',
      ),
      heldTo: nobody,
      unledgered: true,
    },
  },
  {
    ...base,
    letter: 'b',
    name: 'without the caps on codes',
    plan: clonedSeeds,
    hours: 2,
    bound: undefined,
    without: { change: each(endlessCode), heldTo: codes(1) },
  },
  {
    ...base,
    letter: 'd',
    name: 'without another origin (keys touched at the gateway)',
    plan: ownKeys,
    hours: 1,
    bound: undefined,
    without: { change: undefined, heldTo: nobody },
  },
  {
    ...base,
    letter: 'd',
    name: "without the card in its owner's hand (one gesture with it)",
    plan: heldCards,
    withCards: true,
    hours: 2,
    bound: presenceBound,
    without: { change: undefined, heldTo: nobody },
  },
  {
    ...base,
    letter: 'e',
    name: 'without tickets by hand (sent by mail)',
    plan: mailedTickets,
    hours: 1,
    ownersWork: false,
    bound: undefined,
    without: { change: undefined, heldTo: nobody },
  },
  {
    ...base,
    letter: 'f',
    name: 'without the cap of the day',
    plan: ownKeys,
    accounts: pharmacist,
    hours: 12,
    bound: undefined,
    without: { change: each(endlessDay), heldTo: keys(1) },
  },
  {
    ...base,
    letter: 'g',
    name: 'without the presence',
    plan: stolenCookies,
    hours: 2,
    bound: undefined,
    without: { change: each(endlessKey), heldTo: presenceBound },
  },
];

/** Passwords and nothing else. */
function clonedPasswords(): Plan {
  return phishedCodes(0);
}

/** The runs of a replay: those of minutes, or all. */
export function scenariosOf(full: boolean): readonly Scenario[] {
  return [...attacks, ...ablations].filter((scenario) => full || !scenario.full);
}
