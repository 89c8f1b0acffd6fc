// Registration of a passkey or security key (WebAuthn L3 section 7.1) on @simplewebauthn/server, with the checks the
// library leaves to its caller. No exception and no message of the library leaves this file: its messages hold the
// challenge.
import { SettingsService, generateRegistrationOptions, verifyRegistrationResponse, type PublicKeyCredentialCreationOptionsJSON, type RegistrationResponseJSON } from '@simplewebauthn/server';
import type { AccountId } from '../ids.ts';
import { algorithms, type AuthenticatorPolicy, type RelyingParty } from './relying-party.ts';
import { readClientData, readCredential } from './shape.ts';

export type { AuthenticatorPolicy, RelyingParty } from './relying-party.ts';

export interface RegistrationRequest {
  readonly relyingParty: RelyingParty;
  readonly account: AccountId;
  readonly displayName: string;
  /** 16 to 64 random bytes that name the account without telling who it is. */
  readonly userHandle: Uint8Array;
  readonly challenge: Uint8Array;
  /** Credentials the account has already: one authenticator is not enrolled twice. */
  readonly exclude: readonly { readonly credentialId: string; readonly transports: readonly string[] }[];
  readonly policy: AuthenticatorPolicy;
}

/** Options for `navigator.credentials.create`. Every object is fresh: the library changes what it is given. */
export function registrationOptions(request: RegistrationRequest): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpName: request.relyingParty.name,
    rpID: request.relyingParty.id,
    userName: request.account,
    userDisplayName: request.displayName,
    userID: Uint8Array.from(request.userHandle),
    challenge: Uint8Array.from(request.challenge),
    timeout: 300_000,
    attestationType: request.policy.attestation === 'trusted' ? 'direct' : 'none',
    excludeCredentials: request.exclude.map(({ credentialId, transports }) => ({ id: credentialId, transports: transportList(transports) })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: [...algorithms],
  });
}

type Transports = NonNullable<RegistrationResponseJSON['response']['transports']>;

/** The texts were checked against the known list when they came in. */
export function transportList(transports: readonly string[]): Transports {
  return transports as Transports;
}

export interface RegisteredCredential {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly signCount: number;
  readonly transports: readonly string[];
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
  /** Base64url, as it was handed out. Single use and binding to the session are the caller's, through `take`. */
  readonly challenge: string;
  readonly relyingParty: RelyingParty;
  readonly policy: AuthenticatorPolicy;
}

/** Verifies a registration. Whether the credential id is new over all accounts is for the store's `add` to say. */
export async function verifyRegistration({ response, challenge, relyingParty, policy }: RegistrationAnswer): Promise<RegistrationVerdict> {
  const shape = readCredential(response, ['attestationObject']);
  const client = shape && readClientData(shape.clientDataJSON);
  if (shape === undefined || client === undefined) return { outcome: 'refused', reason: 'malformed' };
  const bad: RegistrationVerdict = { outcome: 'refused', reason: 'bad-assertion' };
  if (client.type !== 'webauthn.create' || client.challenge !== challenge || !relyingParty.origins.includes(client.origin)) return bad;
  const verified = await verifyQuietly(shape, challenge, relyingParty, policy);
  if (verified === undefined || verified.credential.id !== shape.id) return bad;
  const credential = credentialOf(verified, shape.transports);
  return allowed(credential, policy) ? { outcome: 'verified', credential } : { outcome: 'refused', reason: 'attestation-refused' };
}

type Verified = NonNullable<Awaited<ReturnType<typeof verifyRegistrationResponse>>['registrationInfo']>;

async function verifyQuietly(shape: NonNullable<ReturnType<typeof readCredential>>, challenge: string, relyingParty: RelyingParty, policy: AuthenticatorPolicy): Promise<Verified | undefined> {
  const { attestationObject = '' } = shape.binaries;
  const response: RegistrationResponseJSON = {
    id: shape.id, rawId: shape.id, type: 'public-key', clientExtensionResults: {},
    response: { clientDataJSON: shape.clientDataJSON, attestationObject },
  };
  useRoots(policy);
  try {
    const result = await verifyRegistrationResponse({
      response, expectedChallenge: challenge, expectedOrigin: [...relyingParty.origins], expectedRPID: relyingParty.id,
      requireUserPresence: true, requireUserVerification: true, supportedAlgorithmIDs: [...algorithms],
    });
    return result.verified ? result.registrationInfo : undefined;
  } catch {
    return undefined;
  }
}

/** The library keeps its roots per process and format; ours replace its own, so that only the operator's count. */
function useRoots(policy: AuthenticatorPolicy): void {
  if (policy.attestation !== 'trusted') return;
  SettingsService.setRootCertificates({ identifier: 'packed', certificates: [...(policy.attestationRoots ?? [])] });
}

/** Self attestation and missing chains pass the library; a trusted one has a certificate chain and a format that carries it. */
function credentialOf(verified: Verified, transports: readonly string[]): RegisteredCredential {
  const { credential, aaguid, credentialDeviceType, credentialBackedUp, fmt } = verified;
  return {
    credentialId: credential.id, publicKey: Buffer.from(credential.publicKey).toString('base64url'), signCount: credential.counter, transports, aaguid,
    backupEligible: credentialDeviceType === 'multiDevice', backedUp: credentialBackedUp, attested: fmt === 'packed' && hasChain(verified),
  };
}

function hasChain(verified: Verified): boolean {
  return Buffer.from(verified.attestationObject).includes(Buffer.from([0x63, 0x78, 0x35, 0x63]));
}

function allowed(credential: RegisteredCredential, policy: AuthenticatorPolicy): boolean {
  if (policy.backupEligible === 'refused' && credential.backupEligible) return false;
  if (policy.attestation !== 'trusted') return true;
  const rooted = credential.attested && (policy.attestationRoots ?? []).length > 0;
  return rooted && (policy.aaguids === undefined || policy.aaguids.includes(credential.aaguid));
}
