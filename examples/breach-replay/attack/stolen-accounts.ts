// The 19 accounts of March 2022, rebuilt: essentially pharmacists, as the press reported. Password and mailbox
// of each are in the script's hands; everything is synthetic.

import { examplePassword } from '../../portal/accounts.ts';
import { trades } from '../traffic/classes.ts';

/** A login the script can sign in with. */
export interface StolenAccount {
  readonly login: string;
  readonly password: string;
}

const SHARES: readonly (readonly [prefix: string, accounts: number])[] = [
  ['pharmacie', 15],
  ['medecin', 2],
  ['infirmier', 1],
  ['laboratoire', 1],
];

/** The stolen accounts, pharmacies first. */
export const stolenAccounts: readonly StolenAccount[] = SHARES.flatMap(([prefix, accounts]) =>
  Array.from({ length: accounts }, (_, i) => {
    const login = `${prefix}-${String(i + 1).padStart(2, '0')}`;
    return { login, password: examplePassword(login) };
  }),
);

/** Accounts of every class, as many as are wanted in all. */
export function manyAccounts(count: number): readonly StolenAccount[] {
  return Array.from({ length: count }, (_, place) => {
    const trade = trades[place % trades.length];
    const number = String(Math.floor(place / trades.length) + 1).padStart(2, '0');
    const login = `${trade?.prefix ?? ''}-${number}`;
    return { login, password: examplePassword(login) };
  });
}
