// Where a source finds the portal's credential in a request: one cookie, or one header.
import type { Carrier } from '../config/identity-settings.ts';
import { portalCookie } from '../request/cookies.ts';
import type { CanonicalRequest } from '../request/request.ts';

/** Longer than any session id or token a portal sends at every request. */
const longest = 8192;

/**
 * The credential; undefined when there is none, when the cookie is there twice, in whatever spelling (gateway and portal might
 * pick different ones, A208), or when it is longer than a credential is.
 */
export function credentialOf(request: CanonicalRequest, { kind, name }: Carrier): string | undefined {
  const value =
    kind === 'cookie' ? portalCookie(request.headers.get('cookie'), name) : request.headers.get(name);
  if (value === undefined || value === '' || value.length > longest) return undefined;
  // A password at every request would be a guess at every request, and nobody counts those.
  if (name === 'authorization' && /^(?:basic|digest)\b/i.test(value)) return undefined;
  return kind === 'cookie' && value === 'duplicate' ? undefined : value;
}
