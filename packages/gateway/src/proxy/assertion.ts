// The signed word to the portal on who asks and what they proved: `Palier-Assertion`, a JWT (ES256) of at most 60 s,
// signed once per session state and half minute, or once per request where a route binds it. jose signs.
import { createHash } from 'node:crypto';
import { type Clock, type Instant, makeProofId, type Proof, type Random } from '@palier/mfa-core';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';
import type { PermitTerms } from '../gate/permit.ts';

/**
 * Private JWKs (EC P-256): the first signs, the others are only published. Verifiers must know a key before it signs and
 * must be able to check what it signed a minute ago, so two are live at any time.
 */
export type AssertionKeys = readonly [JWK, ...JWK[]];

export interface AssertionSigner {
  /** Undefined for anonymous requests: there is nobody to speak of. */
  sign(terms: PermitTerms): Promise<string | undefined>;
  /** The public halves (RFC 7517), the signing one first. */
  jwks(): { readonly keys: readonly JWK[] };
}

export interface SignerSetting {
  readonly keys: AssertionKeys;
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Names of the three classes of proof in `acr`; `mfa`, `phr` and `phrh` unless the portal knows others. */
  readonly acr?: AcrNames;
}

export interface AcrNames {
  readonly mfa: string;
  readonly phr: string;
  readonly phrh: string;
}

const lifetimeSeconds = 60;
const halfMinute = 30_000;

export async function makeAssertionKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) };
}

/**
 * The next key takes over and a fresh one waits behind it, published; the old one stays published once more. With one
 * key the fresh one only waits: nobody could have fetched it yet.
 */
export function rotateAssertionKeys(keys: AssertionKeys, fresh: JWK): AssertionKeys {
  const [current, next] = keys;
  return next === undefined ? [current, fresh] : [next, fresh, current];
}

/** Rejects with a TypeError when a key is no EC P-256 private JWK or has no `kid`. */
export async function createAssertionSigner(setting: SignerSetting): Promise<AssertionSigner> {
  const keys = await Promise.all(setting.keys.map(imported));
  const [key] = keys;
  if (key === undefined) throw new TypeError('there is no assertion key');
  const kept = createKept();
  const sign = async (terms: PermitTerms): Promise<string | undefined> => {
    if (terms.identity.kind === 'anonymous') return undefined;
    const now = setting.clock.now();
    if (terms.matched.route.bind === 'request') return signed(setting, key, terms, now);
    return kept(nameOf(terms), now, () => signed(setting, key, terms, now));
  };
  const published = setting.keys.map(publicHalf);
  return { sign, jwks: () => ({ keys: published }) };
}

async function imported(jwk: JWK): Promise<CryptoKey> {
  const sound =
    jwk.kty === 'EC' && jwk.crv === 'P-256' && typeof jwk.d === 'string' && typeof jwk.kid === 'string';
  const key = sound ? await importJWK(jwk, 'ES256') : undefined;
  if (key === undefined || key instanceof Uint8Array)
    throw new TypeError('an assertion key is an EC P-256 private JWK');
  return key;
}

function publicHalf({ kty, crv, x, y, kid }: JWK): JWK {
  return { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } as JWK;
}

/** What the claims of a session-bound assertion depend on, besides the time. */
function nameOf({ identity, session }: PermitTerms): string {
  const account = identity.kind === 'account' ? identity.account : '';
  let name = `${account}\n${session?.id ?? ''}`;
  for (const { id } of session?.proofs ?? []) name += `\n${id}`;
  return name;
}

/**
 * Keeps what was signed in this half minute and forgets it all at the next: whoever gets one has at least half of its
 * life left, and only sessions active right now cost memory.
 */
function createKept(): (name: string, now: Instant, make: () => Promise<string>) => Promise<string> {
  let since = 0;
  let kept = new Map<string, Promise<string>>();
  return (name, now, make) => {
    if (now - since >= halfMinute || now < since) [since, kept] = [now, new Map()];
    const known = kept.get(name);
    if (known !== undefined) return known;
    const [token, signedInto] = [make(), kept];
    kept.set(name, token);
    token.catch(() => signedInto.delete(name));
    return token;
  };
}

function signed(setting: SignerSetting, key: CryptoKey, terms: PermitTerms, now: Instant): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return new SignJWT({
    ...claimsOf(terms, setting),
    ...(terms.matched.route.bind === 'request' && bindingOf(terms, setting)),
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'palier-assertion+jwt', kid: setting.keys[0].kid ?? '' })
    .setIssuer(setting.issuer)
    .setAudience(setting.audience)
    .setSubject(terms.identity.kind === 'account' ? terms.identity.account : '')
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + lifetimeSeconds)
    .sign(key);
}

function claimsOf({ session }: PermitTerms, { acr }: SignerSetting): Readonly<Record<string, unknown>> {
  const proofs = session?.proofs ?? [];
  const newest = Math.max(...proofs.map(({ at }) => at));
  return {
    acr: acrOf(proofs, acr ?? { mfa: 'mfa', phr: 'phr', phrh: 'phrh' }),
    amr: [...new Set(['pwd', ...proofs.flatMap(amrOf)])],
    ...(proofs.length > 0 && { auth_time: Math.floor(newest / 1000) }),
    ...(session !== undefined && { sid: session.id }),
  };
}

/** Makes the assertion worthless for any other request: the portal compares, and remembers `jti` for a minute. */
function bindingOf({ request }: PermitTerms, { random }: SignerSetting): Readonly<Record<string, unknown>> {
  const digest = createHash('sha256').update(request.target).digest('base64url');
  return { jti: makeProofId(random), htm: request.method, path_digest: digest };
}

function acrOf(proofs: readonly Proof[], names: AcrNames): string {
  if (proofs.some((proof) => proof.kind === 'card' || (proof.kind === 'webauthn' && proof.cardClass)))
    return names.phrh;
  if (proofs.some((proof) => proof.kind === 'webauthn')) return names.phr;
  return proofs.length > 0 ? names.mfa : 'pwd';
}

/** RFC 8176 names. A recovery code is a one-time password that was printed. */
function amrOf(proof: Proof): readonly string[] {
  if (proof.kind === 'card') return ['sc', 'mfa'];
  if (proof.kind === 'webauthn') return [proof.deviceBound ? 'hwk' : 'swk', 'user', 'mfa'];
  return ['otp', 'mfa'];
}
