// The ceremony that binds an app: a secret that is not yet a factor, shown as a picture and as text, confirmed by one
// code. A mistyped code does not lose the secret; two confirmations at once do not make two factors.
import { type Challenge, challengeLifetimes } from './challenge.ts';
import type { RefusalReason } from './events.ts';
import type { TotpFactor, TotpSettings } from './factor.ts';
import { type ChallengeId, makeChallengeId, makeFactorId, parseChallengeId } from './ids.ts';
import type { Parts } from './parts.ts';
import type { Session } from './session.ts';
import { after } from './time.ts';
import { keyUri, secretText } from './totp/key-uri.ts';
import { qrSvg } from './totp/qr.ts';
import { makeTotpSecret, verifyTotp } from './totp/totp.ts';
import { openTotpSecret, sealTotpSecret } from './totp-secrets.ts';

/** What the person needs once to set up the app; never to be kept or logged. */
export interface TotpOffer {
  /** The `otpauth://` address. */
  readonly uri: string;
  /** The secret in groups, for typing. */
  readonly secret: string;
  /** The address as an SVG image. */
  readonly qr: string;
}

/** A confirmed factor that has no name and no place in the account yet. */
export type Confirmed<F> =
  | {
      readonly outcome: 'confirmed';
      readonly right: ChallengeId;
      readonly factor: Omit<F, 'name' | 'addedAt' | 'activeFrom'>;
    }
  | { readonly outcome: 'no'; readonly reason: RefusalReason };

export async function beginTotp(
  parts: Parts,
  session: Session,
  right: ChallengeId,
  settings: TotpSettings = parts.policy.totp,
): Promise<{ readonly challenge: ChallengeId; readonly totp: TotpOffer }> {
  const owner = { account: session.account, id: makeFactorId(parts.random) };
  const secret = sealTotpSecret(parts, owner, makeTotpSecret(parts.random, settings));
  const begun: Challenge<'enrol-totp'> = {
    id: makeChallengeId(parts.random),
    purpose: 'enrol-totp',
    session: session.id,
    account: session.account,
    expiresAt: after(parts.clock.now(), challengeLifetimes['enrol-totp']),
    payload: { right, factor: owner.id, secret, settings },
  };
  await parts.stores.challenges.put(begun);
  return { challenge: begun.id, totp: offerOf(parts, begun) };
}

/** The same offer again, for the page after a mistyped code; undefined once it is confirmed or expired (A152). */
export async function totpOffer(
  parts: Parts,
  session: Session,
  challenge: unknown,
): Promise<TotpOffer | undefined> {
  const id = parseChallengeId(challenge);
  const begun = id && (await parts.stores.challenges.peek(id, 'enrol-totp', session.id, parts.clock.now()));
  return begun && offerOf(parts, begun);
}

function offerOf(parts: Parts, { account, payload }: Challenge<'enrol-totp'>): TotpOffer {
  const secret = openTotpSecret(parts, { account, id: payload.factor }, payload.secret);
  const uri = keyUri({ issuer: parts.relyingParty.name, account, secret, settings: payload.settings });
  return { uri, secret: secretText(secret), qr: qrSvg(uri, `${parts.relyingParty.name}: ${account}`) };
}

/** Takes the pending secret, judges the code, and puts the secret back after a wrong one. */
export async function confirmTotp(
  parts: Parts,
  session: Session,
  id: ChallengeId,
  code: unknown,
): Promise<Confirmed<TotpFactor>> {
  const now = parts.clock.now();
  const begun = await parts.stores.challenges.take(id, 'enrol-totp', session.id, now);
  if (begun === undefined) return { outcome: 'no', reason: 'challenge-gone' };
  const { right, factor, secret, settings } = begun.payload;
  const { account } = begun;
  const plain = openTotpSecret(parts, { account, id: factor }, secret);
  const verdict = verifyTotp(plain, settings, code, -1, now, parts.policy.drift);
  if (verdict.outcome !== 'matched') {
    await parts.stores.challenges.put(begun);
    return { outcome: 'no', reason: verdict.outcome === 'malformed' ? 'malformed' : 'wrong-code' };
  }
  // The confirming step is the last accepted one: the code just typed does not step up as well (A146).
  const confirmed = { kind: 'totp', id: factor, account, secret, settings, lastStep: verdict.step } as const;
  return { outcome: 'confirmed', right, factor: confirmed };
}
