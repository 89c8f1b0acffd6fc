// The act of proving a second factor in a session: offer, judge, elevate. Guesses are counted before they are judged
// (attempts.ts), each kind is judged in code-proof.ts and key-proof.ts, assurance.ts says what the proof is worth.
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { actionDigest, challengeBytes } from './action.ts';
import { type AddedLately, addedLately } from './added-lately.ts';
import type { Proof, ProofKind } from './assurance.ts';
import { type Refused, refuse } from './attempts.ts';
import { challengeLifetimes } from './challenge.ts';
import { type CodeAnswer, proveCode, type Shown } from './code-proof.ts';
import { type Factor, isUsable, type WebAuthnFactor } from './factor.ts';
import { type ChallengeId, makeChallengeId, makeProofId, type SessionToken } from './ids.ts';
import { type KeyAnswer, proveKey } from './key-proof.ts';
import { emit, named, type Parts, whoseOf } from './parts.ts';
import type { Session } from './session.ts';
import type { Sessions } from './session-lifecycle.ts';
import { after, type Instant } from './time.ts';
import { assertionOptions } from './webauthn/assertion.ts';

/** What a page or program sends. Everything in it is unchecked, its kind too. */
export type StepUpAnswer = CodeAnswer | KeyAnswer;

/** What the account can use now. */
export interface StepUpOffer {
  /** To be sent back with the assertion; gone after five minutes or one answer. */
  readonly challenge: ChallengeId;
  /** What the account can use now, strongest first. Empty when it holds nothing that counts yet. */
  readonly kinds: readonly ProofKind[];
  /** What was added within the last seven days, newest first, for the page to say; not the account's first enrolment. */
  readonly addedLately: readonly AddedLately[];
  /** Options for `navigator.credentials.get`, when a passkey or security key can be used. */
  readonly webauthn?: PublicKeyCredentialRequestOptionsJSON;
}

/** A proof was given and the session elevated. */
export interface SteppedUp {
  readonly outcome: 'stepped-up';
  readonly session: Session;
  /** The only token that opens the session from now on. */
  readonly token: SessionToken;
  readonly proof: Proof;
}

/** Elevated, or refused. */
export type StepUpOutcome = SteppedUp | Refused;

/** The act of proving a second factor. */
export interface StepUp {
  /**
   * Offers a ceremony. With `action`, the text of what is being approved, its digest goes into the challenge, only a
   * key can answer, and the answer must name the same action.
   */
  begin(session: Session, request?: { readonly action?: string }): Promise<StepUpOffer>;
  /**
   * Judges an answer as it came in and elevates the session. Every way to be wrong is `refused`, with equal work for
   * a wrong code, a locked account and no factor at all; the reason is for the log. Of parallel right answers with
   * one token exactly one gets `stepped-up`.
   */
  complete(token: string, answer: StepUpAnswer): Promise<StepUpOutcome>;
}

/** Proofs of card class, verified by the caller. */
export interface Card {
  /**
   * Takes a proof of card class that the caller has verified itself: a client certificate at the TLS layer, or an
   * identity provider's signed token. `evidence` says which, for the log (`certificate:<fingerprint>`, `oidc:<issuer>`);
   * `at` is when the person acted (`auth_time`), now if not given, and never later than now.
   */
  prove(token: string, evidence: string, at?: Instant): Promise<StepUpOutcome>;
}

export function createStepUp(parts: Parts, sessions: Sessions): StepUp {
  return {
    begin: (session, request) => begin(parts, session, request?.action),
    complete: (token, answer) => complete(parts, sessions, token, answer),
  };
}

export function createCard(parts: Parts, sessions: Sessions): Card {
  return { prove: (token, evidence, at) => proveCard(parts, sessions, { token, evidence, at }) };
}

async function begin(parts: Parts, session: Session, action: string | undefined): Promise<StepUpOffer> {
  const now = parts.clock.now();
  const factors = await parts.stores.factors.list(session.account);
  const usable = factors.filter((factor) => isUsable(factor, now));
  const challenge = makeChallengeId(parts.random);
  const kinds = kindsOf(usable).filter((kind) => action === undefined || kind === 'webauthn');
  const keys = usable.filter((factor) => factor.kind === 'webauthn');
  const offer = { challenge, kinds, addedLately: addedLately(factors, now) };
  if (keys.length === 0) return offer;
  return { ...offer, webauthn: await offerKeys(parts, session, { id: challenge, keys, action }) };
}

