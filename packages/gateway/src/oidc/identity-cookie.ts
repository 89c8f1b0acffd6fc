// Who a provider said this is, for the requests after the sign-in: sealed in a cookie of ours, bound to the session that
// the sign-in opened, and worth nothing once that session ended, wherever it was ended. The provider is not asked again.
import {
  type AccountId,
  type Mfa,
  open,
  parseAccountId,
  parseSessionId,
  type Random,
  type SealingKeys,
  type Session,
  type SessionId,
  seal,
} from '@palier/mfa-core';
import type { AccountPointers } from '../config/account-pointers.ts';
import type { Identity } from '../identity/identity.ts';
import { cookieValue } from '../request/cookies.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { textIn, textsIn } from './claims.ts';
import type { Claims } from './provider.ts';

export const identityCookie = '__Host-palier-who';

/** Browsers keep 4096 bytes of a cookie; a longer one would be dropped without a word. */
const longest = 3500;

export type AccountIdentity = Identity & { readonly kind: 'account' };

/** What the claims say of the account; undefined when they name none. */
export function identityIn(
  claims: Claims,
  pointers: AccountPointers,
  source: string,
): AccountIdentity | undefined {
  const account = parseAccountId(textIn(claims, pointers.account) ?? '');
  if (account === undefined) return undefined;
  return {
    kind: 'account',
    account,
    class: textIn(claims, pointers.class) ?? 'default',
    organisation: textIn(claims, pointers.organisation),
    groups: pointers.groups === undefined ? [] : textsIn(claims, pointers.groups),
    displayName: textIn(claims, pointers.name) ?? account,
    source,
  };
}

export interface CookieKeys {
  readonly keys: SealingKeys;
  readonly random: Random;
}

/** The cookie's value; undefined when it would be too long to be kept. */
export function sealIdentity(
  { keys, random }: CookieKeys,
  session: SessionId,
  identity: AccountIdentity,
): string | undefined {
  const text = JSON.stringify({ ...identity, session });
  const sealed = seal(keys, Buffer.from(text), ['signed-in', identity.source], random);
  const value = `${Buffer.from(identity.source).toString('base64url')}~${sealed}`;
  return value.length > longest ? undefined : value;
}

/** A cookie as it came in: whose session it is bound to. */
export interface Recalled {
  readonly session: SessionId;
  readonly identity: AccountIdentity;
}

/** Undefined for no cookie, two of them, one of another source, and one that does not open. */
export function recall(keys: SealingKeys, source: string, request: CanonicalRequest): Recalled | undefined {
  const value = cookieValue(request.headers.get('cookie'), identityCookie);
  if (value === undefined || value === 'duplicate') return undefined;
  const [name = '', sealed = ''] = value.split('~');
  if (Buffer.from(name, 'base64url').toString('utf8') !== source) return undefined;
  const opened = openedText(keys, sealed, source);
  if (opened === undefined) return undefined;
  const { session, ...identity } = JSON.parse(opened) as AccountIdentity & { readonly session: string };
  const id = parseSessionId(session);
  return id && { session: id, identity };
}

function openedText(keys: SealingKeys, sealed: string, source: string): string | undefined {
  try {
    return Buffer.from(open(keys, sealed as Parameters<typeof open>[1], ['signed-in', source])).toString(
      'utf8',
    );
  } catch {
    // Forged, of another key, or cut: nobody, like none.
    return undefined;
  }
}

/** The live session a cookie is bound to, as the store has it now. */
export async function sessionOf(
  mfa: Mfa,
  { identity, session }: { readonly identity: { readonly account: AccountId }; readonly session: SessionId },
): Promise<Session | undefined> {
  return (await mfa.sessions.list(identity.account)).find(({ id }) => id === session);
}
