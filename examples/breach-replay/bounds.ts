// What is promised, by construction: accounts times caps, from the configuration that the gateway runs with. No
// detector, no reaction and no own cap of an account goes into a bound.

import type { Site } from './site.ts';
import { tradeOf } from './traffic/classes.ts';

type Budgets = Site['budgets'];
type BudgetClass = NonNullable<ReturnType<Budgets['classes']['get']>>;

/** The class of a login, as the portal of the replay says it. */
export function budgetOf(budgets: Budgets, login: string): BudgetClass {
  const own = budgets.classes.get(tradeOf(login).class) ?? budgets.classes.get('default');
  if (own === undefined) throw new TypeError('the budgets have no class called default');
  return own;
}

/** All codes of these accounts, phished or cloned, over whole days. */
export function codeBound(budgets: Budgets, logins: readonly string[], days: number): number {
  return sum(logins, (login) => (budgetOf(budgets, login).code?.day ?? 0) * days);
}

/** One code of each account. */
export function oneCodeBound(budgets: Budgets, logins: readonly string[], codes: number): number {
  return sum(logins, (login) => {
    const { code } = budgetOf(budgets, login);
    return code === undefined ? 0 : Math.min(code.records * codes, code.day);
  });
}

/** One presence of a key of each account: what a stolen session is worth, once. */
export function presenceBound(budgets: Budgets, logins: readonly string[]): number {
  return sum(logins, (login) => budgetOf(budgets, login).key.records);
}

/** Keys in the attacker's own hands, or gestures made for him: the caps of the day, over whole days up to thirty. */
export function keyBound(budgets: Budgets, logins: readonly string[], days: number): number {
  return sum(logins, (login) => budgetOf(budgets, login).day.ceiling * days);
}

function sum(logins: readonly string[], of: (login: string) => number): number {
  return logins.reduce((total, login) => total + of(login), 0);
}
