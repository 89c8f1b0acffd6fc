// Identity for portals that cannot be asked: the gateway sees a sign-in work, and from then on the cookie the portal gave
// out belongs to the login that was typed. The binding is kept under a digest, and ends with anything that may end the
// portal's session: what cannot be known for sure is nobody.

import { createHash, createHmac } from 'node:crypto';
import { type AccountId, after, type Clock, type Seconds, type Secret } from '@palier/mfa-core';
import { keepNewest } from '../bounded-map.ts';
import type { PermitTerms } from '../gate/permit.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { portalCookie } from '../request/cookies.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { setCookiesOf } from '../sign-in/set-cookies.ts';
import type { WatchedStore } from '../sign-in/sign-in-store.ts';
import { freshCookie, succeeded } from '../sign-in/success.ts';
import { accountTyped } from '../sign-in/typed-login.ts';
import type { Identity, IdentitySource } from './identity.ts';

export interface LoginWatchedRules {
  readonly cookie: string;
  readonly fold: 'case' | 'none';
  readonly class: string;
  readonly lifetime: Seconds;
}

export interface LoginWatchedParts {
  readonly store: WatchedStore;
  /** Key of the digests: a thief of the store cannot tell whose cookie is whose. */
  readonly secret: Secret;
  readonly clock: Clock;
  /** Told why a sign-in that looked like one that worked made nobody known: else an operator would only see people come back to the form. */
  readonly unbound: (reason: 'cookie-kept' | 'value-given-twice' | 'login-unsound') => void;
}

export interface WatchedSource extends IdentitySource {
  /** Sees every answer before it is released. Rejects when the store is broken. */
  answered(terms: PermitTerms, exchange: Exchange): Promise<void>;
  forget(): void;
}

interface Kept {
  readonly until: number;
  readonly identity: Promise<Identity>;
}

const anonymous: Identity = { kind: 'anonymous' };
/** A sign-out at another instance counts here after so many milliseconds (A206). */
const cacheMilliseconds = 500;
const capacity = 50_000;

export function loginWatched(
  rules: LoginWatchedRules,
  { store, secret, clock, unbound }: LoginWatchedParts,
): WatchedSource {
  const kept = new Map<string, Kept>();
  const digestOf = (value: string): string =>
    secret.expose((key) => createHmac('sha256', key).update(`watched cookie ${value}`).digest('base64url'));

  const identify = (request: CanonicalRequest): Promise<Identity> => {
    const value = presented(request, rules.cookie);
    if (value === undefined) return Promise.resolve(anonymous);
    const key = keyOf(value);
    const known = kept.get(key);
    const now = clock.now();
    if (known !== undefined && now < known.until) return known.identity;
    const identity = store.find(digestOf(value), now).then((found) => identityOf(rules, found?.account));
    const entry = { until: now + cacheMilliseconds, identity };
    keepNewest(kept, key, entry, capacity);
    identity.catch(() => kept.get(key) === entry && kept.delete(key));
    return identity;
  };

  const end = async (value: string): Promise<void> => {
    await store.end(digestOf(value));
    kept.delete(keyOf(value));
  };

  const answered: WatchedSource['answered'] = async ({ request, matched, signIn }, exchange) => {
    const now = clock.now();
    const set = setCookiesOf(exchange, now);
    const before = presented(request, rules.cookie);
    const given = set.get(rules.cookie);
    const changes = given !== undefined && !(given.kind === 'set' && given.value === before);
    const leaves = matched.route.signsOut && exchange.status < 400;
    const tries = signIn?.rule.kind === 'sign-in' && request.method === 'POST';
    if (before !== undefined && (changes || leaves || tries)) await end(before);
    const cookie = request.headers.get('cookie');
    if (
      !tries ||
      !succeeded({ success: { ...signIn.rule.success, cookie: undefined } }, cookie, exchange, set)
    )
      return;
    const value = freshCookie(rules.cookie, cookie, set);
    // A portal that answers a wrong password with a redirect sets no cookie either: only one it was sent is kept.
    if (value === undefined) return before === undefined ? undefined : unbound('cookie-kept');
    const account = accountTyped(signIn.typed ?? '', rules.fold);
    if (account === undefined) return unbound('login-unsound');
    const bound = await store.bind(digestOf(value), { account, until: after(now, rules.lifetime) }, now);
    if (bound === 'taken') unbound('value-given-twice');
    kept.delete(keyOf(value));
  };

  return Object.assign(identify, { answered, forget: () => kept.clear() });
}

/** Finds what is remembered, ten times as fast as the keyed digest, which only the store needs. */
function keyOf(value: string): string {
  return createHash('sha256').update(value).digest('base64');
}

/** The cookie the browser sent, when it is there once. */
function presented(request: CanonicalRequest, name: string): string | undefined {
  const value = portalCookie(request.headers.get('cookie'), name);
  return value === 'duplicate' || value === '' ? undefined : value;
}

function identityOf(rules: LoginWatchedRules, account: AccountId | undefined): Identity {
  if (account === undefined) return anonymous;
  return {
    kind: 'account',
    account,
    class: rules.class,
    organisation: undefined,
    groups: [],
    displayName: account,
    source: 'login-watched',
  };
}
