// The signed word to the portal on who asks and what they proved: `Palier-Assertion`, a JWT (ES256) of at most 60 s,
// signed once per session state and half minute, or once per request where a route binds it.
import { createHash } from 'node:crypto';
import { type Clock, type Instant, makeProofId, type Proof, type Random } from '@palier/mfa-core';
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { PermitTerms } from '../gate/permit.ts';

/** Private JWKs (EC P-256), the signing one first; the others are only published, so that verifiers see two during a rotation. */
export type AssertionKeys = readonly [JWK, ...JWK[]];

export interface AssertionSigner {
  /** Undefined for anonymous requests: there is nobody to speak of. */
  sign(terms: PermitTerms): Promise<string | undefined>;
  jwks(): { readonly keys: readonly JWK[] };
}

export async function makeAssertionKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) };
}

export interface SignerSetting {
  readonly keys: AssertionKeys;
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
  readonly random: Random;
}

const lifetimeSeconds = 60;
const mostKept = 20_000;

export async function createAssertionSigner(setting: SignerSetting): Promise<AssertionSigner> {
  const key = await importJWK(setting.keys[0], 'ES256');
  if (key instanceof Uint8Array) throw new TypeError('the assertion key is an EC P-256 private JWK');
  const kept = new Map<string, { readonly token: Promise<string>; readonly until: Instant }>();
  const sign = async (terms: PermitTerms): Promise<string | undefined> => {
    if (terms.identity.kind === 'anonymous') return undefined;
    if (terms.matched.route.bind === 'request') return signed(setting, key, terms, setting.clock.now());
    const now = setting.clock.now();
    const name = `${terms.identity.account}\n${terms.session?.id ?? ''}\n${terms.session?.proofs.map(({ id }) => id).join() ?? ''}`;
    const known = kept.get(name);
    if (known !== undefined && now < known.until) return known.token;
    if (kept.size >= mostKept) kept.clear();
    const token = signed(setting, key, terms, now);
    kept.set(name, { token, until: (now + 30_000) as Instant });
    token.catch(() => kept.delete(name));
    return token;
  };
  const published = setting.keys.map(({ d: _private, ...open }) => open);
  return { sign, jwks: () => ({ keys: published }) };
}

function signed(setting: SignerSetting, key: CryptoKey, terms: PermitTerms, now: Instant): Promise<string> {
  const { identity, session, request, matched } = terms;
  const seconds = Math.floor(now / 1000);
  const proofs = session?.proofs ?? [];
  const newest = proofs.reduce<Proof | undefined>((best, proof) => (best === undefined || proof.at > best.at ? proof : best), undefined);
  const claims = {
    acr: acrOf(proofs), amr: [...new Set(['pwd', ...proofs.flatMap(amrOf)])],
    ...(newest !== undefined && { auth_time: Math.floor(newest.at / 1000) }), ...(session !== undefined && { sid: session.id }),
    ...(matched.route.bind === 'request' && { jti: makeProofId(setting.random), htm: request.method, path_digest: createHash('sha256').update(request.target).digest('base64url') }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'palier-assertion+jwt', kid: setting.keys[0].kid ?? '' })
    .setIssuer(setting.issuer).setAudience(setting.audience).setSubject(identity.kind === 'account' ? identity.account : '')
    .setIssuedAt(seconds).setExpirationTime(seconds + lifetimeSeconds)
    .sign(key);
}

function acrOf(proofs: readonly Proof[]): string {
  if (proofs.some((proof) => proof.kind === 'card' || (proof.kind === 'webauthn' && proof.cardClass))) return 'phrh';
  if (proofs.some((proof) => proof.kind === 'webauthn')) return 'phr';
  return proofs.length > 0 ? 'mfa' : 'pwd';
}

/** RFC 8176 names. A recovery code is a one-time password that was printed. */
function amrOf(proof: Proof): readonly string[] {
  if (proof.kind === 'card') return ['sc', 'mfa'];
  if (proof.kind === 'webauthn') return [proof.deviceBound ? 'hwk' : 'swk', 'user', 'mfa'];
  return ['otp', 'mfa'];
}
