// Lies a provider, or somebody between it and us, may tell: each changes what the real provider answers, and signs it again
// with the provider's own key unless the lie is about the key.
import { createHmac } from 'node:crypto';
import { importJWK, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import type { Alter } from './provider-site.ts';

export type Claims = Record<string, unknown>;

interface Tokens {
  readonly id_token: string;
}

function hasIdToken(body: unknown): body is Tokens {
  return typeof body === 'object' && body !== null && 'id_token' in body && typeof body.id_token === 'string';
}

function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims;
}

/** Signs claims as the provider does. */
export async function signedBy(
  key: JWK | undefined,
  claims: Claims,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  if (key === undefined) throw new TypeError('the provider has no key');
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', ...(key.kid !== undefined && { kid: key.kid }), ...header })
    .sign(await importJWK(key, 'RS256'));
}

/** Changes claims of the ID token; the rest stays true. */
export function idTokenSays(change: (claims: Claims) => Claims): Alter {
  return async (_path, body, keys) =>
    hasIdToken(body) ? { ...body, id_token: await signedBy(keys[0], change(claimsOf(body.id_token))) } : body;
}

/** Replaces the whole token, for lies about its signature. */
export function idTokenIs(make: (claims: Claims, token: string) => Promise<string> | string): Alter {
  return async (_path, body) =>
    hasIdToken(body) ? { ...body, id_token: await make(claimsOf(body.id_token), body.id_token) } : body;
}

export function userinfoSays(change: (claims: Claims) => Claims): Alter {
  return async (path, body) => (path === '/me' ? change(body as Claims) : body);
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function unsigned(claims: Claims): string {
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

/** Signed with a text both sides know: the client's id, its secret, or the provider's public key as a text. */
export function signedWithText(claims: Claims, text: string): string {
  const input = `${part({ alg: 'HS256' })}.${part(claims)}`;
  return `${input}.${createHmac('sha256', text).update(input).digest('base64url')}`;
}

export function without(name: string): (claims: Claims) => Claims {
  return ({ [name]: _gone, ...rest }) => rest;
}

export function withClaim(name: string, value: unknown): (claims: Claims) => Claims {
  return (claims) => ({ ...claims, [name]: value });
}
