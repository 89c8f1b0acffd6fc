// The ceremony that binds a passkey or a security key. The challenge is spent by the first answer, right or wrong; the
// right behind it is not, so that the person can begin again.
import { challengeLifetimes } from './challenge.ts';
import { isUnfinished, type WebAuthnFactor } from './factor.ts';
import { type ChallengeId, makeChallengeId, makeFactorId } from './ids.ts';
import type { Parts } from './parts.ts';
import type { Session } from './session.ts';
import { after } from './time.ts';
import type { Confirmed } from './totp-enrolment.ts';
import {
  type AuthenticatorPolicy,
  registrationOptions,
  verifyRegistration,
} from './webauthn/registration.ts';

/** PublicKeyCredentialCreationOptionsJSON of WebAuthn L3 section 5.1.8, to be sent to the browser as it is. */
export type RegistrationOptions = Awaited<ReturnType<typeof registrationOptions>>;

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

export interface KeyWish {
  readonly right: ChallengeId;
  readonly name: string;
  readonly asCard: boolean;
}

/**
 * A key that is to count as a card shows what it is: its maker signed for the model, the model is on the operator's list,
 * and it cannot be copied. An ordinary key is not asked: the question alone tells a site what a person has bought.
 */
function policyFor({ policy }: Parts, asCard: boolean): AuthenticatorPolicy {
  const { authenticators } = policy;
  if (!asCard) return authenticators;
  const aaguids = authenticators.cardClassAaguids ?? [];
  return { ...authenticators, attestation: 'trusted', backupEligible: 'refused', aaguids };
}

export async function beginKey(
  parts: Parts,
  session: Session,
  { right, name, asCard }: KeyWish,
): Promise<{ readonly challenge: ChallengeId; readonly webauthn: RegistrationOptions }> {
  const { relyingParty } = parts;
  const held = (await parts.stores.factors.list(session.account)).filter(
    (factor) => factor.kind === 'webauthn',
  );
  // One handle for the account: an authenticator knows its keys by it, and the list of keys to hide carries it.
  const userHandle =
    held[0] === undefined ? parts.random(32) : new Uint8Array(Buffer.from(held[0].userHandle, 'base64url'));
  const challenge = parts.random(32);
  const id = makeChallengeId(parts.random);
  const expiresAt = after(parts.clock.now(), challengeLifetimes['enrol-webauthn']);
  const payload = {
    right,
    factor: makeFactorId(parts.random),
    challenge: base64url(challenge),
    userHandle: base64url(userHandle),
    ...(asCard && { asCard }),
  };
  await parts.stores.challenges.put({
    id,
    purpose: 'enrol-webauthn',
    session: session.id,
    account: session.account,
    expiresAt,
    payload,
  });
  const displayName = name === '' ? session.account : name;
  const request = {
    relyingParty,
    account: session.account,
    displayName,
    userHandle,
    challenge,
    // A key whose binding broke off is bound anew: its authenticator must not say that it is there already.
    exclude: held.filter((factor) => !isUnfinished(factor)),
    policy: policyFor(parts, asCard),
  };
  return { challenge: id, webauthn: await registrationOptions(request) };
}

export async function confirmKey(
  parts: Parts,
  session: Session,
  id: ChallengeId,
  response: unknown,
): Promise<Confirmed<WebAuthnFactor>> {
  const begun = await parts.stores.challenges.take(id, 'enrol-webauthn', session.id, parts.clock.now());
  if (begun === undefined) return { outcome: 'no', reason: 'challenge-gone' };
  const { right, factor, challenge, userHandle, asCard = false } = begun.payload;
  const { relyingParty } = parts;
  const verdict = await verifyRegistration({
    response,
    challenge,
    relyingParty,
    policy: policyFor(parts, asCard),
  });
  if (verdict.outcome === 'refused') return { outcome: 'no', reason: verdict.reason };
  const confirmed = {
    kind: 'webauthn',
    id: factor,
    account: begun.account,
    userHandle,
    ...verdict.credential,
  } as const;
  return { outcome: 'confirmed', right, factor: confirmed };
}
