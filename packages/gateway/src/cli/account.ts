// `palier account show|lock|unlock|revoke-sessions|remove-factor|reset-factors`: what an operator does when a person calls,
// or an alarm rings.
import { parseArgs } from 'node:util';
import { type AccountId, type FactorView, type Mfa, parseFactorId } from '@palier/mfa-core';
import type { NeededToStop } from '../config/needed-to-stop.ts';
import { shellWord } from '../notify/shell-word.ts';
import type { OpenStores } from '../stores/open-stores.ts';
import { stopLine, stopsOf } from './account-stops.ts';
import { errorWords } from './error-words.ts';
import { accountNamed, withMfa } from './state.ts';
import { stopNow, withStores } from './stop.ts';
import { stopConfig } from './stop-config.ts';
import { type Command, print, soundConfig, type Terminal } from './terminal.ts';
import { doneForNobody, isNewHere, newHere } from './unknown-names.ts';
import { demandAtMost, UsageError, verbError } from './words.ts';

interface Asked {
  readonly account: AccountId;
  /** What stood behind the account. */
  readonly factor: string | undefined;
  readonly reason: string;
  readonly mfa: Mfa;
  readonly stores: OpenStores;
}

interface Answer {
  /** For `--json`. */
  readonly value: unknown;
  readonly words: string;
  /** For people who see no exit code. */
  readonly warning?: string;
  readonly code: 0 | 1 | typeof doneForNobody;
}

const verbs = {
  show,
  lock,
  unlock,
  'revoke-sessions': revokeSessions,
  'remove-factor': removeFactor,
  'reset-factors': resetFactors,
} as const;

export const accountCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
      reason: { type: 'string', default: '' },
    },
  });
  const [verb = '', name, factor] = positionals;
  const usage = `write: palier account ${Object.keys(verbs).join('|')} ACCOUNT`;
  if (!isVerb(verb)) throw verbError(verb, Object.keys(verbs), usage);
  demandAtMost(verb === 'remove-factor' ? 3 : 2, positionals, usage);
  const account = accountNamed(name);
  const { reason } = values;
  const config = configFor(verb, values.config, terminal);
  const asked = withMfa(config, terminal, async (mfa, stores) => {
    const { value, words, warning, code } = await verbs[verb]({ account, factor, reason, mfa, stores });
    if (warning !== undefined) terminal.err(warning);
    print(terminal, values.json, value, words);
    return code;
  });
  return verb === 'lock' ? asked.catch((error) => lockAllTheSame(config, account, reason, error)) : asked;
};

/** They need the stores of a configuration; those that take factors away need it whole. */
const emergencies: ReadonlySet<keyof typeof verbs> = new Set(['show', 'lock', 'unlock', 'revoke-sessions']);

const takesFactors =
  'to take a factor away needs it whole; palier account lock, show and revoke-sessions need its stores alone';

function configFor(verb: keyof typeof verbs, path: string, terminal: Terminal): NeededToStop {
  return emergencies.has(verb) ? stopConfig(path, terminal) : soundConfig(path, terminal, takesFactors);
}

/** Keys that are lost or cannot be read keep nobody from being locked: the stop needs none. */
async function lockAllTheSame(
  config: NeededToStop,
  account: AccountId,
  reason: string,
  error: unknown,
): Promise<never> {
  await withStores(config, ({ standings }) =>
    standings.stops.put(stopNow({ kind: 'account', name: account }, reason)),
  );
  throw new Error(
    `${account} is locked and shown nothing; its sessions were not ended: ${errorWords(error)}`,
  );
}

function isVerb(text: string): text is keyof typeof verbs {
  return Object.hasOwn(verbs, text);
}

async function show({ account, mfa, stores }: Asked): Promise<Answer> {
  const stops = stopsOf(account, await stores.standings.stops.list());
  const factors = await mfa.factors.list(account);
  const sessions = (await mfa.sessions.list(account)).map(({ id, openedAt, agent, proofs }) => ({
    id,
    openedAt: dateOf(openedAt),
    agent,
    proofs: proofs.map(({ kind }) => kind),
  }));
  const words = [
    `${account}\n`,
    ...stops.map(stopLine),
    ...factors.map((factor) => factorLine(factor, factors)),
    ...(factors.length === 0 ? ['  no factor: the first needs a ticket (palier ticket issue)\n'] : []),
    ...sessions.map(({ id, openedAt, agent }) => `  session ${id} since ${openedAt} ${agent}\n`),
    ...(sessions.length === 0 ? ['  no session\n'] : []),
  ].join('');
  return { value: { account, stops, factors, sessions }, words, code: 0 };
}

