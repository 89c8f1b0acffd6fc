// What a portal behind the gateway does with `Palier-Assertion`: verify the JWT and learn who asks and what they proved.
// ES256 only, 60 seconds, exact issuer and audience (RFC 8725); a key of the token's own choosing is never read (A245).
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { type AssertionKeySet, keySetOf } from './assertion-keys.ts';
import { memoryReplays, type ReplayMemory } from './replay-memory.ts';
import { type Clock, instantOf, systemClock } from './time.ts';

export type { AssertionKeySet } from './assertion-keys.ts';
export { memoryReplays, type ReplayMemory } from './replay-memory.ts';

/** What the gateway says of a request. Times in seconds since the epoch, as in the token. */
export interface Assertion {
  /** The account, in the portal's own words. */
  readonly account: string;
  /** `mfa`, `phr` or `phrh` once a second factor was shown; `pwd` before. */
  readonly acr: string;
  /** RFC 8176 names. */
  readonly amr: readonly string[];
  /** When the newest proof was given; absent before there was one. */
  readonly authTime?: number;
  /** The gateway's session, for logs. */
  readonly session?: string;
}

/** Who asks, or why the header is none. */
export type AssertionVerdict =
  | { readonly outcome: 'verified'; readonly assertion: Assertion }
  | {
      readonly outcome: 'refused';
      readonly reason: 'missing' | 'malformed' | 'expired' | 'not-ours' | 'other-request' | 'replayed';
    };

/** The request an assertion bound to one (`bind: request`) must speak of. */
export interface BoundRequest {
  readonly method: string;
  /** Path and query exactly as they came in. */
  readonly target: string;
}

/** Whose assertions are believed. */
export interface VerifierSetting {
  /** The gateway's public origin, as in its configuration. */
  readonly issuer: string;
  /** What the gateway calls this portal. */
  readonly audience: string;
  /** Where the gateway publishes its keys (`https://.../.palier/jwks.json`), or the set itself. */
  readonly jwks: URL | AssertionKeySet;
  /** `request`: only assertions bound to this very request are accepted, each once. */
  readonly bind?: 'request';
  /** Where used ones are remembered with `bind`; this process's memory if not given. Several processes share `redisReplays`. */
  readonly replays?: ReplayMemory;
  /** Seconds the two clocks may differ; 5 if not given, 30 at most. */
  readonly clockTolerance?: number;
  readonly clock?: Clock;
  /** For tests and for networks that need a proxy; otherwise the global one. */
  readonly fetch?: typeof fetch;
}

/** Verifies the header of one request. */
export interface AssertionVerifier {
  /**
   * Judges the header's value. Rejects when something is broken: MfaError ERR_MFA_KEYS when no key set could be
   * fetched for a day, or whatever `replays` rejects with.
   */
  verify(token: string | undefined, request?: BoundRequest): Promise<AssertionVerdict>;
}

/** Makes a verifier; settings that make no sense are a TypeError. */
export function assertionVerifier(setting: VerifierSetting): AssertionVerifier {
  const { clockTolerance = 5, issuer, audience } = setting;
  if (!(clockTolerance >= 0 && clockTolerance <= 30))
    throw new TypeError('clockTolerance is 0 to 30 seconds');
  if (issuer === '' || audience === '') throw new TypeError('issuer and audience are not empty');
  const clock = setting.clock ?? systemClock;
  const keys = keySetOf(setting.jwks, clock, setting.fetch ?? fetch);
  const replays = setting.replays ?? memoryReplays();
  const claimsOf = async (token: string): Promise<JWTPayload> => {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['ES256'],
      typ: 'palier-assertion+jwt',
      issuer,
      audience,
      clockTolerance,
      maxTokenAge: 60,
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: new Date(clock.now()),
    });
    return payload;
  };
  return {
    verify: async (token, request) => {
      if (token === undefined || token === '') return { outcome: 'refused', reason: 'missing' };
      if (token.length > 4096 || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
        return { outcome: 'refused', reason: 'malformed' };
      const claims = await claimsOf(token).catch(refusalOf);
      if ('outcome' in claims) return claims as Refusal;
      if (setting.bind !== 'request') return read(claims);
      if (!speaksOf(claims, request)) return { outcome: 'refused', reason: 'other-request' };
      return (await isFirst(replays, claims, clock))
        ? read(claims)
        : { outcome: 'refused', reason: 'replayed' };
    },
  };
}

