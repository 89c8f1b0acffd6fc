// The one door. `decide` is the only caller of the stages and the only mint of a permit; HTTP, WebSocket and
// forward-auth are thin adapters over it. Read it from top to bottom: it is the way of a request.
import { assess, bestProof, elapsed, type Proof, type Session } from '@palier/mfa-core';
import type { CountedRecord } from '../budget/record-rule.ts';
import { recordsOfRequest } from '../budget/records.ts';
import type { Identity } from '../identity/identity.ts';
import { admit } from '../policy/admit.ts';
import { holds } from '../policy/conditions.ts';
import { matchRoute, undeclared } from '../policy/policy.ts';
import type { Route } from '../policy/route.ts';
import { cookieValue } from '../request/cookies.ts';
import type { BodySource, CanonicalRequest, Refusal } from '../request/request.ts';
import type { Attempted } from '../sign-in/attempt.ts';
import type { Decision } from './decision.ts';
import type { Denial } from './denial.ts';
import { isForeignLink } from './foreign-links.ts';
import type { Gate } from './gate.ts';
import { mayLeave } from './leaving.ts';
import { pay } from './payment.ts';
import { mintPermit } from './permit.ts';
import { sessionCookie } from './session-cookie.ts';

type Account = Identity & { readonly kind: 'account' };

/**
 * Decides what becomes of a canonical request. Rejects when a dependency is broken (store, portal's who-am-I): the
 * caller answers 503 and nothing is sent. In observe mode the same stages run, each denial is remembered in the permit,
 * and the request goes on.
 */
export async function decide(gate: Gate, request: CanonicalRequest, body: BodySource): Promise<Decision> {
  const objections: Denial[] = [];
  let identity: Identity = anonymous;
  const stops = (denial: Denial | undefined): denial is Denial => {
    if (denial === undefined) return false;
    objections.push(denial);
    gate.observer?.note(denial, gate.clock.now(), identity);
    return gate.observer === undefined;
  };

  const found = matchRoute(gate.policy, request);
  const matched = 'refusal' in found ? undeclared(gate.policy) : found;
  const { route } = matched;
  const misfit =
    'refusal' in found ? refused(found.refusal, undefined) : refused(admit(matched, request), route);
  if (misfit !== undefined && gate.observer === undefined) return misfit;

  // A sign-out is open to everybody, yet ends the session of whoever signs out: that one must be known.
  if (route.requirement.kind !== 'open' || route.signsOut) identity = await gate.identify(request);
  // Only where it goes on is it known whose request this is; it is counted under that class.
  if (stops(misfit)) return misfit;
  // Also where the gateway only observes: the operator said so.
  const stopped = await gate.stops.holding({ route: route.id, identity });
  if (stopped !== undefined && !mayLeave(stopped, route))
    return refused({ status: 403, reason: 'stopped', close: false }, route);
  const stranger = strangerTo(route, identity, request, gate);
  if (stops(stranger)) return stranger;

  const session = identity.kind === 'account' ? await sessionOf(gate, request, identity) : undefined;
  const short = tooLittle(gate, route, identity, session);
  if (stops(short)) return short;
  // After the gesture: whoever must make one first comes back from a page of ours.
  const foreign = isForeignLink(request, route, gate.foreignLinks) ? refused(elsewhere, route) : undefined;
  if (stops(foreign)) return foreign;
  const proof = provedBy(gate, session, identity, route);

  const counted =
    route.records.length === 0
      ? nothingRead
      : await recordsOfRequest(matched, request, (limit) => body.read(limit), gate.recordKeys);
  const unread = 'refusal' in counted ? refused(counted.refusal, route) : undefined;
  if (stops(unread)) return unread;
  const { records, bytes } = 'refusal' in counted ? nothingRead : counted;

  const paid =
    identity.kind === 'account' && records.length > 0
      ? await pay(gate, { request, matched, identity, proof }, records)
      : undefined;
  if (stops(paid?.denial)) return paid.denial;

  const tried =
    route.signIn && (await gate.signIns.attempt(route.signIn, request, (limit) => body.read(limit)));
  const guessing = tried && guessedTooOften(gate, route, tried);
  if (stops(guessing)) return guessing;
  const signIn = tried?.outcome === 'counted' ? tried.attempt : undefined;

  return {
    kind: 'forward',
    permit: mintPermit({
      request,
      matched,
      identity,
      session,
      proof,
      records,
      signIn,
      body: tried?.bytes ?? bytes,
      wouldBe: objections,
      exemption: paid?.exemption,
    }),
  };
}

