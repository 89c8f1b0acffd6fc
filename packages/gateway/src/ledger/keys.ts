// The operator's key pair and the data keys wrapped to it. The private half lives in a safe, never on the gateway; a data
// key lives in the gateway's memory for one segment. RFC 7518 section 4.6 (ECDH-ES), done by jose.
import {
  CompactEncrypt,
  calculateJwkThumbprint,
  compactDecrypt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';

export interface OperatorKey {
  /** Goes to the gateway (`ledger.sealTo`). */
  readonly public: JWK;
  /** Goes to the safe; whoever has it reads who was seen. */
  readonly private: JWK;
}

/** What is wrong with a key, or that none of the given ones opens a segment. Never holds key material. */
export class LedgerKeyError extends Error {}

const wrapping = 'ECDH-ES+A256KW';
const accepted = { keyManagementAlgorithms: ['ECDH-ES', wrapping], contentEncryptionAlgorithms: ['A256GCM'] };

/** Makes a P-256 pair; both halves carry the RFC 7638 thumbprint as `kid`. */
export async function makeOperatorKey(): Promise<OperatorKey> {
  const pair = await generateKeyPair(wrapping, { crv: 'P-256', extractable: true });
  const open = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(open);
  return {
    public: { ...open, kid, use: 'enc' },
    private: { ...(await exportJWK(pair.privateKey)), kid, use: 'enc' },
  };
}

/** Wraps a 32-byte data key for the operator: a compact JWE. */
export type WrapDataKey = (dataKey: Uint8Array) => Promise<string>;

/**
 * Prepares wrapping for a public EC P-256 or OKP X25519 key. Rejects with a LedgerKeyError for other keys, and for a
 * private one: were it here, the gateway could read its own ledger and the promise would be void.
 */
export async function wrapFor(sealTo: JWK): Promise<WrapDataKey> {
  if (sealTo.d !== undefined)
    throw new LedgerKeyError(
      'ledger.sealTo holds the private key; give the public half and take the private one off this machine',
    );
  if (!isSuitable(sealTo))
    throw new LedgerKeyError('ledger.sealTo must be a JWK of type EC P-256 or OKP X25519');
  const recipient = await importJWK(sealTo, wrapping);
  const kid = sealTo.kid ?? (await calculateJwkThumbprint(sealTo));
  const header = { alg: wrapping, enc: 'A256GCM', kid };
  return (dataKey) => new CompactEncrypt(dataKey).setProtectedHeader(header).encrypt(recipient);
}

/** Whether a text can be a wrapped data key: a compact JWE with a header. */
export function isWrapped(text: string): boolean {
  try {
    return text.split('.').length === 5 && typeof decodeProtectedHeader(text).kid === 'string';
  } catch {
    return false;
  }
}

/** Opens a wrapped data key; rejects with a LedgerKeyError when no key fits. */
export type UnwrapDataKey = (wrapped: string) => Promise<Uint8Array>;

/** Prepares opening with one or several private keys: an operator who changed keys has segments for each. */
export async function unwrapWith(privateKeys: readonly JWK[]): Promise<UnwrapDataKey> {
  const keys = await Promise.all(privateKeys.map(privateKey));
  return async (wrapped) => {
    const { kid } = decodeProtectedHeader(wrapped);
    const key = keys.find((one) => one.kid === kid);
    if (key === undefined) throw new LedgerKeyError(`no key given for kid ${String(kid)}`);
    try {
      return (await compactDecrypt(wrapped, key.key, accepted)).plaintext;
    } catch (cause) {
      throw new LedgerKeyError(`the key ${String(kid)} does not open this segment`, { cause });
    }
  };
}

async function privateKey(
  jwk: JWK,
): Promise<{ readonly kid: string; readonly key: Awaited<ReturnType<typeof importJWK>> }> {
  if (jwk.d === undefined || !isSuitable(jwk))
    throw new LedgerKeyError(
      'give the operator\'s private key: a JWK of type EC P-256 or OKP X25519 with "d"',
    );
  return { kid: jwk.kid ?? (await calculateJwkThumbprint(jwk)), key: await importJWK(jwk, wrapping) };
}

function isSuitable({ kty, crv }: JWK): boolean {
  return (kty === 'EC' && crv === 'P-256') || (kty === 'OKP' && crv === 'X25519');
}
