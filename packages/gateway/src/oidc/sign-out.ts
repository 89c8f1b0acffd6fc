// Signing out: the session a sign-in opened ends here first, whatever the provider does; then the person may go on to the
// provider's own sign-out (OpenID Connect RP-Initiated Logout 1.0).
import type { Mfa, SealingKeys, Session, SessionId } from '@palier/mfa-core';
import type { CanonicalRequest } from '../request/request.ts';
import { recall, sessionOf } from './identity-cookie.ts';
import type { Provider } from './provider.ts';
import { ProviderError } from './provider-fetch.ts';
import { sourceName } from './sign-in.ts';
import type { SignedIn } from './signed-in.ts';

export interface SignOutParts {
  readonly provider: Provider;
  readonly signedIn: SignedIn;
  readonly keys: SealingKeys;
  readonly mfa: Mfa;
  readonly origin: string;
  readonly cut: (session: Session) => void;
}

/** Ends the session that the request's own cookie is bound to; answers which, live or not. */
export async function endHere(
  { provider, keys, mfa, cut }: SignOutParts,
  request: CanonicalRequest,
): Promise<SessionId | undefined> {
  const recalled = recall(keys, sourceName(provider.setting.name), request);
  const session = recalled && (await sessionOf(mfa, recalled));
  if (session !== undefined) {
    await mfa.sessions.end(session, 'person');
    cut(session);
  }
  return recalled?.session;
}

/** The same, and says where to go on, if the provider can be asked. */
export async function signOut(parts: SignOutParts, request: CanonicalRequest): Promise<URL | undefined> {
  const { provider, signedIn, origin } = parts;
  const session = await endHere(parts, request);
  if (session === undefined) return undefined;
  const hint = await signedIn.takeHint(session);
  try {
    return await provider.signOutAddress(hint, `${origin}/`);
  } catch (error) {
    if (error instanceof ProviderError) return undefined;
    throw error;
  }
}
