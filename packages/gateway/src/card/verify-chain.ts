// From a certificate to an anchor. The way up is found here, in bounded steps (two authorities that sign each other would
// send the library round for ever); the library then validates that one way as RFC 5280 section 6 says. Signatures are
// checked by both: what is believed, two readers agree on.
import { X509Certificate } from 'node:crypto';
import type { Instant } from '@palier/mfa-core';
import * as pki from 'pkijs';
import { type CardCertificate, type CertificateChain, readCertificate } from './certificate.ts';
import { sameName } from './distinguished-name.ts';
import type { Trust } from './trust.ts';

export type ChainVerdict =
  | { readonly outcome: 'sound'; readonly chain: CertificateChain }
  | { readonly outcome: 'refused'; readonly reason: ChainRefusal };

export type ChainRefusal = 'malformed' | 'untrusted' | 'not-yet-valid' | 'expired' | 'invalid-path';

/** Certificates above the leaf; the sector's chains have two. */
const longestWay = 6;
const mostPresented = 8;
/** Signatures tried on the way up: certificates that all signed each other have thousands of ways. */
const mostTried = 64;

/**
 * Verifies what was presented, the leaf first and in any order whatever came with it. Never throws for bad input. Says
 * nothing about revocation, nor what the certificate is for.
 */
export async function verifyChain(
  presented: readonly Uint8Array[],
  trust: Trust,
  now: Instant,
): Promise<ChainVerdict> {
  if (presented.length > mostPresented) return refused('malformed');
  const read = presented.map(readCertificate);
  const [leaf, ...more] = read.filter((one) => one !== undefined);
  if (leaf === undefined || read.includes(undefined)) return refused('malformed');
  const way = wayUp([leaf], [...trust.intermediates, ...more], trust.anchors, { left: mostTried });
  const [first, ...rest] = way ?? [];
  if (way === undefined || first === undefined) return refused('untrusted');
  const all = [leaf, first, ...rest];
  if (all.some(({ validFrom }) => now < validFrom)) return refused('not-yet-valid');
  if (all.some(({ validTo }) => now > validTo)) return refused('expired');
  if (hasUnknownCritical(all) || isTooLong([first, ...rest]) || !(await isValidPath(all, now)))
    return refused('invalid-path');
  return { outcome: 'sound', chain: { leaf, issuers: [first, ...rest] } };
}

function refused(reason: ChainRefusal): ChainVerdict {
  return { outcome: 'refused', reason };
}

/** The issuers above the last of `way`, up to an anchor: depth first, never through one certificate twice. */
function wayUp(
  way: readonly [CardCertificate, ...CardCertificate[]],
  between: readonly CardCertificate[],
  anchors: readonly CardCertificate[],
  tries: { left: number },
): readonly CardCertificate[] | undefined {
  const last = way.at(-1) ?? way[0];
  const anchor = anchors.find((one) => isIssuedBy(last, one, tries));
  if (anchor !== undefined) return [...way.slice(1), anchor];
  if (way.length >= longestWay) return undefined;
  for (const issuer of between) {
    if (way.some(({ fingerprint }) => fingerprint === issuer.fingerprint) || !isIssuedBy(last, issuer, tries))
      continue;
    const found = wayUp([...way, issuer], between, anchors, tries);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names and key identifiers agree, the issuer is an authority, and the signature holds. */
function isIssuedBy(certificate: CardCertificate, issuer: CardCertificate, tries: { left: number }): boolean {
  if (!issuer.isAuthority || !sameName(certificate.issuer, issuer.holder) || tries.left === 0) return false;
  tries.left -= 1;
  const [one, above] = [new X509Certificate(certificate.der), new X509Certificate(issuer.der)];
  return one.checkIssued(above) && one.verify(above.publicKey);
}

/** Extensions whose meaning is honoured here or by the library; another one marked critical closes (RFC 5280 section 4.2). */
const honoured: ReadonlySet<string> = new Set([
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.30',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.33',
  '2.5.29.35',
  '2.5.29.36',
  '2.5.29.37',
  '2.5.29.54',
]);

function hasUnknownCritical(all: readonly CardCertificate[]): boolean {
  return all.some(({ critical }) => critical.some((oid) => !honoured.has(oid)));
}

/** The library reads the path length and does not check it: an intermediate could make authorities of its own. */
function isTooLong(issuers: readonly CardCertificate[]): boolean {
  return issuers.some(({ pathLength }, below) => pathLength !== undefined && below > pathLength);
}

/** RFC 5280 section 6 by the library, on exactly this way; its exceptions mean no. */
async function isValidPath(all: readonly CardCertificate[], now: Instant): Promise<boolean> {
  const certificates = all.map(({ der }) => pki.Certificate.fromBER(Uint8Array.from(der)));
  const anchor = certificates.at(-1);
  if (anchor === undefined) return false;
  const engine = new pki.CertificateChainValidationEngine({
    trustedCerts: [anchor],
    // The library takes the last one for the leaf.
    certs: certificates.slice(0, -1).reverse(),
    checkDate: new Date(now),
  });
  try {
    const verdict = await engine.verify();
    return verdict.result && verdict.certificatePath?.length === all.length;
  } catch {
    return false;
  }
}
