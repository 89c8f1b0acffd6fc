// Whether a sign-in comes from a page of this portal. A form on a foreign site could sign somebody in as the attacker, who
// then reads what is typed there (login CSRF, A232), or end a sign-in by one that fails.
import type { SignInRule } from '../policy/route.ts';
import type { CanonicalRequest } from '../request/request.ts';

/**
 * What the browser says of itself decides: Sec-Fetch-Site where it is sent, else Origin. A program sends neither, and
 * nobody can make it send somebody's cookies. `Origin: null` alone says nothing: own forms of a page without referrer
 * send it, and then Sec-Fetch-Site tells.
 */
export function isOwnForm(
  { from }: Pick<SignInRule, 'from'>,
  { headers, host }: Pick<CanonicalRequest, 'headers' | 'host'>,
): boolean {
  const origin = headers.get('origin');
  if (origin !== undefined && from.includes(origin)) return true;
  const site = headers.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || origin === 'null' || hostOf(origin) === host;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
