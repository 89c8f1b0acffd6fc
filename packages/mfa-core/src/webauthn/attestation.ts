// What an authenticator says about its own make, and whether that is enough. The library checks the statement's
// signature; it takes `none` for an answer when more was asked, self attestation, and a chain to nowhere. Those are
// judged here (A176). WebAuthn L3 sections 6.5 and 7.1 steps 21 to 24.
import { decodeCBOR } from '@levischuck/tiny-cbor';
import { chainsToRoot } from './certificate-chain.ts';
import type { AuthenticatorPolicy } from './relying-party.ts';

export interface Attestation {
  readonly format: string;
  /** DER certificates, leaf first; empty for no and for self attestation. */
  readonly chain: readonly Uint8Array[];
}

/** Formats with a chain whose roots the metadata names. The others are bound to one maker's roots and to a network. */
const chained: ReadonlySet<string> = new Set(['packed', 'tpm']);

/** Reads an attestation object: one whole CBOR map, nothing after it. Undefined for anything else; never throws. */
export function readAttestation(encoded: string): Attestation | undefined {
  try {
    const read: unknown = decodeCBOR(Uint8Array.from(Buffer.from(encoded, 'base64url')));
    if (!(read instanceof Map) || read.size !== 3) return undefined;
    const [format, statement, authenticator]: unknown[] = [
      read.get('fmt'),
      read.get('attStmt'),
      read.get('authData'),
    ];
    if (typeof format !== 'string' || !(statement instanceof Map) || !(authenticator instanceof Uint8Array))
      return undefined;
    const chain = chainOf(statement.get('x5c'));
    return chain && { format, chain };
  } catch {
    return undefined;
  }
}

function chainOf(x5c: unknown): readonly Uint8Array[] | undefined {
  if (x5c === undefined) return [];
  return Array.isArray(x5c) && x5c.every((der) => der instanceof Uint8Array) ? x5c : undefined;
}

/**
 * Whether the library may be asked at all. Without `trusted` only what says nothing is looked at, `none` and self
 * attestation: a browser that was asked for `none` removes the rest, and no certificate is parsed that proves nothing.
 */
export function isExpected({ format, chain }: Attestation, policy: AuthenticatorPolicy): boolean {
  if (policy.attestation === 'trusted') return chained.has(format) && chain.length > 0;
  return format === 'none' || (format === 'packed' && chain.length === 0);
}

/** Whether a statement whose signature held comes from an allowed model of a maker that is trusted today. */
export function isTrusted(
  { chain }: Attestation,
  aaguid: string,
  { aaguids, metadata }: AuthenticatorPolicy,
): boolean {
  if (metadata === undefined || (aaguids !== undefined && !aaguids.includes(aaguid))) return false;
  const now = metadata.now();
  const model = metadata.model(aaguid, now);
  try {
    return model.outcome === 'trusted' && chainsToRoot(chain, model.roots, now);
  } catch {
    return false;
  }
}