type Refusal = Extract<AssertionVerdict, { readonly outcome: 'refused' }>;

/** What is the token's fault becomes a value; what is ours goes on. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) return { outcome: 'refused', reason: 'expired' };
  if (error instanceof errors.JWTClaimValidationFailed)
    return { outcome: 'refused', reason: error.claim === 'iat' ? 'expired' : 'not-ours' };
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
    return { outcome: 'refused', reason: 'not-ours' };
  if (error instanceof errors.JOSEError) return { outcome: 'refused', reason: 'malformed' };
  throw error;
}

function read(claims: JWTPayload): AssertionVerdict {
  const {
    sub,
    acr,
    amr,
    auth_time: authTime,
    sid,
  } = claims as JWTPayload & Readonly<Record<string, unknown>>;
  const sound =
    typeof sub === 'string' &&
    sub !== '' &&
    typeof acr === 'string' &&
    Array.isArray(amr) &&
    amr.every((name) => typeof name === 'string');
  if (!sound) return { outcome: 'refused', reason: 'malformed' };
  const more = {
    ...(typeof authTime === 'number' && { authTime }),
    ...(typeof sid === 'string' && { session: sid }),
  };
  return { outcome: 'verified', assertion: { account: sub, acr, amr, ...more } };
}

/** Method and a digest of the exact target: an assertion for one look-up is none for another. */
function speaksOf(claims: JWTPayload, request: BoundRequest | undefined): boolean {
  if (request === undefined || typeof claims['jti'] !== 'string') return false;
  const digest = createHash('sha256').update(request.target).digest('base64url');
  return claims['htm'] === request.method && claims['path_digest'] === digest;
}

/** Each bound assertion once, kept a minute past its expiry: longer than any tolerance of the clocks. */
async function isFirst(
  replays: ReplayMemory,
  { jti = '', exp = 0 }: JWTPayload,
  clock: Clock,
): Promise<boolean> {
  return (await replays.remember(jti, instantOf((exp + 60) * 1000), clock.now())) === 'first';
}

const assertions = new WeakMap<IncomingMessage, Assertion>();

/** What the middleware verified for this request; undefined where it did not run. */
export function assertionOf(request: IncomingMessage): Assertion | undefined {
  return assertions.get(request);
}

/**
 * Express (or any Node) middleware: nothing without a valid assertion gets past it. 401 for the token's faults; a key
 * set that was never there goes to `next` as an error, which is no either.
 */
export function requireAssertion(
  setting: VerifierSetting,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  const { verify } = assertionVerifier(setting);
  return (request, response, next) => {
    const target =
      (request as IncomingMessage & { readonly originalUrl?: string }).originalUrl ?? request.url ?? '';
    verify(headerOf(request), { method: request.method ?? '', target }).then((verdict) => {
      if (verdict.outcome === 'refused') return refuse(response);
      assertions.set(request, verdict.assertion);
      next();
    }, next);
  };
}

/** Twice the header is none: which of them an app would read is anybody's guess. */
function headerOf(request: IncomingMessage): string | undefined {
  const all = request.headersDistinct['palier-assertion'];
  return all?.length === 1 ? all[0] : undefined;
}

function refuse(response: ServerResponse): void {
  response.statusCode = 401;
  response.setHeader('cache-control', 'no-store');
  response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
  response.setHeader('content-type', 'application/problem+json');
  response.end(
    `${JSON.stringify({ type: 'urn:palier:problem:assertion-required', title: 'Unauthorized', status: 401 })}\n`,
  );
}
