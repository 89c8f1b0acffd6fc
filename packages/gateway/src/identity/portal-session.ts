// Identity from the portal's own session: the gateway shows the portal its cookie and asks who that is. The answer is
// kept for seconds, bound to that very cookie, and asked once however many requests wait for it.
import { createHash } from 'node:crypto';
import { type AccountId, type Clock, type Instant, parseAccountId } from '@palier/mfa-core';
import { cookieValue } from '../request/cookies.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { parseStrictJson, readPointer } from '../request/strict-json.ts';
import type { Identity, IdentitySource } from './identity.ts';

export interface PortalSessionRules {
  /** Name of the portal's session cookie. */
  readonly cookie: string;
  /** JSON pointers into the answer (RFC 6901). */
  readonly account: string;
  readonly class: string | undefined;
  readonly organisation: string | undefined;
  readonly groups: string | undefined;
  readonly name: string | undefined;
  readonly cacheMilliseconds: number;
}

/** Asks the portal's who-am-I with this cookie. Rejects when the portal is broken or slow. */
export type AskPortal = (
  cookieHeader: string,
) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

interface Kept {
  readonly until: Instant;
  readonly identity: Promise<Identity>;
}

const capacity = 50_000;

/**
 * 200 with an account is that account; 401, 403 and redirects are nobody; anything else, or an answer that cannot be
 * read, rejects: a portal that stammers must not look like a stranger nor like a friend.
 */
export function portalSession(
  rules: PortalSessionRules,
  ask: AskPortal,
  clock: Clock,
): IdentitySource & { forget(): void } {
  const kept = new Map<string, Kept>();
  const identify = (request: CanonicalRequest): Promise<Identity> => {
    const value = cookieValue(request.headers.get('cookie'), rules.cookie);
    if (value === undefined || value === 'duplicate') return Promise.resolve(anonymous);
    const key = createHash('sha256').update(value).digest('base64');
    const known = kept.get(key);
    if (known !== undefined && clock.now() < known.until) return known.identity;
    const identity = ask(`${rules.cookie}=${value}`).then((answer) => read(rules, answer));
    keep(kept, key, { until: (clock.now() + rules.cacheMilliseconds) as Instant, identity });
    identity.catch(() => kept.delete(key));
    return identity;
  };
  return Object.assign(identify, { forget: () => kept.clear() });
}

const anonymous: Identity = { kind: 'anonymous' };

function keep(kept: Map<string, Kept>, key: string, entry: Kept): void {
  kept.delete(key);
  kept.set(key, entry);
  const oldest = kept.size > capacity ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
}

function read(
  rules: PortalSessionRules,
  answer: { readonly status: number; readonly body: Uint8Array },
): Identity {
  if (answer.status === 401 || answer.status === 403 || (answer.status >= 300 && answer.status < 400))
    return anonymous;
  if (answer.status !== 200) throw new Error(`the portal's who-am-I answered ${answer.status}`);
  const json = parseStrictJson(answer.body, { depth: 16, members: 1000 });
  if ('refused' in json) throw new Error(`the portal's who-am-I is not sound JSON: ${json.refused}`);
  const text = (pointer: string | undefined): string | undefined =>
    pointer === undefined ? undefined : texts(json, pointer)[0];
  const account = accountOf(text(rules.account));
  if (account === undefined)
    throw new Error("the portal's who-am-I names no account at the pointer configured");
  return {
    kind: 'account',
    account,
    class: text(rules.class) ?? 'default',
    organisation: text(rules.organisation),
    groups: rules.groups === undefined ? [] : texts(json, rules.groups),
    displayName: text(rules.name) ?? account,
    source: 'portal-session',
  };
}

function accountOf(text: string | undefined): AccountId | undefined {
  return text === undefined ? undefined : parseAccountId(text);
}

function texts(json: Parameters<typeof readPointer>[0], pointer: string): readonly string[] {
  const found = readPointer(json, pointer);
  if ('refused' in found) return [];
  return found.flatMap((scalar) =>
    scalar.kind === 'string' || scalar.kind === 'number' ? [scalar.text] : [],
  );
}
