// Signing people in at a provider: a ceremony bound to one browser, an account from the verified claims, a session of ours
// that is always a new one, and a proof at once where the ID token is worth a card.
import { createHash } from 'node:crypto';
import {
  type Clock,
  type Mfa,
  parseSessionId,
  type Seconds,
  type SessionId,
  type SessionToken,
  secondsOf,
} from '@palier/mfa-core';
import type { AccountPointers } from '../config/account-pointers.ts';
import { askedFor, cardWorth } from './assurance.ts';
import { type Begun, type SignInCeremonies, stateIn } from './ceremony.ts';
import { type CookieKeys, identityIn, sealIdentity } from './identity-cookie.ts';
import type { Provider } from './provider.ts';
import type { SignedIn } from './signed-in.ts';

/** A provider that signs people in, as the pages use it. */
export interface SignInProvider {
  readonly name: string;
  readonly label: string;
  /** Where the person goes now. `browser` is what the cookie of this browser holds. */
  begin(browser: string, onward: string): Promise<URL>;
  /** `before` is the session token this browser holds: that session ends. */
  finish(arriving: Arriving): Promise<SignInOutcome>;
}

export interface Arriving {
  readonly browser: string;
  readonly query: string;
  readonly agent: string;
  readonly before: string | undefined;
}

export type SignInRefusal = 'gone' | 'declined' | 'invalid' | 'no-account';

export type SignInOutcome =
  | {
      readonly outcome: 'signed-in';
      readonly token: SessionToken;
      /** For `identityCookie`. */
      readonly who: string;
      readonly onward: string;
    }
  | { readonly outcome: 'refused'; readonly because: SignInRefusal };

export interface SignInParts {
  readonly provider: Provider;
  readonly pointers: AccountPointers;
  readonly ceremonies: SignInCeremonies;
  readonly signedIn: SignedIn;
  readonly cookie: CookieKeys;
  readonly mfa: Mfa;
  readonly clock: Clock;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** How old a card may be that is shown with the sign-in: the route that asks for one says how old is too old. */
const anyAge: Seconds = secondsOf(12 * 3600);

/** The source of an identity, as logs and the assertion name it. */
export function sourceName(provider: string): string {
  return `oidc:${provider}`;
}

export function createSignInProvider(parts: SignInParts): SignInProvider {
  const { name, label } = parts.provider.setting;
  return {
    name,
    label,
    begin: (browser, onward) => begin(parts, browser, onward),
    finish: (arriving) => finish(parts, arriving),
  };
}

async function begin({ provider, ceremonies }: SignInParts, browser: string, onward: string): Promise<URL> {
  const { name, card } = provider.setting;
  const begun = ceremonies.begin(browserId(browser), name, onward);
  // A person without a card may sign in: the acr is a wish here, not a condition.
  return provider.address({ ...begun, ...askedFor(card, anyAge), essential: false });
}

/** Stands for a browser without a session; the cookie itself is not kept. */
function browserId(browser: string): SessionId {
  const digest = createHash('sha256').update('sign-in').update(browser).digest('base64url').slice(0, 32);
  return parseSessionId(`sid_${digest}`) as SessionId;
}

async function finish(parts: SignInParts, arriving: Arriving): Promise<SignInOutcome> {
  const { provider, ceremonies, pointers } = parts;
  const { name } = provider.setting;
  const state = stateIn(arriving.query);
  const begun = ceremonies.finish(browserId(arriving.browser), name, state);
  if (begun === undefined) return refused(parts, 'gone', 'no-such-ceremony');
  const answer = await provider.redeem(arriving.query, begun);
  if (answer.outcome === 'declined') return refused(parts, 'declined', answer.error);
  if (answer.outcome === 'invalid') return refused(parts, 'invalid', answer.reason);
  const identity = identityIn(answer.claims, pointers, sourceName(name));
  if (identity === undefined) return refused(parts, 'no-account', 'no-account-in-claims');
  return open(parts, arriving, begun, { identity, answer });
}

interface Named {
  readonly identity: NonNullable<ReturnType<typeof identityIn>>;
  readonly answer: Awaited<ReturnType<Provider['redeem']>> & { readonly outcome: 'answered' };
}

/** A new session, always: whoever planted a token in this browser has nothing of it (A199). */
async function open(
  parts: SignInParts,
  { agent, before }: Arriving,
  begun: Begun,
  { identity, answer }: Named,
): Promise<SignInOutcome> {
  const { mfa, signedIn, provider, cookie } = parts;
  const old = before === undefined ? undefined : await mfa.sessions.load(before);
  if (old !== undefined)
    await mfa.sessions.end(old, old.account === identity.account ? 'person' : 'other-account');
  const { session, token } = await mfa.sessions.open(identity.account, agent);
  const who = sealIdentity(cookie, session.id, identity);
  if (who === undefined) {
    await mfa.sessions.end(session, 'person');
    return refused(parts, 'invalid', 'claims-too-long');
  }
  await signedIn.keepHint(session, answer.raw);
  const { sid } = answer.idToken;
  if (typeof sid === 'string') await signedIn.link(provider.setting.name, sid, session);
  return {
    outcome: 'signed-in',
    token: await proved(parts, begun, token, answer),
    who,
    onward: begun.onward,
  };
}

/** The token to go on with: another one when the sign-in proved a card as well. */
async function proved(
  { mfa, provider, clock, signedIn }: SignInParts,
  { begunAt }: Begun,
  token: SessionToken,
  { idToken }: Named['answer'],
): Promise<SessionToken> {
  const { card, tolerance, issuer } = provider.setting;
  const worth = cardWorth(card, idToken, { begunAt, now: clock.now(), maxAge: anyAge, tolerance });
  if (worth.outcome === 'nothing') return token;
  const done = await mfa.card.prove(token, `oidc:${issuer}`, worth.at);
  if (done.outcome !== 'stepped-up') return token;
  await signedIn.keepGesture(issuer, done.session, worth.at);
  return done.token;
}

function refused({ log, provider }: SignInParts, because: SignInRefusal, reason: string): SignInOutcome {
  const { name } = provider.setting;
  log({ kind: 'oidc', use: 'sign-in', provider: name, outcome: `refused:${because}`, reason });
  return { outcome: 'refused', because };
}
