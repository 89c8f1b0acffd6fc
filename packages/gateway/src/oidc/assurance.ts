// What an ID token is worth: exactly what the operator wrote, and nothing otherwise. Reads acr, amr and auth_time of the
// verified ID token alone, never of userinfo or an access token (A223, A224, A226).
import type { Instant, Seconds } from '@palier/mfa-core';
import type { CardRule } from '../config/oidc-settings.ts';
import type { Claims } from './provider.ts';

export interface Ceremony {
  readonly begunAt: Instant;
  readonly now: Instant;
  /** How old a proof may be for what was asked. */
  readonly maxAge: Seconds;
  /** Difference of clocks tolerated. */
  readonly tolerance: Seconds;
}

export type Worth =
  /** `at`: when the person acted, by the provider's word; never later than now. */
  | { readonly outcome: 'card'; readonly at: Instant; readonly rule: CardRule }
  | {
      readonly outcome: 'nothing';
      readonly reason: 'acr' | 'amr' | 'auth-time-missing' | 'too-old' | 'future';
    };

/** Judges the claims by every rule; the first that holds counts. */
export function cardWorth(rules: readonly CardRule[], claims: Claims, ceremony: Ceremony): Worth {
  const { acr, amr } = claims;
  // A list, a number or a word that only looks alike is no acr of ours.
  const named = rules.filter((rule) => typeof acr === 'string' && rule.acr === acr);
  if (named.length === 0) return { outcome: 'nothing', reason: 'acr' };
  const shown = named.filter((rule) => showsAll(amr, rule.amr));
  if (shown.length === 0) return { outcome: 'nothing', reason: 'amr' };
  const judged = shown.map((rule) => timely(rule, claims['auth_time'], ceremony));
  return (
    judged.find(({ outcome }) => outcome === 'card') ?? judged[0] ?? { outcome: 'nothing', reason: 'acr' }
  );
}

function showsAll(amr: unknown, wanted: readonly string[] | undefined): boolean {
  if (wanted === undefined) return true;
  return Array.isArray(amr) && wanted.every((method) => amr.includes(method));
}

/**
 * With `within: 0` the person must have acted after the ceremony began: otherwise one morning's sign-in at the provider
 * would buy a fresh presence whenever it is asked for, with nobody there.
 */
function timely(rule: CardRule, authTime: unknown, ceremony: Ceremony): Worth {
  const { begunAt, now, maxAge, tolerance } = ceremony;
  if (typeof authTime !== 'number' || !Number.isFinite(authTime) || authTime <= 0)
    return { outcome: 'nothing', reason: 'auth-time-missing' };
  const acted = authTime * 1000;
  if (acted > now + tolerance * 1000) return { outcome: 'nothing', reason: 'future' };
  const oldest = rule.within === 0 ? begunAt : now - Math.min(rule.within, maxAge) * 1000;
  if (acted < oldest - tolerance * 1000) return { outcome: 'nothing', reason: 'too-old' };
  // What the tolerance let through is still too old for a route that asks for less.
  if (now - acted > maxAge * 1000 && rule.within > 0) return { outcome: 'nothing', reason: 'too-old' };
  return { outcome: 'card', at: Math.min(acted, now) as Instant, rule };
}

/** What to ask for so that a rule can hold. */
export function askedFor(
  rules: readonly CardRule[],
  maxAge: Seconds,
): { readonly acr: readonly string[]; readonly maxAge: number | undefined } {
  if (rules.length === 0) return { acr: [], maxAge: undefined };
  const longest = Math.max(...rules.map(({ within }) => within));
  return { acr: [...new Set(rules.map(({ acr }) => acr))], maxAge: Math.floor(Math.min(longest, maxAge)) };
}
