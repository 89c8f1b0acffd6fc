// Whether the portal's answer to a sign-in has the marks of one that worked.
import type { SignInRule } from '../policy/route.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { portalCookie } from '../request/cookies.ts';
import type { SetCookie } from './set-cookies.ts';

/**
 * The status, the place it leads to, and the portal's cookie with a value the browser did not send: a portal that keeps
 * the value would let whoever planted it in beside the person (session fixation, A199).
 */
export function succeeded(
  { success }: Pick<SignInRule, 'success'>,
  cookieBefore: string | undefined,
  { status, headers }: Pick<Exchange, 'status' | 'headers'>,
  set: ReadonlyMap<string, SetCookie>,
): boolean {
  if (!success.status.includes(status)) return false;
  if (success.location !== undefined && !leadsTo(success.location, headers)) return false;
  return success.cookie === undefined || freshCookie(success.cookie, cookieBefore, set) !== undefined;
}

/** The value of a cookie that the answer sets once, and anew. */
export function freshCookie(
  name: string,
  cookieBefore: string | undefined,
  set: ReadonlyMap<string, SetCookie>,
): string | undefined {
  const after = set.get(name);
  if (after?.kind !== 'set') return undefined;
  const before = portalCookie(cookieBefore, name);
  return before === 'duplicate' || before === after.value ? undefined : after.value;
}

/** The path of the one Location, whatever origin it is written with and whatever query it carries. */
function leadsTo(path: string, headers: Exchange['headers']): boolean {
  const [location, ...others] = headers.filter(([name]) => name.toLowerCase() === 'location');
  if (location === undefined || others.length > 0) return false;
  const url = URL.canParse(location[1], 'http://portal.invalid')
    ? new URL(location[1], 'http://portal.invalid')
    : undefined;
  return url?.pathname === path;
}
