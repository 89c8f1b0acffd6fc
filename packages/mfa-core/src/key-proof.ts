// Judges an assertion of a passkey or security key. The challenge is spent by the first answer, right or wrong (A166);
// the signature comes first, the counter after it. No dummy here: who asks has read the account's credential ids in
// the offer, so the time taken tells nothing new.
import { actionDigest } from './action.ts';
import type { Proof } from './assurance.ts';
import { fail, reserve, succeed } from './attempts.ts';
import type { Challenge } from './challenge.ts';
import type { Shown } from './code-proof.ts';
import type { RefusalReason } from './events.ts';
import { isUsable, type WebAuthnFactor } from './factor.ts';
import { makeProofId, parseChallengeId } from './ids.ts';
import { emit, named, type Parts, whoseOf } from './parts.ts';
import type { Session } from './session.ts';
import { readAssertion, verifyRead } from './webauthn/assertion.ts';
import type { CredentialJson } from './webauthn/credential-json.ts';

export interface KeyAnswer {
  readonly kind: 'webauthn';
  /** The challenge id of `begin`, as it came back. */
  readonly challenge: unknown;
  /** What `navigator.credentials.get` gave, as JSON. */
  readonly response: unknown;
  /** The text the server itself composes of the act to be done; must be the one the ceremony began with. */
  readonly action?: string;
}

type Judged =
  | { readonly outcome: 'right'; readonly factor: WebAuthnFactor }
  | { readonly outcome: 'no'; readonly reason: RefusalReason; readonly factor: WebAuthnFactor | undefined };

const no = (reason: RefusalReason, factor?: WebAuthnFactor): Judged => ({ outcome: 'no', reason, factor });

/**
 * Counts the attempt, spends the challenge, judges. A right signature is taken also while wrong ones have to wait: it cannot
 * be guessed, and whoever has the password alone would otherwise keep the account's keys out with rubbish (A134).
 */
export async function proveKey(parts: Parts, session: Session, answer: KeyAnswer): Promise<Shown> {
  const attempt = await reserve(parts, session.account, 'key', 'step-up');
  const judged = await judge(parts, session, answer);
  if (judged.outcome === 'no') return fail(parts, session, attempt, judged.reason, judged.factor);
  await succeed(parts, attempt);
  return { outcome: 'shown', proof: keyProof(parts, judged.factor), factor: judged.factor };
}

async function judge(parts: Parts, session: Session, answer: KeyAnswer): Promise<Judged> {
  const begun = await spend(parts, session, answer.challenge);
  if (begun === undefined) return no('challenge-gone');
  const action: unknown = answer.action;
  if (action !== undefined && typeof action !== 'string') return no('malformed');
  const asked = action === undefined ? undefined : actionDigest(action);
  if (asked !== begun.payload.action) return no('bad-assertion');
  const credential = readAssertion(answer.response);
  if (credential === undefined) return no('malformed');
  const factor = await heldKey(parts, session, credential.id);
  if (factor === undefined) return no('unknown-factor');
  if (!isUsable(factor, parts.clock.now()))
    return no(factor.disabledAt === undefined ? 'not-active-yet' : 'disabled', factor);
  return verifyAndCount(parts, session, {
    credential,
    challenge: begun.payload.challenge,
    factor,
  });
}

function spend(
  parts: Parts,
  session: Session,
  challenge: unknown,
): Promise<Challenge<'step-up'> | undefined> {
  const id = parseChallengeId(challenge);
  if (id === undefined) return Promise.resolve(undefined);
  return parts.stores.challenges.take(id, 'step-up', session.id, parts.clock.now());
}

async function heldKey(
  parts: Parts,
  session: Session,
  credentialId: string,
): Promise<WebAuthnFactor | undefined> {
  const held = (await parts.stores.factors.list(session.account)).filter(
    (factor) => factor.kind === 'webauthn',
  );
  return held.find((factor) => factor.credentialId === credentialId);
}

interface Claim {
  readonly credential: CredentialJson;
  readonly challenge: string;
  readonly factor: WebAuthnFactor;
}

async function verifyAndCount(parts: Parts, session: Session, claim: Claim): Promise<Judged> {
  const { credential, challenge, factor } = claim;
  const verdict = await verifyRead(credential, { challenge, factor, relyingParty: parts.relyingParty });
  if (verdict.outcome === 'refused') return no(verdict.reason, factor);
  const now = parts.clock.now();
  const counted = await parts.stores.factors.advanceSignCount(
    session.account,
    factor.id,
    verdict.signCount,
    verdict.backedUp,
    now,
  );
  if (counted === 'advanced') return { outcome: 'right', factor };
  await emit(parts, whoseOf(session), { type: 'counter-went-back', factor: named(factor) });
  return no('counter-went-back', factor);
}

/** The proof a key gives, with what the operator says its model is worth. */
export function keyProof(parts: Parts, factor: WebAuthnFactor): Proof {
  const deviceBound = !factor.backupEligible;
  const cardClass = deviceBound && factor.attested && isCardModel(parts, factor.aaguid);
  return {
    kind: 'webauthn',
    id: makeProofId(parts.random),
    at: parts.clock.now(),
    factor: factor.id,
    deviceBound,
    cardClass,
  };
}

/** Asked at each use: a model that was found broken since, or metadata that nobody renewed, is no card any more. */
function isCardModel({ policy, clock }: Parts, aaguid: string): boolean {
  const { cardClassAaguids = [], metadata } = policy.authenticators;
  return cardClassAaguids.includes(aaguid) && metadata?.model(aaguid, clock.now()).outcome === 'trusted';
}
