// The provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0). Believed only with its
// signature, for us, of this minute, and only about sessions that were open before it was said: a token replayed later
// ends nothing (A230).
import { type Clock, type Mfa, parseAccountId, parseSessionId, type Session } from '@palier/mfa-core';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { AccountPointers } from '../config/account-pointers.ts';
import type { Provider } from './provider.ts';
import type { SignedIn } from './signed-in.ts';

export interface BackChannelParts {
  readonly provider: Provider;
  readonly pointers: AccountPointers;
  readonly signedIn: SignedIn;
  readonly mfa: Mfa;
  readonly clock: Clock;
  /** Cuts what is still streaming for a session. */
  readonly cut: (session: Session) => void;
}

export type BackChannelOutcome =
  | { readonly outcome: 'ended'; readonly sessions: number }
  | { readonly outcome: 'refused'; readonly reason: string };

const event = 'http://schemas.openid.net/event/backchannel-logout';
const oldest = 120;

/** Rejects when the provider's keys are not known: that is a 503, and the provider may try again. */
export async function endFromProvider(parts: BackChannelParts, token: unknown): Promise<BackChannelOutcome> {
  const claims = typeof token === 'string' ? await verified(parts, token) : undefined;
  if (claims === undefined) return { outcome: 'refused', reason: 'token' };
  if ('nonce' in claims || !isLogout(claims['events'])) return { outcome: 'refused', reason: 'not-a-logout' };
  const sessions = await meant(parts, claims);
  if (sessions === undefined) return { outcome: 'refused', reason: 'names-no-session' };
  const said = (claims.iat ?? 0) * 1000 + 999;
  const before = sessions.filter(({ openedAt }) => openedAt <= said);
  for (const session of before) {
    await parts.mfa.sessions.end(session, 'provider');
    parts.cut(session);
  }
  return { outcome: 'ended', sessions: before.length };
}

async function verified(
  { provider, clock }: BackChannelParts,
  token: string,
): Promise<JWTPayload | undefined> {
  const { algorithms, issuer, clientId, tolerance } = provider.setting;
  try {
    const { alg, kid, typ } = decodeProtectedHeader(token);
    const algorithm = algorithms.find((one) => one === alg);
    const type = typ?.toLowerCase().replace(/^application\//, '') ?? 'jwt';
    if (algorithm === undefined || !['logout+jwt', 'jwt'].includes(type)) return undefined;
    const key = await provider.keys.find(algorithm, kid);
    if (key === undefined) return undefined;
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer,
      audience: clientId,
      clockTolerance: tolerance,
      maxTokenAge: oldest,
      currentDate: new Date(clock.now()),
      requiredClaims: ['iat', 'jti', 'events'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function isLogout(events: unknown): boolean {
  return typeof events === 'object' && events !== null && event in events;
}

/**
 * The session the provider's session opened, or none when it is gone already; undefined when the token names what we
 * cannot know: a person without a session, where accounts have other names than the provider's.
 */
async function meant(
  { provider, pointers, signedIn, mfa }: BackChannelParts,
  { sid, sub }: JWTPayload,
): Promise<readonly Session[] | undefined> {
  if (typeof sid === 'string') {
    const link = await signedIn.linked(provider.setting.name, sid);
    const account = parseAccountId(link?.account ?? '');
    const id = parseSessionId(link?.session ?? '');
    if (account === undefined || id === undefined) return [];
    return (await mfa.sessions.list(account)).filter((session) => session.id === id);
  }
  const account = pointers.account === '/sub' && typeof sub === 'string' ? parseAccountId(sub) : undefined;
  return account && (await mfa.sessions.list(account));
}
