// The fifteen pairs of WebAuthn Level 3 section 16, and each with bits flipped. What we refuse although the signature
// is good is listed by name with its reason; the bare library is the negative control that accepts it.
import { readFileSync } from 'node:fs';
import { type AccountId, type FactorId, instantOf, type WebAuthnFactor } from '@palier/mfa-core';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { describe, expect, it } from 'vitest';
import { verifyAssertion } from '../../packages/mfa-core/src/webauthn/assertion.ts';
import { verifyRegistration } from '../../packages/mfa-core/src/webauthn/registration.ts';

interface Vector {
  readonly name: string;
  readonly registration: {
    readonly challenge: string;
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly credential_id: string;
  };
  readonly authentication: {
    readonly challenge: string;
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
  };
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/webauthn-l3-vectors.json', import.meta.url), 'utf8'),
) as readonly Vector[];
const relyingParty = { id: 'example.org', name: 'example', origins: ['https://example.org'] } as const;
const policy = { attestation: 'none', backupEligible: 'allowed' } as const;
const allAlgorithms = [-7, -8, -35, -36, -37, -38, -39, -53, -257, -258, -259, -65535];

const bytes = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex, 'hex'));
const text = (data: Uint8Array): string => Buffer.from(data).toString('base64url');

/** UV of a registration is in its attestation object; of an authentication at byte 32. */
const verifiedPerson = (authenticatorData: Uint8Array): boolean =>
  ((authenticatorData[32] ?? 0) & 0x04) !== 0;

function registrationJson(
  { registration }: Vector,
  change: { attestationObject?: Uint8Array; clientDataJSON?: Uint8Array } = {},
) {
  const id = text(bytes(registration.credential_id));
  const response = {
    clientDataJSON: text(change.clientDataJSON ?? bytes(registration.clientDataJSON)),
    attestationObject: text(change.attestationObject ?? bytes(registration.attestationObject)),
  };
  return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {}, response };
}

type Parts = { authenticatorData: Uint8Array; clientDataJSON: Uint8Array; signature: Uint8Array };

function authenticationJson({ registration, authentication }: Vector, change: Partial<Parts> = {}) {
  const id = text(bytes(registration.credential_id));
  const part = (name: keyof Parts): string => text(change[name] ?? bytes(authentication[name]));
  return {
    id,
    rawId: id,
    type: 'public-key' as const,
    clientExtensionResults: {},
    response: {
      authenticatorData: part('authenticatorData'),
      clientDataJSON: part('clientDataJSON'),
      signature: part('signature'),
    },
  };
}

/** The library with every check of ours taken away. */
async function bareRegistration(vector: Vector) {
  const result = await verifyRegistrationResponse({
    response: registrationJson(vector),
    expectedChallenge: text(bytes(vector.registration.challenge)),
    expectedOrigin: 'https://example.org',
    expectedRPID: 'example.org',
    requireUserVerification: false,
    supportedAlgorithmIDs: allAlgorithms,
  }).catch(() => undefined);
  return result?.verified ? result.registrationInfo : undefined;
}

type Bare = NonNullable<Awaited<ReturnType<typeof bareRegistration>>>;

async function bareAuthentication(vector: Vector, { credential }: Bare): Promise<boolean> {
  const result = await verifyAuthenticationResponse({
    response: authenticationJson(vector),
    expectedChallenge: text(bytes(vector.authentication.challenge)),
    expectedOrigin: 'https://example.org',
    expectedRPID: 'example.org',
    ...(JSON.stringify(Buffer.from(bytes(vector.authentication.clientDataJSON)).toString()).includes(
      'topOrigin',
    ) && { expectedTopOrigin: 'https://example.com' }),
    requireUserVerification: false,
    credential: { ...credential, counter: 0 },
  }).catch(() => undefined);
  return result?.verified === true;
}

function factorOf({ credential, aaguid, credentialDeviceType, credentialBackedUp }: Bare): WebAuthnFactor {
  return {
    kind: 'webauthn',
    id: 'fac_x' as FactorId,
    account: 'someone' as AccountId,
    name: '',
    addedAt: instantOf(0),
    activeFrom: instantOf(0),
    credentialId: credential.id,
    publicKey: text(credential.publicKey),
    userHandle: 'AAAA',
    signCount: 0,
    transports: [],
    aaguid,
    backupEligible: credentialDeviceType === 'multiDevice',
    backedUp: credentialBackedUp,
    attested: false,
  };
}

