// Assertion with a passkey or security key (WebAuthn L3 section 7.2) on @simplewebauthn/server, with the checks the
// library leaves to its caller. The sign counter is not judged here: the library would judge it before the signature,
// so that anyone could raise a false "cloned key" alarm; the caller advances it in the store after the signature held.
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import type { WebAuthnFactor } from '../factor.ts';
import { answers, readClientData } from './client-data.ts';
import { type CredentialJson, readCredential } from './credential-json.ts';
import { acceptedAlgorithm, isWholeSignature } from './credential-key.ts';
import type { RelyingParty } from './relying-party.ts';
import { descriptors, type KnownCredential } from './transports.ts';

export interface AssertionRequest {
  readonly relyingParty: RelyingParty;
  readonly challenge: Uint8Array;
  /** The keys of the account that is stepping up; never empty, or any discoverable passkey would be offered (A181). */
  readonly allow: readonly KnownCredential[];
}

/** Options for `navigator.credentials.get`: user verification is required, here and in the check. */
export function assertionOptions({
  relyingParty,
  challenge,
  allow,
}: AssertionRequest): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: relyingParty.id,
    challenge: Uint8Array.from(challenge),
    timeout: 300_000,
    userVerification: 'required',
    allowCredentials: descriptors(allow),
  });
}

export type AssertionVerdict =
  | { readonly outcome: 'verified'; readonly signCount: number; readonly backedUp: boolean }
  | { readonly outcome: 'refused'; readonly reason: 'malformed' | 'bad-assertion' };

export interface AssertionAnswer {
  /** What the browser sent, unchecked. */
  readonly response: unknown;
  /** Base64url, as it was handed out; single use and binding are the caller's, through `take`. */
  readonly challenge: string;
  readonly relyingParty: RelyingParty;
  readonly factor: WebAuthnFactor;
}

type Verified = Omit<Extract<AssertionVerdict, { outcome: 'verified' }>, 'outcome'>;

const required = ['authenticatorData', 'signature'] as const;
const malformed: AssertionVerdict = { outcome: 'refused', reason: 'malformed' };
const bad: AssertionVerdict = { outcome: 'refused', reason: 'bad-assertion' };

/** An answer in its shape; its `id` is the credential it claims to come from. A claim, not a proof. */
export function readAssertion(response: unknown): CredentialJson | undefined {
  return readCredential(response, required);
}

/** Verifies one assertion against one factor. Never throws for bad input; nothing of the input is in the verdict. */
export async function verifyAssertion(answer: AssertionAnswer): Promise<AssertionVerdict> {
  const json = readAssertion(answer.response);
  return json === undefined ? malformed : verifyRead(json, answer);
}

/** The same for an answer that was read already. */
export async function verifyRead(
  json: CredentialJson,
  answer: Omit<AssertionAnswer, 'response'>,
): Promise<AssertionVerdict> {
  const { challenge, relyingParty, factor } = answer;
  const client = readClientData(json.clientDataJSON);
  if (client === undefined) return malformed;
  if (!answers(client, { type: 'webauthn.get', challenge, origins: relyingParty.origins })) return bad;
  if (!isOwnedBy(factor, json)) return bad;
  const verified = await askLibrary(json, answer);
  return verified === undefined ? bad : { outcome: 'verified', ...verified };
}

/** The credential is the factor's (A172), and a user handle, when the authenticator sends one, its account's (A181). */
function isOwnedBy(factor: WebAuthnFactor, { id, fields }: CredentialJson): boolean {
  const handle = fields['userHandle'];
  return id === factor.credentialId && (handle === undefined || handle === factor.userHandle);
}

/** User presence is checked because no advanced configuration is passed: any would switch that check off. */
async function askLibrary(
  json: CredentialJson,
  { challenge, relyingParty, factor }: Omit<AssertionAnswer, 'response'>,
): Promise<Verified | undefined> {
  const publicKey = Uint8Array.from(Buffer.from(factor.publicKey, 'base64url'));
  const algorithm = acceptedAlgorithm(publicKey);
  if (algorithm === undefined) return undefined;
  if (algorithm === -7 && !isWholeSignature(Buffer.from(json.fields['signature'] ?? '', 'base64url')))
    return undefined;
  try {
    const result = await verifyAuthenticationResponse({
      response: responseOf(json),
      expectedChallenge: challenge,
      expectedOrigin: [...relyingParty.origins],
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      credential: { id: factor.credentialId, publicKey, counter: 0 },
    });
    // After a wrong signature the rest of the result is filled in all the same: it is not looked at before this line.
    if (!result.verified) return undefined;
    const {
      newCounter: signCount,
      credentialBackedUp: backedUp,
      credentialDeviceType,
    } = result.authenticationInfo;
    // A credential does not change from device-bound to copyable or back (WebAuthn L3 section 7.2 step 18).
    return (credentialDeviceType === 'multiDevice') === factor.backupEligible
      ? { signCount, backedUp }
      : undefined;
  } catch {
    return undefined;
  }
}

function responseOf({ id, clientDataJSON, fields }: CredentialJson): AuthenticationResponseJSON {
  const { authenticatorData = '', signature = '' } = fields;
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON, authenticatorData, signature },
  };
}
