// An authenticator and the browser in front of it, in memory, for tests: makes the answers of both ceremonies
// (WebAuthn L3 sections 5.1.3, 5.1.4 and 6.3). It keeps the browser's own promise, that a site only gets answers for
// its own domain, unless a test takes that promise away to see the server stand alone.

import type { KeyObject } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Random } from '../random.ts';
import type { AttestationKey } from './attestation-authority.ts';
import {
  attestationObject,
  authenticatorBytes,
  clientJson,
  type Flags,
  signedBytes,
} from './authenticator-bytes.ts';
import { coseKey, privateKeyOf, signWith, type TestAlgorithm } from './key-pair.ts';

/** What the authenticator is and claims. Without more: ES256, present, verified, device-bound, no counter. */
export interface SoftwareAuthenticatorSetting {
  readonly random: Random;
  readonly algorithm?: TestAlgorithm;
  readonly userPresent?: boolean;
  readonly userVerified?: boolean;
  readonly backupEligible?: boolean;
  readonly backedUp?: boolean;
  /** The counter of the first answer; it grows by one with each, unless it is zero as with synced passkeys. */
  readonly counter?: number;
  readonly aaguid?: string;
  /** `self` signs with the new key itself; an AttestationKey attests for a maker. */
  readonly attestation?: 'none' | 'self' | AttestationKey;
  /** False for a hostile or broken browser that answers any site for any domain. */
  readonly browserChecksDomain?: boolean;
  /** More members for the client data, written last: `{ crossOrigin: true }`. */
  readonly clientExtras?: Readonly<Record<string, unknown>>;
}

/** A key in a browser. Answers are JSON as a page would send it. */
export interface SoftwareAuthenticator {
  /** Answers `navigator.credentials.create` at `origin`. Rejects as a browser would: DOMException names in the message. */
  create(options: PublicKeyCredentialCreationOptionsJSON, origin: string): Promise<RegistrationResponseJSON>;
  /** Answers `navigator.credentials.get` with a key of `allowCredentials`, or the newest of the domain when it is empty. */
  get(options: PublicKeyCredentialRequestOptionsJSON, origin: string): Promise<AuthenticationResponseJSON>;
  /** Changes what later answers claim. */
  set(change: Partial<SoftwareAuthenticatorSetting>): void;
}

interface Held {
  readonly id: Uint8Array;
  readonly key: KeyObject;
  readonly algorithm: TestAlgorithm;
  readonly rpId: string;
  readonly userHandle: string;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Makes an authenticator without keys; the same `random` gives the same keys. */
export function softwareAuthenticator(setting: SoftwareAuthenticatorSetting): SoftwareAuthenticator {
  const held: Held[] = [];
  let now = setting;
  let counter = setting.counter ?? 0;
  const count = (): number => (counter === 0 ? 0 : counter++);
  return {
    create: async (options, origin) => {
      const made = makeCredential(now, options, origin, held);
      held.push(made);
      return registered(now, options, origin, made, count());
    },
    get: async (options, origin) =>
      asserted(now, options, origin, choose(now, options, origin, held), count()),
    set: (change) => {
      now = { ...now, ...change };
      counter = change.counter ?? counter;
    },
  };
}

function makeCredential(
  setting: SoftwareAuthenticatorSetting,
  options: PublicKeyCredentialCreationOptionsJSON,
  origin: string,
  held: readonly Held[],
): Held {
  const rpId = domainFor(setting, options.rp.id, origin);
  const excluded = new Set((options.excludeCredentials ?? []).map(({ id }) => id));
  if (held.some(({ id }) => excluded.has(base64url(id)))) throw new Error('InvalidStateError');
  const algorithm = setting.algorithm ?? 'ES256';
  const wanted = algorithm === 'ES256' ? -7 : -8;
  if (!options.pubKeyCredParams.some(({ alg }) => alg === wanted)) throw new Error('NotSupportedError');
  return {
    id: setting.random(32),
    key: privateKeyOf(setting.random, algorithm),
    algorithm,
    rpId,
    userHandle: options.user.id,
  };
}

function registered(
  setting: SoftwareAuthenticatorSetting,
  options: PublicKeyCredentialCreationOptionsJSON,
  origin: string,
  { id, key, algorithm, rpId }: Held,
  signCount: number,
): RegistrationResponseJSON {
  const { aaguid = '00000000-0000-0000-0000-000000000000', attestation = 'none' } = setting;
  const client = clientJson('webauthn.create', options.challenge, origin, setting.clientExtras);
  const attested = { aaguid, id, key: coseKey(key, algorithm) };
  const bytes = authenticatorBytes({ rpId, flags: flagsOf(setting), signCount, attested });
  const signer = attestation === 'self' ? { privateKey: key, algorithm, chain: [] } : attestation;
  const object = attestationObject(
    bytes,
    client,
    signer === 'none' ? undefined : { algorithm: 'ES256', ...signer },
  );
  return {
    id: base64url(id),
    rawId: base64url(id),
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: base64url(client),
      attestationObject: base64url(object),
      transports: ['internal'],
    },
  };
}

function asserted(
  setting: SoftwareAuthenticatorSetting,
  options: PublicKeyCredentialRequestOptionsJSON,
  origin: string,
  { id, key, algorithm, rpId, userHandle }: Held,
  signCount: number,
): AuthenticationResponseJSON {
  const client = clientJson('webauthn.get', options.challenge, origin, setting.clientExtras);
  const bytes = authenticatorBytes({ rpId, flags: flagsOf(setting), signCount });
  return {
    id: base64url(id),
    rawId: base64url(id),
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: base64url(client),
      authenticatorData: base64url(bytes),
      signature: base64url(signWith(key, algorithm, signedBytes(bytes, client))),
      userHandle,
    },
  };
}

function choose(
  setting: SoftwareAuthenticatorSetting,
  options: PublicKeyCredentialRequestOptionsJSON,
  origin: string,
  held: readonly Held[],
): Held {
  const rpId = domainFor(setting, options.rpId, origin);
  const allowed = new Set((options.allowCredentials ?? []).map(({ id }) => id));
  const fits = ({ id, rpId: own }: Held): boolean =>
    own === rpId && (allowed.size === 0 || allowed.has(base64url(id)));
  const found = held.findLast(fits);
  if (found === undefined) throw new Error('NotAllowedError');
  return found;
}

/** The RP id the answer is for. A browser refuses one that is not the origin's host or a domain above it. */
function domainFor(setting: SoftwareAuthenticatorSetting, rpId: string | undefined, origin: string): string {
  const host = new URL(origin).hostname;
  const asked = rpId ?? host;
  const own = host === asked || (host.endsWith(`.${asked}`) && asked.includes('.'));
  if (!own && setting.browserChecksDomain !== false) throw new Error('SecurityError');
  return asked;
}

function flagsOf(setting: SoftwareAuthenticatorSetting): Flags {
  const { userPresent = true, userVerified = true, backupEligible = false, backedUp = false } = setting;
  return { userPresent, userVerified, backupEligible, backedUp };
}
