// Signing out of the portal, for who is stopped: whoever may see nothing any more must at least be able to leave.
import type { Route } from '../policy/route.ts';
import type { Stop } from '../stops/stop.ts';

/** Where the portal signs people out, when it is one address that a page of ours can lead to. */
export interface SignOut {
  readonly method: 'get' | 'post';
  readonly path: string;
}

/** Of several the first; undefined where none is known, or only one with a number in its address. */
export function signOutOf(routes: readonly Route[]): SignOut | undefined {
  for (const { signsOut, methods, segments } of routes) {
    const texts = segments.flatMap((segment) => (segment.kind === 'literal' ? [segment.text] : []));
    const method = methods.includes('POST') ? 'post' : methods.includes('GET') ? 'get' : undefined;
    if (!signsOut || method === undefined || texts.length !== segments.length) continue;
    return { method, path: `/${texts.map(encodeURIComponent).join('/')}` };
  }
  return undefined;
}

/** Whether this request goes through all the same: it ends a session and shows nobody. A stop of the route or of everything holds. */
export function mayLeave({ kind }: Stop, { signsOut, records }: Route): boolean {
  return signsOut && records.length === 0 && kind !== 'route' && kind !== 'everything';
}
