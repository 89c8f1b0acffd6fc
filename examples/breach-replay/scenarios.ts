// The runs: which way in, for how long, under which configuration, and what bounds it. The letters are those of the
// study's section 4.4; a run named "without ..." has one defence off and must expose more than the one beside it.

import { parseNir } from '../portal/people/nir.ts';
import type { Population } from '../portal/population.ts';
import { keysBoundByCodes, keysTriedByCodes } from './attack/bound-by-code.ts';
import { phishedCards } from './attack/card-plans.ts';
import {
  clonedSeeds,
  clonedSeedsFor,
  mailboxes,
  ownKeys,
  type Plan,
  phishedCodes,
  phishedKeys,
  stolenCookies,
} from './attack/plans.ts';
import { manyAccounts, type StolenAccount, stolenAccounts } from './attack/stolen-accounts.ts';
import { everyRoute, mixedWith } from './attack/wishes.ts';
import { codeBound, keyBound, oneCodeBound, presenceBound } from './bounds.ts';
import { keyAfterCode, ofEveryClass } from './changes.ts';
import type { Reaction } from './reaction.ts';
import type { Change, Site } from './site.ts';
import { createDraws } from './traffic/random.ts';

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
  /** Another configuration, where the run is about one. */
  readonly change?: Change;
  /** Days of honest work before the Monday of the attack, of every owner. */
  readonly warmUpDays?: number;
  /** An operator who locks accounts. */
  readonly reaction?: Reaction;
  /** Of all accounts together; of one alone each may expose its own. Undefined where a defence is off. */
  readonly bound: ((budgets: Site['budgets'], logins: readonly string[]) => number) | undefined;
  /** Takes a defence away; `heldTo` is what it held the same attack to. */
  readonly without?: {
    readonly change?: Change;
    readonly heldTo: Bound;
    /** The routes count nobody any more: the ledger has nothing to say. */
    readonly unledgered?: true;
  };
  readonly full: boolean;
}

export type Bound = NonNullable<Scenario['bound']>;

/** Who works beside the stolen accounts. */
const others: readonly string[] = [
  'medecin-05',
  'infirmier-05',
  'specialiste-01',
  'paramedical-01',
  'hopital-01',
];
export const nobody: Bound = () => 0;
export const pharmacist: readonly StolenAccount[] = stolenAccounts.slice(0, 1);

const practitioner: readonly StolenAccount[] = stolenAccounts.slice(15, 16);

/** Three pharmacies, a doctor, a nurse and the laboratory: a month of all nineteen would take hours. */
const six: readonly StolenAccount[] = [0, 4, 8, 15, 17, 18].flatMap((place) => stolenAccounts[place] ?? []);

/** What most runs have in common. */
export const base: Pick<
  Scenario,
  'accounts' | 'others' | 'ownersWork' | 'accountsPerClass' | 'hours' | 'full'
> = {
  accounts: stolenAccounts,
  others,
  ownersWork: true,
  accountsPerClass: 20,
  hours: 24,
  full: false,
};

export const codes =
  (days: number): Bound =>
  (budgets, logins) =>
    codeBound(budgets, logins, days);
export const oneCode =
  (count: number): Bound =>
  (budgets, logins) =>
    oneCodeBound(budgets, logins, count);
export const keys =
  (days: number): Bound =>
  (budgets, logins) =>
    keyBound(budgets, logins, days);

/** Where a code binds a key that counts after 72 hours: three days of codes, then four of keys. */
export const codesThenKeys: Bound = (budgets, logins) => codes(3)(budgets, logins) + keys(4)(budgets, logins);

/** Seven in ten of those asked for are persons the account has been shown before. */
const mostlyKnown = clonedSeedsFor((stage, account) =>
  mixedWith(stage.honest.practices.get(account.login)?.shown ?? new Set(), 0.7, {
    next: stage.next,
    draws: createDraws(stage.seed, `known to ${account.login}`),
  }),
);

/** Whatever route there is. */
const byEveryRoute = clonedSeedsFor(({ next, persons }) =>
  everyRoute(next, (number) => nameOf(persons, number)),
);

function nameOf(persons: Population, number: string): string {
  const nir = parseNir(number);
  const person = nir && persons.personByNir(nir);
  return person === undefined ? 'A' : `${person.family} ${person.given}`;
}

export const attacks: readonly Scenario[] = [
  {
    ...base,
    letter: 'a, e',
    name: 'password and mailbox',
    plan: mailboxes,
    ownersWork: false,
    bound: nobody,
  },
  {
    ...base,
    letter: 'a, e',
    name: 'password and mailbox, 7 days',
    plan: mailboxes,
    ownersWork: false,
    hours: 168,
    bound: nobody,
    full: true,
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
    letter: 'b',
    name: 'cloned code seeds, every route',
    plan: byEveryRoute,
    bound: codes(1),
  },
  {
    ...base,
    letter: 'b',
    name: 'six cloned code seeds, after a month of honest work',
    plan: clonedSeeds,
    accounts: six,
    warmUpDays: 35,
    bound: codes(1),
    full: true,
  },
  {
    ...base,
    letter: 'b',
    name: 'six cloned code seeds, after a month, 7 in 10 asked for are known',
    plan: mostlyKnown,
    accounts: six,
    warmUpDays: 35,
    bound: codes(1),
    full: true,
  },
  {
    ...base,
    letter: 'c',
    name: '96 cloned code seeds, classes without codes',
    plan: clonedSeeds,
    accounts: manyAccounts(96),
    ownersWork: false,
    hours: 4,
    change: ofEveryClass('code: none'),
    bound: nobody,
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
  {
    ...base,
    letter: 'd',
    name: 'unlimited phished codes, 7 days',
    plan: phishedCodes(Number.POSITIVE_INFINITY),
    hours: 168,
    bound: codes(7),
    full: true,
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
  {
    ...base,
    letter: 'e',
    name: 'a code tries to bind the thief a key, 7 days',
    plan: keysTriedByCodes,
    ownersWork: false,
    hours: 168,
    bound: codes(7),
    full: true,
  },
  {
    ...base,
    letter: 'e',
    name: 'a code binds the thief a key after 72 h, 7 days, 7 in 10 locked after a day',
    plan: keysBoundByCodes,
    ownersWork: false,
    hours: 168,
    change: keyAfterCode,
    reaction: { hours: 24, inTen: 7 },
    bound: codesThenKeys,
    full: true,
  },
  { ...base, letter: 'f', name: 'insider with a key', plan: ownKeys, accounts: pharmacist, bound: keys(1) },
  {
    ...base,
    letter: 'f',
    name: 'insider with a key, general practitioner',
    plan: ownKeys,
    accounts: practitioner,
    bound: keys(1),
  },
  {
    ...base,
    letter: 'f',
    name: 'insider with a key, locked 8 h after the first alert',
    plan: ownKeys,
    accounts: pharmacist,
    reaction: { hours: 8, inTen: 10 },
    bound: keys(1),
  },
  { ...base, letter: 'g', name: 'stolen session cookies', plan: stolenCookies, bound: presenceBound },
  {
    ...base,
    letter: 'g',
    name: 'stolen session cookies, 7 days',
    plan: stolenCookies,
    hours: 168,
    bound: presenceBound,
    full: true,
  },
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
    letter: 'g',
    name: 'malware, locked 8 h after the first alert',
    plan: ownKeys,
    reaction: { hours: 8, inTen: 10 },
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
