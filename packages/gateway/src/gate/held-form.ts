// A form that was stopped at the step-up is sent once, exactly, afterwards: the redirect back carries a cookie that
// names it, and the request it arrives with becomes the held one. It is judged again like any other.
import { cookiesWithPrefix, cookieValue } from '../request/cookies.ts';
import type { BodySource, CanonicalRequest } from '../request/request.ts';
import type { Gate } from './gate.ts';
import { sessionCookie } from './session-cookie.ts';

export const heldCookiePrefix = '__Host-palier-held-';

export interface Restored {
  readonly request: CanonicalRequest;
  readonly body: BodySource;
  /** What `body` reads, for the proxy. */
  readonly bytes: Uint8Array;
  /** The cookie to clear. */
  readonly cookie: string;
}

/** Whether the request brings a cookie of a held form: almost none does, and then there is nothing to wait for. */
export function namesHeldForm({ method, headers }: Pick<CanonicalRequest, 'method' | 'headers'>): boolean {
  return method === 'GET' && headers.get('cookie')?.includes(heldCookiePrefix) === true;
}

/**
 * Undefined when the request names no held form of this session and this very target, or when the portal knows somebody
 * else by now: at a shared counter one person's form must not be sent, nor kept, for the next (A214).
 */
export async function restoreForm(
  { mfa, identify }: Pick<Gate, 'mfa' | 'identify'>,
  request: CanonicalRequest,
): Promise<Restored | undefined> {
  const header = request.headers.get('cookie');
  const held = namesHeldForm(request) ? cookiesWithPrefix(header, heldCookiePrefix) : [];
  const token = held.length === 0 ? undefined : cookieValue(header, sessionCookie);
  const session = token === undefined || token === 'duplicate' ? undefined : await mfa.sessions.load(token);
  if (session === undefined) return undefined;
  const identity = await identify(request);
  if (identity.kind === 'anonymous' || identity.account !== session.account) return undefined;
  for (const [cookie, ticket] of held) {
    const seen = await mfa.resume.peek(session, ticket);
    if (seen?.form === undefined || seen.target !== request.target) continue;
    const resume = await mfa.resume.take(session, ticket);
    if (resume?.form !== undefined)
      return { cookie, ...replaced(request, resume.form.contentType, resume.form.body) };
  }
  return undefined;
}

function replaced(
  request: CanonicalRequest,
  contentType: string,
  bytes: Uint8Array,
): Pick<Restored, 'request' | 'body' | 'bytes'> {
  const headers = new Map(request.headers);
  headers.set('content-type', contentType);
  return {
    request: { ...request, method: 'POST', headers, bodyLength: bytes.length },
    body: { read: async () => bytes },
    bytes,
  };
}
