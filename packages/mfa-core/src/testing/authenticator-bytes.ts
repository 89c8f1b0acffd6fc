// The byte strings of WebAuthn as an authenticator and a browser write them: client data (L3 section 5.8.1),
// authenticator data (6.1) and attestation objects (6.5.4). Says whatever it is told to, also what is not true.
import { createHash } from 'node:crypto';
import { type CBORType, encodeCBOR } from '@levischuck/tiny-cbor';
import type { AttestationKey } from './attestation-authority.ts';
import { signWith, type TestAlgorithm } from './key-pair.ts';

export interface Flags {
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
}

export interface AuthenticatorBytes {
  readonly rpId: string;
  readonly flags: Flags;
  readonly signCount: number;
  /** Present at registration. `key` is a COSE key. */
  readonly attested?: { readonly aaguid: string; readonly id: Uint8Array; readonly key: Uint8Array };
}

export function clientJson(
  type: 'webauthn.create' | 'webauthn.get',
  challenge: string,
  origin: string,
  extras: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...extras }));
}

export function authenticatorBytes({ rpId, flags, signCount, attested }: AuthenticatorBytes): Uint8Array {
  const { userPresent, userVerified, backupEligible, backedUp } = flags;
  const octet =
    Number(userPresent) |
    (Number(userVerified) << 2) |
    (Number(backupEligible) << 3) |
    (Number(backedUp) << 4) |
    (Number(attested !== undefined) << 6);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(signCount);
  const head = [sha256(Buffer.from(rpId)), Buffer.from([octet]), count];
  return new Uint8Array(
    Buffer.concat(attested === undefined ? head : [...head, ...attestedCredential(attested)]),
  );
}

function attestedCredential({
  aaguid,
  id,
  key,
}: NonNullable<AuthenticatorBytes['attested']>): readonly Uint8Array[] {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(id.length);
  return [Buffer.from(aaguid.replaceAll('-', ''), 'hex'), length, id, key];
}

/** Without a signer of format `none`, else `packed`; without a chain that is self attestation. */
export function attestationObject(
  authenticator: Uint8Array,
  client: Uint8Array,
  signer?: AttestationKey & { readonly algorithm: TestAlgorithm },
): Uint8Array {
  const statement = new Map<string, CBORType>();
  if (signer !== undefined) {
    statement.set('alg', signer.algorithm === 'ES256' ? -7 : -8);
    statement.set('sig', signWith(signer.privateKey, signer.algorithm, signedBytes(authenticator, client)));
    if (signer.chain.length > 0)
      statement.set(
        'x5c',
        signer.chain.map((der) => new Uint8Array(der)),
      );
  }
  const members: readonly (readonly [string, CBORType])[] = [
    ['fmt', signer === undefined ? 'none' : 'packed'],
    ['attStmt', statement],
    ['authData', authenticator],
  ];
  return encodeCBOR(new Map(members));
}

/** What an authenticator signs: its own bytes and the hash of the client data. */
export function signedBytes(authenticator: Uint8Array, client: Uint8Array): Uint8Array {
  return Buffer.concat([authenticator, sha256(client)]);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
