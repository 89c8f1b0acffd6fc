// The act of proving a second factor in a session: begin offers, complete judges, and a right answer changes the
// session's token. How each kind is judged is in code-proof.ts and key-proof.ts; what it is worth, in assurance.ts.
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { actionDigest, challengeBytes } from './action.ts';
import type { Proof, ProofKind } from './assurance.ts';
import { type Refused, refuse } from './attempts.ts';
import { challengeLifetimes } from './challenge.ts';
import { type CodeAnswer, proveCode } from './code-proof.ts';
import { type Factor, isUsable } from './factor.ts';
import { type ChallengeId, makeChallengeId, type SessionToken } from './ids.ts';
import { type KeyAnswer, proveKey } from './key-proof.ts';
import { emit, named, type Parts, whoseOf } from './parts.ts';
import type { Session } from './session.ts';
import type { Sessions } from './session-lifecycle.ts';
import { after } from './time.ts';
import { assertionOptions } from './webauthn/assertion.ts';

/** What a page or program sends. Everything in it is unchecked. */
export type StepUpAnswer = CodeAnswer | KeyAnswer;

export type StepUpOutcome =
  | { readonly outcome: 'stepped-up'; readonly session: Session; readonly token: SessionToken; readonly proof: Proof }
  | Refused;

export interface StepUpBegun {
  readonly challenge: ChallengeId;
  /** Kinds the account can use now, strongest first. */
  readonly kinds: readonly ProofKind[];
  /** Options for `navigator.credentials.get`, when the account holds a key that can be used. */
  readonly webauthn: PublicKeyCredentialRequestOptionsJSON | undefined;
}

export interface StepUp {
  /** Starts a ceremony. `action` is the text that names the act being approved: its digest becomes part of the challenge. */
  begin(session: Session, options?: { readonly action?: string }): Promise<StepUpBegun>;
  /** Judges an answer. Of parallel right answers with one token exactly one gets `stepped-up`. */
  complete(token: string, answer: StepUpAnswer): Promise<StepUpOutcome>;
}

export function createStepUp(parts: Parts, sessions: Sessions): StepUp {
  return {
    begin: (session, options) => begin(parts, session, options?.action),
    complete: (token, answer) => complete(parts, sessions, token, answer),
  };
}

async function begin(parts: Parts, session: Session, action: string | undefined): Promise<StepUpBegun> {
  const now = parts.clock.now();
  const usable = (await parts.stores.factors.list(session.account)).filter((factor) => isUsable(factor, now));
  const id = makeChallengeId(parts.random);
  const bytes = challengeBytes(parts.random(32), action);
  const payload = { challenge: Buffer.from(bytes).toString('base64url'), ...(action !== undefined && { action: actionDigest(action) }) };
  const expiresAt = after(now, challengeLifetimes['step-up']);
  await parts.stores.challenges.put({ id, purpose: 'step-up', session: session.id, account: session.account, expiresAt, payload });
  const keys = usable.filter((factor) => factor.kind === 'webauthn');
  const webauthn = keys.length === 0 ? undefined : await assertionOptions({ relyingParty: parts.relyingParty, challenge: bytes, allow: keys });
  return { challenge: id, kinds: kindsOf(usable), webauthn };
}

function kindsOf(usable: readonly Factor[]): readonly ProofKind[] {
  const order = ['webauthn', 'totp', 'recovery-code'] as const;
  return order.filter((kind) => usable.some((factor) => factor.kind === kind && !(factor.kind === 'recovery-code' && factor.codes.length === 0)));
}

async function complete(parts: Parts, sessions: Sessions, token: string, answer: StepUpAnswer): Promise<StepUpOutcome> {
  const session = await sessions.load(token);
  if (session === undefined) return { outcome: 'refused', reason: 'session-gone' };
  const shown = answer.kind === 'webauthn' ? await proveKey(parts, session, answer) : await proveCode(parts, session, answer);
  if (shown.outcome === 'refused') return shown;
  const { proof, factor } = shown;
  await emit(parts, whoseOf(session), { type: 'stepped-up', proof: proof.kind, factor: named(factor) });
  const elevated = await sessions.elevate(token, proof);
  if (elevated.outcome === 'gone') return refuse(parts, session, 'step-up', 'session-gone');
  return { outcome: 'stepped-up', session: elevated.session, token: elevated.token, proof };
}
