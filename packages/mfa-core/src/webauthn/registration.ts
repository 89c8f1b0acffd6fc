// Registration of a passkey or security key (WebAuthn L3 section 7.1) on @simplewebauthn/server, with the checks the
// library leaves to its caller. No exception and no message of the library leaves this file: they hold the challenge.
// Not here: single use of the challenge, and whether the credential id is new over all accounts; stores say that.
import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialHint,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { AccountId } from '../ids.ts';
import { type Attestation, isExpected, isTrusted, readAttestation } from './attestation.ts';
import { answers, readClientData } from './client-data.ts';
import { type CredentialJson, readCredential } from './credential-json.ts';
import { algorithms, isAcceptedKey } from './credential-key.ts';
import type { AuthenticatorPolicy, RelyingParty } from './relying-party.ts';
import { descriptors, type KnownCredential } from './transports.ts';

export type { AuthenticatorPolicy, RelyingParty } from './relying-party.ts';

export interface RegistrationRequest {
  readonly relyingParty: RelyingParty;
  readonly account: AccountId;
  readonly displayName: string;
  /** 1 to 64 random bytes that name the account without telling who it is (WebAuthn L3 section 14.6.1). */
  readonly userHandle: Uint8Array;
  readonly challenge: Uint8Array;
  /** Credentials the account has already: one authenticator is not enrolled twice. */
  readonly exclude: readonly KnownCredential[];
  readonly policy: AuthenticatorPolicy;
  /** The kind of authenticator the browser should propose first. Not binding. */
  readonly hint?: PublicKeyCredentialHint;
}

const preferred = {
  'security-key': 'securityKey',
  'client-device': 'localDevice',
  hybrid: 'remoteDevice',
} as const;

/** Options for `navigator.credentials.create`. Every object in them is fresh: the library changes what it is given. */
export function registrationOptions(
  request: RegistrationRequest,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { relyingParty, userHandle, hint } = request;
  if (userHandle.length === 0 || userHandle.length > 64)
    throw new TypeError('a user handle has 1 to 64 bytes');
  return generateRegistrationOptions({
    rpName: relyingParty.name,
    rpID: relyingParty.id,
    userName: request.account,
    userDisplayName: request.displayName,
    userID: Uint8Array.from(userHandle),
    challenge: Uint8Array.from(request.challenge),
    timeout: 300_000,
    attestationType: request.policy.attestation === 'trusted' ? 'direct' : 'none',
    excludeCredentials: descriptors(request.exclude),
    // The library's own default object is shared by all calls and changed by a hint.
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: [...algorithms],
    ...(hint === undefined ? {} : { preferredAuthenticatorType: preferred[hint] }),
  });
}

export interface RegisteredCredential {
  /** Base64url, at most 1023 bytes. */
  readonly credentialId: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  readonly signCount: number;
  readonly transports: readonly string[];
  /** Lower-case hexadecimal with dashes. Only with `attested` more than the browser's word. */
  readonly aaguid: string;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly attested: boolean;
}

export type RegistrationVerdict =
  | { readonly outcome: 'verified'; readonly credential: RegisteredCredential }
  | { readonly outcome: 'refused'; readonly reason: 'malformed' | 'bad-assertion' | 'attestation-refused' };

export interface RegistrationAnswer {
  /** What the browser sent, unchecked. */
  readonly response: unknown;
  /** Base64url, as it was handed out. */
  readonly challenge: string;
  readonly relyingParty: RelyingParty;
  readonly policy: AuthenticatorPolicy;
}

type Reason = Extract<RegistrationVerdict, { outcome: 'refused' }>['reason'];
const refused = (reason: Reason): RegistrationVerdict => ({ outcome: 'refused', reason });

/** Verifies a registration. Never throws for bad input, and nothing of the input is in a refusal. */
export async function verifyRegistration(answer: RegistrationAnswer): Promise<RegistrationVerdict> {
  const { challenge, relyingParty, policy } = answer;
  const json = readCredential(answer.response, ['attestationObject']);
  const client = json && readClientData(json.clientDataJSON);
  const attestation = json && readAttestation(json.fields['attestationObject'] ?? '');
  if (json === undefined || client === undefined || attestation === undefined) return refused('malformed');
  if (!answers(client, { type: 'webauthn.create', challenge, origins: relyingParty.origins }))
    return refused('bad-assertion');
  if (!isExpected(attestation, policy)) return refused('attestation-refused');
  const checked = await askLibrary(json, answer);
  if (checked === undefined || !isSound(checked, json.id)) return refused('bad-assertion');
  return judge(checked, attestation, json.transports, policy);
}

type Checked = NonNullable<Awaited<ReturnType<typeof verifyRegistrationResponse>>['registrationInfo']>;

/** The RP id is always passed: without it the library checks none. Its exceptions all mean "no". */
async function askLibrary(
  json: CredentialJson,
  { challenge, relyingParty }: RegistrationAnswer,
): Promise<Checked | undefined> {
  const { id, clientDataJSON, fields } = json;
  const response: RegistrationResponseJSON = {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON, attestationObject: fields['attestationObject'] ?? '' },
  };
  try {
    const result = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: [...relyingParty.origins],
      expectedRPID: relyingParty.id,
      requireUserPresence: true,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...algorithms],
    });
    return result.verified ? result.registrationInfo : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The id signed for is the id claimed, which the library does not compare (A172); it has 16 bytes or more, so that
 * nobody meets another one's by chance (WebAuthn L3 section 4); the key is one that assertions will be accepted of.
 */
function isSound({ credential }: Checked, id: string): boolean {
  return credential.id === id && id.length >= 22 && isAcceptedKey(credential.publicKey);
}

function judge(
  { credential, aaguid, credentialDeviceType, credentialBackedUp }: Checked,
  attestation: Attestation,
  transports: readonly string[],
  policy: AuthenticatorPolicy,
): RegistrationVerdict {
  const backupEligible = credentialDeviceType === 'multiDevice';
  const attested = policy.attestation === 'trusted' && isTrusted(attestation, aaguid, policy);
  if (backupEligible && policy.backupEligible === 'refused') return refused('attestation-refused');
  // A list of models without attestation would be a list anyone can claim to be on.
  if (!attested && (policy.attestation === 'trusted' || policy.aaguids !== undefined))
    return refused('attestation-refused');
  const publicKey = Buffer.from(credential.publicKey).toString('base64url');
  const { id: credentialId, counter: signCount } = credential;
  const kept = {
    credentialId,
    publicKey,
    signCount,
    transports,
    aaguid,
    backupEligible,
    backedUp: credentialBackedUp,
    attested,
  };
  return { outcome: 'verified', credential: kept };
}
