// Identity from a token the portal's own sign-in issued (JWT, RFC 7519, RFC 8725). jose checks the signature; here is
// what it leaves to its caller: pinned algorithms and types, keys from the issuer's set alone, strict JSON, one spelling.

import { createHash } from 'node:crypto';
import { type Clock, type Instant, parseAccountId, type Seconds } from '@palier/mfa-core';
import { errors, jwtVerify } from 'jose';
import { keepNewest } from '../bounded-map.ts';
import type { AccountPointers } from '../config/account-pointers.ts';
import type { Carrier } from '../config/identity-settings.ts';
import { readPointer } from '../request/json-pointer.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { type JsonValue, parseStrictJson } from '../request/strict-json.ts';
import { credentialOf } from './carrier.ts';
import type { Identity, IdentitySource } from './identity.ts';
import type { JwtAlgorithm, KeySet } from './jwks.ts';

export interface JwtRules {
  readonly carrier: Carrier;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly JwtAlgorithm[];
  /** Values of the `typ` header that are access to this portal; undefined among them: it may be missing. */
  readonly types: readonly (string | undefined)[];
  readonly pointers: AccountPointers;
  /** Difference of clocks tolerated for exp and nbf. */
  readonly tolerance: Seconds;
}

interface Verified {
  readonly identity: Identity;
  /** When the token runs out, tolerance included. */
  readonly until: Instant;
}

interface Kept extends Verified {
  readonly generation: number;
}

const capacity = 50_000;
const anonymous: Identity = { kind: 'anonymous' };

/**
 * A token that does not hold is nobody, like none. Keys that cannot be read reject: that is a 503. A token is verified
 * once and then known by its digest until it runs out or the issuer's keys change.
 */
export function jwtIdentity(
  rules: JwtRules,
  keys: KeySet,
  clock: Clock,
): IdentitySource & { forget(): void } {
  const kept = new Map<string, Kept>();
  const under = new Map<string, Promise<Verified | undefined>>();
  const identify = async (request: CanonicalRequest): Promise<Identity> => {
    const token = tokenOf(request, rules.carrier);
    if (token === undefined) return anonymous;
    const generation = await keys.generation();
    const digest = createHash('sha256').update(token).digest('base64');
    const known = kept.get(digest);
    if (known?.generation === generation && clock.now() < known.until) return known.identity;
    const verifying = under.get(digest) ?? verified(rules, keys, token, clock.now());
    under.set(digest, verifying);
    const found = await verifying.finally(() => under.delete(digest));
    kept.delete(digest);
    if (found === undefined) return anonymous;
    keepNewest(kept, digest, { ...found, generation }, capacity);
    return found.identity;
  };
  return Object.assign(identify, { forget: () => kept.clear() });
}

function tokenOf(request: CanonicalRequest, carrier: Carrier): string | undefined {
  const value = credentialOf(request, carrier);
  if (carrier.kind === 'cookie' || carrier.name !== 'authorization') return value;
  return /^Bearer +(\S+)$/i.exec(value ?? '')?.[1];
}

async function verified(
  rules: JwtRules,
  keys: KeySet,
  token: string,
  now: Instant,
): Promise<Verified | undefined> {
  const parts = partsOf(token);
  const algorithm = rules.algorithms.find((name) => name === textAt(parts?.header, '/alg'));
  const typed = parts !== undefined && rules.types.includes(typeOf(parts.header));
  if (parts === undefined || algorithm === undefined || !typed) return undefined;
  // Only the key's name is taken from the token, never the key: jwk, jku, x5u and x5c are not looked at.
  const key = await keys.find(algorithm, textAt(parts.header, '/kid'));
  if (key === undefined) return undefined;
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer: rules.issuer,
      audience: rules.audience,
      clockTolerance: rules.tolerance,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    const until = ((payload.exp ?? 0) + rules.tolerance) * 1000;
    const identity = identityIn(parts.payload, rules.pointers);
    return identity && { identity, until: until as Instant };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

interface Parts {
  readonly header: JsonValue;
  readonly payload: JsonValue;
}

const limits = { depth: 16, members: 1000 };

/** Three parts in the one spelling of base64url, the first two strict JSON: no key twice for two readers to choose from. */
function partsOf(token: string): Parts | undefined {
  const parts = token.split('.');
  const bytes = parts.map((part) => Buffer.from(part, 'base64url'));
  if (parts.length !== 3 || bytes.some((part, index) => part.toString('base64url') !== parts[index]))
    return undefined;
  const [header, payload] = bytes.slice(0, 2).map((part) => parseStrictJson(part, limits));
  const sound =
    header !== undefined && payload !== undefined && !('refused' in header) && !('refused' in payload);
  return sound ? { header, payload } : undefined;
}

/** RFC 7515 section 4.1.9: `application/at+jwt` may be written `at+jwt`; media types have no case. */
function typeOf(header: JsonValue): string | undefined {
  return textAt(header, '/typ')
    ?.toLowerCase()
    .replace(/^application\//, '');
}

/** Undefined for a token that names no account: one made for a machine, say. */
function identityIn(claims: JsonValue, pointers: AccountPointers): Identity | undefined {
  const text = (pointer: string | undefined): string | undefined =>
    pointer === undefined ? undefined : textAt(claims, pointer);
  const account = parseAccountId(text(pointers.account) ?? '');
  if (account === undefined) return undefined;
  return {
    kind: 'account',
    account,
    class: text(pointers.class) ?? 'default',
    organisation: text(pointers.organisation),
    groups: pointers.groups === undefined ? [] : textsAt(claims, pointers.groups),
    displayName: text(pointers.name) ?? account,
    source: 'jwt',
  };
}

function textAt(value: JsonValue | undefined, pointer: string): string | undefined {
  const [first, ...others] = value === undefined ? [] : textsAt(value, pointer);
  return others.length === 0 ? first : undefined;
}

function textsAt(value: JsonValue, pointer: string): readonly string[] {
  const found = readPointer(value, pointer);
  return 'refused' in found ? [] : found.flatMap((one) => (one.kind === 'string' ? [one.text] : []));
}