/** When it was added and with what: after an alarm it is the one added with a code that is looked for. */
function factorLine(factor: FactorView, held: readonly FactorView[]): string {
  const { id, kind, name, addedAt, boundBy, unfinished } = factor;
  const by = boundBy === undefined ? '' : ` (${boundBy}${shownWords(factor, held)})`;
  const state = unfinished === true ? '  unfinished: to be removed and added again' : '';
  return `  ${kind}  ${id}  added ${dateOf(addedAt)}${by}  ${name}${state}\n`;
}

/** Of which factor the code or the signature was: whose person is to be asked, or whose code was phished. */
function shownWords({ boundWith }: FactorView, held: readonly FactorView[]): string {
  if (boundWith === undefined) return '';
  const shown = held.find(({ id }) => id === boundWith);
  return ` of ${[boundWith, shown === undefined ? 'removed since' : shown.name].filter(Boolean).join(' ')}`;
}

function dateOf(at: number): string {
  return new Date(at).toISOString();
}

async function lock({ account, reason, mfa, stores }: Asked): Promise<Answer> {
  // First the stop, then the sessions: an instance that learns of it a moment later opens none that outlives `unlock`.
  await stores.standings.stops.put(stopNow({ kind: 'account', name: account }, reason));
  const ended = await mfa.sessions.endAll(account, 'operator');
  if (ended > 0 || !(await isNewHere(account, stores)))
    return {
      value: { locked: account, ended, isNew: false },
      words: `locked; ${ended} session(s) ended\n`,
      code: 0,
    };
  const undo = `palier account unlock ${shellWord(account)}`;
  return {
    value: { locked: account, ended, isNew: true },
    words: `locked in advance: nobody known here is ${account}\n`,
    warning: await newHere(account, stores, `If the portal spells it otherwise, nobody is locked: ${undo}`),
    code: doneForNobody,
  };
}

/** Sessions first: one may have been opened, and a code typed in it, in the fifth of a second that a stop takes to be known. */
async function unlock({ account, mfa, stores }: Asked): Promise<Answer> {
  const { stops } = stores.standings;
  const isLocked = (await stops.list()).some(({ kind, name }) => kind === 'account' && name === account);
  if (isLocked) await mfa.sessions.endAll(account, 'operator');
  const outcome = await stops.end('account', account);
  const wasLocked = outcome === 'ended';
  return {
    value: { outcome },
    words: `${wasLocked ? 'unlocked' : 'was not locked'}\n`,
    code: wasLocked ? 0 : 1,
  };
}

async function revokeSessions({ account, mfa, stores }: Asked): Promise<Answer> {
  const ended = await mfa.sessions.endAll(account, 'operator');
  const warning = ended > 0 ? {} : await strangerWarning(account, stores);
  return { value: { ended }, words: `${ended} session(s) ended\n`, ...warning, code: 0 };
}

/** Nothing was there to be ended: the name may be misspelt. */
async function strangerWarning(account: AccountId, stores: OpenStores): Promise<Pick<Answer, 'warning'>> {
  if (!(await isNewHere(account, stores))) return {};
  return { warning: await newHere(account, stores, 'The portal may spell it otherwise.') };
}

async function removeFactor({ account, factor, mfa }: Asked): Promise<Answer> {
  const id = parseFactorId(factor);
  if (id === undefined)
    throw new UsageError(
      'write: palier account remove-factor ACCOUNT FACTOR, as palier account show lists it',
    );
  const outcome = await mfa.factors.removeByOperator(account, id);
  if (outcome === 'absent') return { value: { outcome }, words: `${account} has no such factor\n`, code: 1 };
  const held = await mfa.factors.list(account);
  const left = held.length;
  const codes = held.some(({ kind }) => kind === 'recovery-code')
    ? 'the recovery codes among them'
    : 'and no recovery codes';
  return {
    value: { outcome, left },
    words: `removed; its sessions ended; ${left} factor(s) left, ${codes}\n`,
    code: 0,
  };
}

async function resetFactors({ account, mfa, stores }: Asked): Promise<Answer> {
  // Before: tickets go too, and with them what may be the only trace.
  const warning = await strangerWarning(account, stores);
  const removed = await mfa.factors.resetByOperator(account);
  const words = `${removed} factor(s) removed; issue a ticket for the next enrolment\n`;
  return { value: { removed }, words, ...warning, code: 0 };
}
