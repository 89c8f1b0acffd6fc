// Whether a certificate chain ends at a root that is trusted. No network, no process-wide roots and no clock of its
// own, which is why the library's path validation is not used: it fetches revocation lists, without a time limit, from
// addresses in the certificates. Limit: path length and name constraints are not read; roots are few and chosen.
import { X509Certificate } from 'node:crypto';
import type { Instant } from '../time.ts';

/** Leaf, intermediates and perhaps the root: no real chain of an authenticator is longer. */
const longestChain = 5;

/**
 * Whether each certificate is in force at `now` and issued by the next (RFC 7515 section 4.1.6 order), and the last
 * one is a root or issued by one. A leaf that is itself listed as a root counts (FIDO Metadata Statement 3.0 section
 * 4: a root list may hold the attestation certificate). Certificates that cannot be read are an exception.
 */
export function chainsToRoot(
  chain: readonly Uint8Array[],
  roots: readonly X509Certificate[],
  now: Instant,
): boolean {
  if (chain.length === 0 || chain.length > longestChain) return false;
  const certificates = chain.map((der) => new X509Certificate(der));
  if (!certificates.every((certificate) => isInForce(certificate, now))) return false;
  const linked = certificates.every((certificate, at) => {
    const issuer = certificates[at + 1];
    return issuer === undefined || (issuer.ca && isIssuedBy(certificate, issuer));
  });
  const last = certificates.at(-1);
  return linked && last !== undefined && roots.some((root) => isInForce(root, now) && reaches(last, root));
}

function reaches(last: X509Certificate, root: X509Certificate): boolean {
  return last.raw.equals(root.raw) || (root.ca && isIssuedBy(last, root));
}

/** Names, key usage and key identifiers agree, and the signature holds. */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isInForce(certificate: X509Certificate, now: Instant): boolean {
  return certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();
}