const anonymous: Identity = { kind: 'anonymous' };
const elsewhere: Refusal = { status: 403, reason: 'opened-from-elsewhere', close: false };
const nothingRead: { readonly records: readonly CountedRecord[]; readonly bytes: undefined } = {
  records: [],
  bytes: undefined,
};

function refused(refusal: Refusal, route: Route | undefined): Denial;
function refused(refusal: Refusal | undefined, route: Route | undefined): Denial | undefined;
function refused(refusal: Refusal | undefined, route: Route | undefined): Denial | undefined {
  return refusal && { kind: 'refuse', refusal, route };
}

/** A guess at a login that must wait, or a form in which two readers would find two logins. */
function guessedTooOften(gate: Gate, route: Route, tried: Attempted): Denial | undefined {
  if (tried.outcome === 'counted' || tried.outcome === 'none') return undefined;
  if (tried.outcome === 'refused') return refused(tried.refusal, route);
  return { kind: 'slow-down', route, retryAfter: elapsed(gate.clock.now(), tried.until), cap: 'sign-in' };
}

/** Nobody is signed in where somebody must be, or the route is not for this account, network or hour. */
function strangerTo(
  route: Route,
  identity: Identity,
  request: CanonicalRequest,
  gate: Gate,
): Denial | undefined {
  if (identity.kind === 'anonymous' && route.requirement.kind !== 'open') return { kind: 'sign-in', route };
  const met = route.conditions.every((condition) =>
    holds(condition, identity, request.peer, gate.clock.now()),
  );
  return met ? undefined : refused({ status: 403, reason: 'condition-not-met', close: false }, route);
}

/**
 * The gateway's session of this account in this browser. A cookie of another account proves nothing here and its
 * session ends: two people at one counter do not inherit each other's proofs (A214).
 */
async function sessionOf(
  gate: Gate,
  request: CanonicalRequest,
  identity: Account,
): Promise<Session | undefined> {
  const cookie = cookieValue(request.headers.get('cookie'), sessionCookie);
  const session =
    cookie === undefined || cookie === 'duplicate' ? undefined : await gate.mfa.sessions.load(cookie);
  if (session === undefined || session.account === identity.account) return session;
  await gate.mfa.sessions.end(session, 'other-account');
  return undefined;
}

/** What counts as proved: the session's proofs, and in observe mode the gesture assumed where one would have been asked. */
function proofsOf(gate: Gate, session: Session | undefined, identity: Account): readonly Proof[] {
  return [...(session?.proofs ?? []), ...(gate.observer?.assumed(identity.account) ?? [])];
}

/** The freshest proof the route accepts: it pays for what the request sees. */
function provedBy(
  gate: Gate,
  session: Session | undefined,
  identity: Identity,
  { requirement }: Route,
): Proof | undefined {
  if (requirement.kind !== 'step-up' || identity.kind === 'anonymous') return undefined;
  return bestProof(proofsOf(gate, session, identity), requirement);
}

function tooLittle(
  gate: Gate,
  route: Route,
  identity: Identity,
  session: Session | undefined,
): Denial | undefined {
  const { requirement } = route;
  if (identity.kind === 'anonymous' || requirement.kind !== 'step-up') return undefined;
  const shortfall = assess(proofsOf(gate, session, identity), requirement, gate.clock.now());
  return shortfall && { kind: 'step-up', route, identity, requirement, because: shortfall.reason };
}