/** Why we refuse a good signature, by the vector's own bytes; undefined when we must accept it. */
function reasonAgainst(clientDataJSON: string, userVerified: boolean, algorithm: number): string | undefined {
  const client = Buffer.from(bytes(clientDataJSON)).toString();
  if (client.includes('"crossOrigin":true') || client.includes('topOrigin'))
    return 'made in a frame of another site';
  if (![-8, -7, -257].includes(algorithm)) return 'an algorithm that is not pinned';
  return userVerified ? undefined : 'nobody was verified';
}

/** The COSE algorithm: the value of key 3, which stands second in every key of the vectors (`a5 01 02 03 26 …`). */
function algorithmOf(key: Uint8Array): number {
  const first = key[4] ?? 0;
  if (first < 0x38) return -1 - (first - 0x20);
  return first === 0x38 ? -1 - (key[5] ?? 0) : -1 - ((key[5] ?? 0) * 256 + (key[6] ?? 0));
}

/** Whether the attestation statement carries certificates: the CBOR text "x5c". */
const chained = ({ registration }: Vector): boolean => registration.attestationObject.includes('63783563');

const accepted = { registrations: 0, authentications: 0 };

describe.each(vectors.map((vector) => ({ name: vector.name, vector })))('$name', ({ vector }) => {
  const challenge = text(bytes(vector.registration.challenge));

  it('is judged at registration as its bytes demand', async () => {
    const bare = await bareRegistration(vector);
    const ours = await verifyRegistration({
      response: registrationJson(vector),
      challenge,
      relyingParty,
      policy,
    });
    if (bare === undefined) return expect(ours.outcome).toBe('refused');
    const unasked = chained(vector) ? 'a certificate nobody asked for' : undefined;
    const against =
      unasked ??
      reasonAgainst(
        vector.registration.clientDataJSON,
        bare.userVerified,
        algorithmOf(bare.credential.publicKey),
      );
    expect({ against, outcome: ours.outcome }).toEqual({
      against,
      outcome: against === undefined ? 'verified' : 'refused',
    });
    accepted.registrations += ours.outcome === 'verified' ? 1 : 0;
  });

  it('is judged at authentication as its bytes demand', async () => {
    const bare = await bareRegistration(vector);
    if (bare === undefined) return;
    const data = bytes(vector.authentication.authenticatorData);
    const factor = factorOf(bare);
    const ours = await verifyAssertion({
      response: authenticationJson(vector),
      challenge: text(bytes(vector.authentication.challenge)),
      relyingParty,
      factor,
    });
    const copyable = ((data[32] ?? 0) & 0x08) !== 0;
    const changed =
      copyable === factor.backupEligible ? undefined : 'it changed from device-bound to copyable';
    const against =
      reasonAgainst(
        vector.authentication.clientDataJSON,
        verifiedPerson(data),
        algorithmOf(bare.credential.publicKey),
      ) ?? changed;
    const library = await bareAuthentication(vector, bare);
    expect({ against, outcome: ours.outcome }).toEqual({
      against,
      outcome: library && against === undefined ? 'verified' : 'refused',
    });
    accepted.authentications += ours.outcome === 'verified' ? 1 : 0;
  });

  it('is refused at authentication with any of a spread of single bits flipped', async () => {
    const bare = await bareRegistration(vector);
    if (bare === undefined) return;
    const factor = factorOf(bare);
    const sound = vector.authentication;
    const asked = { challenge: text(bytes(sound.challenge)), relyingParty, factor };
    for (const name of ['authenticatorData', 'clientDataJSON', 'signature'] as const) {
      const original = bytes(sound[name]);
      for (let bit = 0; bit < original.length * 8; bit += 13) {
        const flipped = Uint8Array.from(original);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const verdict = await verifyAssertion({
          response: authenticationJson(vector, { [name]: flipped }),
          ...asked,
        });
        expect({ name, bit, outcome: verdict.outcome }).toEqual({ name, bit, outcome: 'refused' });
      }
    }
  });
});

describe('the vectors together', () => {
  it('were not all refused, so that the refusals mean something', () => {
    expect(accepted.registrations).toBe(1);
    expect(accepted.authentications).toBe(2);
  });
});
