// The cookie that holds the session token. `__Host-` makes the browser insist on Secure, Path=/ and no Domain, so that
// no neighbouring host can plant one (A208, NIST SP 800-63B-4 section 5.1.1).
import type { SessionToken } from '../ids.ts';

/** The name of the cookie: to be let through by a proxy, and left alone by everybody else. */
export const sessionCookie = '__Host-palier-mfa';

/** The one value of the cookie; none when it is absent or there twice: which would win is the browser's secret. */
export function readSessionCookie(header: string | undefined): string | undefined {
  if (header === undefined || header.length > 16_384) return undefined;
  const start = `${sessionCookie}=`;
  const values = header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(start))
    .map((part) => part.slice(start.length));
  return values.length === 1 ? values[0] : undefined;
}

/** Ends with the browser; the session's own limits are the store's. Lax: a link in a mail still finds the session. */
export function sessionCookieOf(token: SessionToken): readonly [string, string] {
  return ['set-cookie', `${sessionCookie}=${token}; Path=/; Secure; HttpOnly; SameSite=Lax`];
}

export const clearedSessionCookie: readonly [name: string, value: string] = [
  'set-cookie',
  `${sessionCookie}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`,
];
