// Names of the configuration that no sign-in had: with a misspelt cookie everybody signs in and is nobody, again and again,
// and with a misspelt field no guess has an account. Nothing is broken then, so nothing else would tell. One such sign-in
// may be anything, so it is a hint in the log: what was looked for and what there was, seldom, and no more once it was seen.
import type { Clock, Instant } from '@palier/mfa-core';
import type { PermitTerms } from '../gate/permit.ts';
import type { Log, LogLine } from '../log.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { portalCookie } from '../request/cookies.ts';
import { setCookiesOf } from './set-cookies.ts';

/** Told of every answer of the portal; looks at those to a sign-in. */
export type SignInHints = (terms: PermitTerms, exchange: Answer) => void;

type Answer = Pick<Exchange, 'status' | 'headers'>;

/** What one sign-in says of a name: it was there, it was not, or it tells nothing. */
type Look = 'seen' | LogLine | undefined;

interface Sought {
  readonly seen: boolean;
  readonly without: number;
  readonly told: Instant | undefined;
}

const silence = 10 * 60_000;
/** A form may be sent empty. */
const leastForms = 3;
const mostNames = 5;
const unknown: Sought = { seen: false, without: 0, told: undefined };

export function createSignInHints(log: Log, clock: Clock): SignInHints {
  // Two for each line of policy that signs in.
  const kept = new Map<string, Sought>();
  const take = (name: string, look: Look, least: number): void => {
    const before = kept.get(name) ?? unknown;
    if (look === undefined || before.seen) return;
    if (look === 'seen') return void kept.set(name, { ...before, seen: true });
    const now = clock.now();
    const without = before.without + 1;
    const isTime = before.told === undefined || now >= before.told + silence;
    const tells = without >= least && isTime;
    kept.set(name, { seen: false, without, told: tells ? now : before.told });
    if (tells) log({ kind: 'sign-in-hint', ...look });
  };
  return (terms, answer) => {
    if (terms.signIn === undefined || terms.request.method !== 'POST') return;
    const { id } = terms.matched.route;
    take(`field ${id}`, lookForField(terms), leastForms);
    take(`cookie ${id}`, lookForCookie(terms, answer, clock.now()), 1);
  };
}

function lookForField({ matched, signIn }: PermitTerms): Look {
  const where = signIn?.rule.typed;
  if (where === undefined) return undefined;
  if (signIn?.typed !== undefined) return 'seen';
  const lookedFor = where.from === 'form' ? where.name : where.pointer;
  return {
    route: matched.route.id,
    lookedFor,
    hint: 'no form that was sent here had a login in it: see the field (or pointer) of this line, and the name of the input on the page of the portal',
  };
}

/**
 * An answer with the status of a sign-in that worked, which sets cookies of other names and not the one by which people are
 * known. The browser may have brought that one: then the portal keeps it, which says nothing of its name.
 */
function lookForCookie({ matched, request, signIn }: PermitTerms, answer: Answer, now: Instant): Look {
  const { kind, success } = signIn?.rule ?? {};
  const name = success?.cookie;
  if (kind !== 'sign-in' || name === undefined || success?.status.includes(answer.status) !== true)
    return undefined;
  const set = [...setCookiesOf(answer, now).keys()];
  if (set.includes(name)) return 'seen';
  if (set.length === 0 || portalCookie(request.headers.get('cookie'), name) !== undefined) return undefined;
  return {
    route: matched.route.id,
    lookedFor: name,
    answerSets: set.filter((one) => /^[A-Za-z][\w.-]{0,39}$/.test(one)).slice(0, mostNames),
    hint: 'the portal answered as to a sign-in that worked and set no cookie of this name: if people are asked to sign in again and again, it has another',
  };
}
