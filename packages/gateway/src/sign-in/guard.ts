// The portal's own sign-in, seen from in front: guesses are counted before the portal is asked, its answer says whether
// one was right, and a sign-in in a browser that is new to the account is told to the person. Which lanes count is
// lanes.ts; who an account is stays with the identity sources.
import type { AccountId, Clock, EventSink, Mfa, Random, Secret } from '@palier/mfa-core';
import type { PermitTerms } from '../gate/permit.ts';
import { sessionCookie } from '../gate/session-cookie.ts';
import type { IdentitySource } from '../identity/identity.ts';
import type { SignInRule } from '../policy/route.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { agentOf } from '../request/browser-name.ts';
import { cookieValue } from '../request/cookies.ts';
import type { CanonicalRequest, Refusal } from '../request/request.ts';
import type { Attempted, SignInAttempt } from './attempt.ts';
import { createBrowserCookies } from './browser-cookie.ts';
import { clientNetwork } from './client-network.ts';
import { type Guesser, lanesOf, pressureLane, pressureLeak } from './lanes.ts';
import { isOwnForm } from './own-form.ts';
import { cookieHeaderAfter, setCookiesOf } from './set-cookies.ts';
import type { GuessStore } from './sign-in-store.ts';
import { succeeded } from './success.ts';
import { accountTyped, countedAs, loginInQuery, typedLogin } from './typed-login.ts';

export interface GuardParts {
  readonly guesses: GuessStore;
  readonly identify: IdentitySource;
  readonly mfa: Mfa;
  readonly events: EventSink;
  /** Key of lane names and of the cookie of known browsers. */
  readonly secret: Secret;
  readonly clock: Clock;
  readonly random: Random;
}

/** What takes the place of the portal's answer. */
export interface EqualAnswer {
  readonly location: string;
}

export interface SignInGuard {
  /** Reads what was typed and counts the guess; nothing was sent yet. Rejects when the store is broken. */
  attempt(
    rule: SignInRule,
    request: CanonicalRequest,
    readBody: (limit: number) => Promise<Uint8Array | Refusal>,
  ): Promise<Attempted>;
  /** Judges the portal's answer before it is released; `cookies` are added to it. */
  answered(
    attempt: SignInAttempt,
    terms: PermitTerms,
    exchange: Exchange,
  ): Promise<{ readonly cookies: readonly string[]; readonly equal: EqualAnswer | undefined }>;
}

const foreignForm: Refusal = { status: 403, reason: 'foreign-origin', close: true };

/** Longest body of a sign-in that is read. */
export const signInBodyLimit: number = 16 * 1024;

export function createSignInGuard(parts: GuardParts): SignInGuard {
  const cookies = createBrowserCookies(parts.secret, parts.clock, parts.random);

  const attempt: SignInGuard['attempt'] = async (rule, request, readBody) => {
    const posts = request.method === 'POST';
    if (posts && !isOwnForm(rule, request))
      return { outcome: 'refused', refusal: foreignForm, bytes: undefined };
    const bytes = posts ? await readBody(signInBodyLimit) : undefined;
    if (bytes !== undefined && 'status' in bytes)
      return { outcome: 'refused', refusal: bytes, bytes: undefined };
    const typed =
      bytes === undefined ? loginInQuery(rule, request.query) : typedLogin(rule, request.query, bytes);
    if ('refused' in typed)
      return { outcome: 'refused', refusal: { status: 400, reason: typed.refused, close: false }, bytes };
    if (!posts && typed.text === undefined) return { outcome: 'none', bytes };
    const login = typed.text === undefined ? undefined : countedAs(typed.text);
    const browser = cookies.read(request.headers.get('cookie'));
    const isKnown = login !== undefined && cookies.knows(browser, login);
    const guesser: Guesser = {
      login,
      network: clientNetwork(request.peer),
      browser: isKnown ? browser?.id : undefined,
    };
    const pressed = login !== undefined && !isKnown && (await isPressed(parts, rule, login));
    const { lanes, clear, giveBack } = lanesOf(parts.secret, rule, guesser, pressed);
    const reserved = await parts.guesses.reserve(lanes, parts.clock.now());
    if (reserved.outcome === 'wait') return { outcome: 'wait', until: reserved.until, bytes };
    const startedAt = performance.now();
    const counted = { rule, typed: typed.text, clear, giveBack, browser, isKnown, startedAt };
    return { outcome: 'counted', attempt: counted, bytes };
  };

  const answered: SignInGuard['answered'] = async (tried, terms, exchange) => {
    const account = await signedIn(parts, tried, terms.request, exchange);
    if (account === undefined) return { cookies: [], equal: await equalAnswer(tried, exchange) };
    await parts.guesses.forgive(tried.clear, tried.giveBack);
    await endOtherAccount(parts, terms.request, account);
    if (!tried.isKnown) {
      const agent = agentOf(terms.request);
      await parts.events({ type: 'new-browser', at: parts.clock.now(), account, agent });
    }
    return { cookies: [cookies.with(tried.browser, countedAs(tried.typed ?? ''))], equal: undefined };
  };

  return { attempt, answered };
}

async function isPressed(parts: GuardParts, rule: SignInRule, login: string): Promise<boolean> {
  const lane = pressureLane(parts.secret, rule, login);
  return (await parts.guesses.level(lane, pressureLeak, parts.clock.now())) >= rule.limits.pressure;
}

/**
 * Whose sign-in worked. Status, cookie and location can be those of a page that asks for more, so the identity sources
 * are asked with the cookies the browser will have: only who they know has signed in. One that is broken leaves the guess
 * counted and the answer as it is.
 */
async function signedIn(
  parts: GuardParts,
  { rule, typed }: SignInAttempt,
  request: CanonicalRequest,
  exchange: Exchange,
): Promise<AccountId | undefined> {
  const set = setCookiesOf(exchange, parts.clock.now());
  const cookie = request.headers.get('cookie');
  if (rule.kind === 'reset' || typed === undefined || !succeeded(rule, cookie, exchange, set))
    return undefined;
  if (rule.success.cookie === undefined) return accountTyped(typed, 'case');
  const headers = new Map(request.headers);
  headers.set('cookie', cookieHeaderAfter(cookie, set) ?? '');
  const identity = await parts.identify({ ...request, headers }).catch(() => undefined);
  return identity?.kind === 'account' ? identity.account : undefined;
}

/** Another person signed in here: what the one before proved in this browser is over (A214). */
async function endOtherAccount(
  { mfa }: GuardParts,
  request: CanonicalRequest,
  account: AccountId,
): Promise<void> {
  const token = cookieValue(request.headers.get('cookie'), sessionCookie);
  const session = token === undefined || token === 'duplicate' ? undefined : await mfa.sessions.load(token);
  if (session !== undefined && session.account !== account) await mfa.sessions.end(session, 'other-account');
}

/** Waits until every answer of this kind takes as long, then says the one thing it says. A broken portal stays broken. */
async function equalAnswer(
  { rule, startedAt }: SignInAttempt,
  exchange: Exchange,
): Promise<EqualAnswer | undefined> {
  if (rule.equal === undefined || exchange.status >= 500) return undefined;
  const left = rule.equal.after * 1000 - (performance.now() - startedAt);
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  return { location: rule.equal.location };
}
