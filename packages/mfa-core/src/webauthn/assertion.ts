// Assertion with a passkey or security key (WebAuthn L3 section 7.2) on @simplewebauthn/server, with the checks the
// library leaves to its caller. The sign counter is not judged here: the library would judge it before the signature,
// so that anyone could raise a false "cloned key" alarm; the caller advances it in the store after the signature held.
import { type AuthenticationResponseJSON, generateAuthenticationOptions, type PublicKeyCredentialRequestOptionsJSON, verifyAuthenticationResponse } from '@simplewebauthn/server';
import type { WebAuthnFactor } from '../factor.ts';
import { transportList } from './registration.ts';
import type { RelyingParty } from './relying-party.ts';
import { type CredentialShape, readClientData, readCredential } from './shape.ts';

export interface AssertionRequest {
  readonly relyingParty: RelyingParty;
  readonly challenge: Uint8Array;
  readonly allow: readonly { readonly credentialId: string; readonly transports: readonly string[] }[];
}

/** Options for `navigator.credentials.get`: user verification is required, here and in the check. */
export function assertionOptions({ relyingParty, challenge, allow }: AssertionRequest): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: relyingParty.id,
    challenge: Uint8Array.from(challenge),
    timeout: 300_000,
    userVerification: 'required',
    allowCredentials: allow.map(({ credentialId, transports }) => ({ id: credentialId, transports: transportList(transports) })),
  });
}

export type AssertionVerdict =
  | { readonly outcome: 'verified'; readonly signCount: number; readonly backedUp: boolean }
  | { readonly outcome: 'refused'; readonly reason: 'malformed' | 'bad-assertion' };

export interface AssertionAnswer {
  readonly response: unknown;
  /** Base64url, as it was handed out; single use and binding are the caller's, through `take`. */
  readonly challenge: string;
  readonly relyingParty: RelyingParty;
  readonly factor: WebAuthnFactor;
}

const required = ['authenticatorData', 'signature'];

/** The credential an answer claims to come from, shape-checked, to find the factor by. */
export function credentialIdOf(response: unknown): string | undefined {
  return readCredential(response, required)?.id;
}

/** Verifies one assertion against one factor. Never throws for bad input; nothing of the input is in the verdict. */
export async function verifyAssertion({ response, challenge, relyingParty, factor }: AssertionAnswer): Promise<AssertionVerdict> {
  const shape = readCredential(response, required);
  const client = shape && readClientData(shape.clientDataJSON);
  if (shape === undefined || client === undefined) return { outcome: 'refused', reason: 'malformed' };
  const bad: AssertionVerdict = { outcome: 'refused', reason: 'bad-assertion' };
  if (client.type !== 'webauthn.get' || client.challenge !== challenge || !relyingParty.origins.includes(client.origin)) return bad;
  if (shape.id !== factor.credentialId || !sameOwner(shape, factor)) return bad;
  const checked = await verifyQuietly(shape, challenge, relyingParty, factor);
  return checked === undefined ? bad : { outcome: 'verified', ...checked };
}

/** A user handle, when the authenticator sends one, must be the account's (A172, A181). */
function sameOwner(shape: CredentialShape, factor: WebAuthnFactor): boolean {
  const handle = shape.binaries['userHandle'];
  return handle === undefined || handle === factor.userHandle;
}

async function verifyQuietly(shape: CredentialShape, challenge: string, relyingParty: RelyingParty, factor: WebAuthnFactor): Promise<{ readonly signCount: number; readonly backedUp: boolean } | undefined> {
  const { authenticatorData = '', signature = '' } = shape.binaries;
  const response: AuthenticationResponseJSON = {
    id: shape.id, rawId: shape.id, type: 'public-key', clientExtensionResults: {},
    response: { clientDataJSON: shape.clientDataJSON, authenticatorData, signature },
  };
  try {
    const result = await verifyAuthenticationResponse({
      response, expectedChallenge: challenge, expectedOrigin: [...relyingParty.origins], expectedRPID: relyingParty.id, requireUserVerification: true,
      credential: { id: factor.credentialId, publicKey: Uint8Array.from(Buffer.from(factor.publicKey, 'base64url')), counter: 0, transports: transportList(factor.transports) },
    });
    if (!result.verified) return undefined;
    const { newCounter: signCount, credentialBackedUp: backedUp, credentialDeviceType } = result.authenticationInfo;
    // A credential does not change from device-bound to copyable or back (WebAuthn L3 section 7.2 step 18).
    return (credentialDeviceType === 'multiDevice') === factor.backupEligible ? { signCount, backedUp } : undefined;
  } catch {
    return undefined;
  }
}
