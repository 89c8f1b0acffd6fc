// Sessions opened for one browser at one moment are one. Two tabs that are stopped at once, before either has our cookie,
// would each get a session, the browser would keep the last cookie, and the other tab's way back would lead nowhere.
import { createHash } from 'node:crypto';
import type { AccountId, Clock, Instant, Mfa, Session, SessionToken } from '@palier/mfa-core';
import type { Identity } from '../identity/identity.ts';
import { agentOf } from '../request/browser-name.ts';
import type { CanonicalRequest } from '../request/request.ts';

export interface Opened {
  readonly session: Session;
  readonly token: SessionToken;
}

/** Opens a session for this account in this browser, or gives the one just opened there. */
export type Openings = (
  request: CanonicalRequest,
  identity: Identity & { readonly kind: 'account' },
) => Promise<Opened>;

const milliseconds = 5000;
const most = 10_000;

/**
 * Remembered for seconds and in this process only: a token that proves nothing yet, and that the first gesture replaces.
 * Where it was replaced or ended meanwhile a new session is opened.
 */
export function createOpenings(mfa: Mfa, clock: Clock): Openings {
  const kept = new Map<string, { readonly until: Instant; readonly opened: Promise<Opened> }>();
  const open = (request: CanonicalRequest, account: AccountId): Promise<Opened> =>
    mfa.sessions.open(account, agentOf(request));
  const keep = (key: string, opened: Promise<Opened>): Promise<Opened> => {
    const now = clock.now();
    for (const [old, { until }] of kept) {
      if (until > now && kept.size < most) break;
      kept.delete(old);
    }
    kept.set(key, { until: (now + milliseconds) as Instant, opened });
    opened.catch(() => kept.delete(key));
    return opened;
  };
  return async (request, identity) => {
    const key = browserOf(request, identity);
    if (key === undefined) return open(request, identity.account);
    const known = kept.get(key);
    if (known === undefined || known.until <= clock.now()) return keep(key, open(request, identity.account));
    const opened = await known.opened;
    if ((await mfa.sessions.load(opened.token)) !== undefined) return opened;
    return keep(key, open(request, identity.account));
  };
}

/** Sources that know somebody by a secret in the request's own headers: whoever sends the same headers is the same browser. */
const bySecret = new Set(['portal-session', 'login-watched', 'jwt']);

/** What differs between the requests of one browser. */
const varying =
  /^(sec-fetch-|accept|content-|if-|referer$|origin$|cache-control$|pragma$|upgrade-insecure|priority$|connection$|sec-purpose$|x-requested-with$|transfer-encoding$|expect$|range$)/;

function browserOf(
  { headers }: CanonicalRequest,
  { account, source }: Identity & { readonly kind: 'account' },
): string | undefined {
  if (!bySecret.has(source)) return undefined;
  const same = [...headers].filter(([name]) => !varying.test(name)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([account, same]))
    .digest('base64');
}