/** Strongest first; a recovery set counts while it has codes left. */
function kindsOf(usable: readonly Factor[]): readonly ProofKind[] {
  const held = new Set(
    usable
      .filter((factor) => factor.kind !== 'recovery-code' || factor.codes.length > 0)
      .map(({ kind }) => kind),
  );
  return (['webauthn', 'totp', 'recovery-code'] as const).filter((kind) => held.has(kind));
}

interface KeyOffer {
  readonly id: ChallengeId;
  readonly keys: readonly WebAuthnFactor[];
  readonly action: string | undefined;
}

async function offerKeys(
  parts: Parts,
  session: Session,
  { id, keys, action }: KeyOffer,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const bytes = challengeBytes(parts.random(32), action);
  const challenge = Buffer.from(bytes).toString('base64url');
  const payload = action === undefined ? { challenge } : { challenge, action: actionDigest(action) };
  const expiresAt = after(parts.clock.now(), challengeLifetimes['step-up']);
  await parts.stores.challenges.put({
    id,
    purpose: 'step-up',
    session: session.id,
    account: session.account,
    expiresAt,
    payload,
  });
  return assertionOptions({ relyingParty: parts.relyingParty, challenge: bytes, allow: keys });
}

async function complete(
  parts: Parts,
  sessions: Sessions,
  token: string,
  answer: StepUpAnswer,
): Promise<StepUpOutcome> {
  const session = await sessions.load(token);
  if (session === undefined) return { outcome: 'refused', reason: 'session-gone' };
  const shown = await prove(parts, session, answer);
  if (shown.outcome === 'refused') return shown;
  return elevateWith(parts, sessions, { session, token, proof: shown.proof, factor: shown.factor });
}

/**
 * A kind that is none of the three is refused, whatever the types say: a body handed on unread must not name its own
 * worth. A code beside an action is refused too: it cannot be bound to one, and the caller would take it for approval.
 */
function prove(parts: Parts, session: Session, answer: StepUpAnswer): Promise<Shown> {
  const kind: unknown = answer?.kind;
  if (kind === 'webauthn') return proveKey(parts, session, answer as KeyAnswer);
  const bound = (answer as { readonly action?: unknown } | undefined)?.action !== undefined;
  if ((kind !== 'totp' && kind !== 'recovery-code') || bound)
    return refuse(parts, session, 'step-up', 'malformed');
  return proveCode(parts, session, answer as CodeAnswer);
}

interface Presented {
  readonly token: string;
  readonly evidence: string;
  readonly at: Instant | undefined;
}

async function proveCard(
  parts: Parts,
  sessions: Sessions,
  { token, evidence, at }: Presented,
): Promise<StepUpOutcome> {
  const session = await sessions.load(token);
  if (session === undefined) return { outcome: 'refused', reason: 'session-gone' };
  const now = parts.clock.now();
  const acted = at !== undefined && at < now ? at : now;
  const proof: Proof = {
    kind: 'card',
    id: makeProofId(parts.random),
    at: acted,
    evidence: evidence.slice(0, 200),
  };
  return elevateWith(parts, sessions, { session, token, proof });
}

/** A verified proof on its way into a session. */
export interface Elevating {
  readonly session: Session;
  readonly token: string;
  readonly proof: Proof;
  readonly factor?: Factor;
}

/**
 * Tells the log, then elevates: a step-up the log did not take does not happen. A factor that was removed at this moment proves
 * nothing: who removes it ends the sessions that rest on it, and this one may have come to rest on it only afterwards.
 */
export async function elevateWith(
  parts: Parts,
  sessions: Sessions,
  { session, token, proof, factor }: Elevating,
): Promise<StepUpOutcome> {
  const which = factor === undefined ? {} : { factor: named(factor) };
  await emit(parts, whoseOf(session), { type: 'stepped-up', proof: proof.kind, ...which });
  const elevation = await sessions.elevate(token, proof);
  if (elevation.outcome === 'gone') return refuse(parts, session, 'step-up', 'session-gone');
  if (factor !== undefined && !(await isHeld(parts, factor))) {
    await sessions.end(elevation.session, 'factor-change');
    return refuse(parts, session, 'step-up', 'unknown-factor', { factor });
  }
  return { outcome: 'stepped-up', session: elevation.session, token: elevation.token, proof };
}

async function isHeld(parts: Parts, { account, id }: Factor): Promise<boolean> {
  return (await parts.stores.factors.list(account)).some((one) => one.id === id);
}
