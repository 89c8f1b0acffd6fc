// Names on the command line that nobody has: a stop of a misspelt one holds, and stops nobody. It is done all the same (an
// account may be stopped before it comes, and the portal's words are the portal's), and said so that it does not look done.
import { type AccountId, systemClock } from '@palier/mfa-core';
import { dayOf } from '../budget/allowance.ts';
import { isOrganisationSaid, namedClasses } from '../config/account-words.ts';
import type { Config } from '../config/config.ts';
import { didYouMean, nearestAccount } from '../config/nearest.ts';
import { shellWord } from '../notify/shell-word.ts';
import type { StopKind } from '../stops/stop.ts';
import type { OpenStores } from '../stores/open-stores.ts';
import type { StopConfig } from './stop-config.ts';

/** Where an account is said to be new; a name that was misspelt is new too, and so is everybody before the first look-up. */
const traces = 'no factor, no session, no ticket, nobody looked up in 60 days';

export async function isNewHere(account: AccountId, { mfa, standings }: OpenStores): Promise<boolean> {
  const today = dayOf(systemClock.now());
  const found = await Promise.all([
    mfa.factors.list(account),
    mfa.sessions.list(account),
    mfa.tickets.list(account),
    standings.activity.history(account, today - 60, today),
  ]);
  return found.every((trace) => trace.length === 0);
}

export async function newHere(account: AccountId, stores: OpenStores, todo: string): Promise<string> {
  const meant = nearestAccount(account, await knownAccounts(stores));
  const asked = meant === undefined ? '' : `Did you mean "${meant}"? `;
  return `warning: ${account} is new here: ${traces}. ${asked}${todo}\n`;
}

/** Those with a ticket, a factor or an alarm. A house with more factors than are looked at here is told fewer names. */
async function knownAccounts({ mfa, standings }: OpenStores): Promise<readonly string[]> {
  const [tickets, factors, alarms] = await Promise.all([
    mfa.tickets.list(undefined),
    mfa.upkeep.page(undefined, 10_000),
    standings.alarms.list(systemClock.now()),
  ]);
  return [...new Set([...tickets, ...factors, ...alarms].map(({ account }) => account))];
}

/** What is to be said of a stop whose name nobody here has; undefined where it is known. */
export async function unknownStop(
  { kind, name }: { readonly kind: StopKind; readonly name: string },
  { whole, routes }: StopConfig,
  stores: OpenStores,
): Promise<string | undefined> {
  if (kind === 'account') {
    const account = name as AccountId;
    if (!(await isNewHere(account, stores))) return undefined;
    return newHere(
      account,
      stores,
      `If the portal spells it otherwise, nobody is stopped: palier account unlock ${shellWord(name)}`,
    );
  }
  if (whole === undefined) {
    const isJudged =
      kind === 'everything' || kind === 'organisation' || (kind === 'route' && routes.includes(name));
    return isJudged ? undefined : unjudged(kind, name);
  }
  if (kind === 'class') return classWarning(name, whole);
  if (kind === 'organisation' && !isOrganisationSaid(whole))
    return `warning: nobody has the organisation "${name}": no source of identity says one, so nobody is stopped\n`;
  return undefined;
}

function unjudged(kind: StopKind, name: string): string {
  return `warning: whether the ${kind} "${name}" is spelt right cannot be said while the configuration is not sound; see palier stop list\n`;
}

/** Exit code of what was done, and holds for a name that nobody known here has. */
export const doneForNobody = 3;

/** Of a class that the configuration names nowhere; the portal alone knows whether it says it. */
export function classWarning(name: string, config: Config): string | undefined {
  const known = namedClasses(config);
  if (known.has(name)) return undefined;
  const asked = didYouMean(name, [...known]);
  return `warning: the configuration names no class "${name}": unless the portal says it, nobody has it. ${asked === undefined ? `Known: ${[...known].join(', ')}` : capital(asked)}\n`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
