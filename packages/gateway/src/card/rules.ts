// What a certificate must be to count as a card: for this use, under these policies, by these issuers, with keys and
// signatures strong enough. All of it is configuration; nothing here knows a sector's identifiers.
import type { CardCertificate, CertificateChain } from './certificate.ts';
import type { Trust } from './trust.ts';

export interface UseRules {
  /** One of these extended usages at least; the extension must be there. */
  readonly extendedKeyUsage: readonly string[];
  /** One of these policies at least; empty: any, or none. */
  readonly policies: readonly string[];
  /** Signature algorithms of the leaf and of every intermediate. */
  readonly signatures: readonly SignatureName[];
  /** Fewest bits. */
  readonly rsaBits: number;
  readonly ecBits: number;
}

export type UseRefusal = 'wrong-usage' | 'wrong-policy' | 'wrong-issuer' | 'weak-key' | 'weak-signature';

export type SignatureName =
  | 'rsa-sha256'
  | 'rsa-sha384'
  | 'rsa-sha512'
  | 'rsa-pss'
  | 'ecdsa-sha256'
  | 'ecdsa-sha384'
  | 'ecdsa-sha512'
  | 'ed25519';

/** Without SHA-1 and MD5: they cannot be written in a configuration either. */
export const signatureOids: Readonly<Record<SignatureName, string>> = {
  'rsa-sha256': '1.2.840.113549.1.1.11',
  'rsa-sha384': '1.2.840.113549.1.1.12',
  'rsa-sha512': '1.2.840.113549.1.1.13',
  'rsa-pss': '1.2.840.113549.1.1.10',
  'ecdsa-sha256': '1.2.840.10045.4.3.2',
  'ecdsa-sha384': '1.2.840.10045.4.3.3',
  'ecdsa-sha512': '1.2.840.10045.4.3.4',
  ed25519: '1.3.101.112',
};

/** Undefined: the chain's leaf may be used as a card. */
export function useRefusal(
  { leaf, issuers }: CertificateChain,
  rules: UseRules,
  trust: Trust,
): UseRefusal | undefined {
  if (leaf.isAuthority || leaf.keyUsage?.has('digitalSignature') !== true) return 'wrong-usage';
  if (!anyOf(leaf.extendedKeyUsage ?? [], rules.extendedKeyUsage)) return 'wrong-usage';
  if (rules.policies.length > 0 && !anyOf(leaf.policies, rules.policies)) return 'wrong-policy';
  if (trust.issuers !== undefined && !trust.issuers.has(issuers[0].fingerprint)) return 'wrong-issuer';
  // The anchor's own signature proves nothing: it is believed because the operator put it there.
  const signed = [leaf, ...issuers.slice(0, -1)];
  const allowed = new Set(rules.signatures.map((name) => signatureOids[name]));
  if (!signed.every(({ signatureAlgorithm }) => allowed.has(signatureAlgorithm))) return 'weak-signature';
  return [leaf, ...issuers].every((one) => isStrong(one, rules)) ? undefined : 'weak-key';
}

function anyOf(carried: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((oid) => carried.includes(oid));
}

function isStrong({ key }: CardCertificate, { rsaBits, ecBits }: UseRules): boolean {
  if (key.kind === 'rsa' || key.kind === 'rsa-pss') return key.bits >= rsaBits;
  if (key.kind === 'ec') return key.bits >= ecBits;
  return key.kind === 'ed25519';
}
