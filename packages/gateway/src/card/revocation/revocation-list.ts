// One certificate revocation list (RFC 5280 section 5): read whole, signed by the authority it speaks for, complete. A list
// that covers only a part, or says something in an extension that must be understood and is not, is no list here: what
// is not on it would count as good.
import { type Instant, instantOf } from '@palier/mfa-core';
import type * as asn1 from 'asn1js';
import * as pki from 'pkijs';
import type { CardCertificate } from '../certificate.ts';
import { signatureOids } from '../rules.ts';

export interface RevocationList {
  /** Fingerprint of the authority that signed it. */
  readonly authority: string;
  readonly from: Instant;
  readonly to: Instant;
  /** Serial numbers in lower-case hexadecimal, with the instant of revocation in milliseconds. A certificate on hold is on it. */
  readonly revoked: ReadonlyMap<string, number>;
}

export type ListFlaw =
  | 'unreadable'
  | 'no-authority-of-ours'
  | 'bad-signature'
  | 'weak-signature'
  | 'no-next-update'
  | 'partial'
  | 'unknown-critical-extension';

/** Reads PEM or DER and finds the authority whose key signed it. Never throws for bad input. */
export async function readList(
  bytes: Uint8Array,
  authorities: readonly CardCertificate[],
): Promise<RevocationList | ListFlaw> {
  const list = parse(bytes);
  if (list === undefined) return 'unreadable';
  const flaw = flawOf(list);
  if (flaw !== undefined) return flaw;
  const authority = await signerOf(list, authorities);
  if (typeof authority === 'string') return authority;
  const revoked = serialsOf(list);
  if (revoked === undefined || list.nextUpdate === undefined) return 'unknown-critical-extension';
  return {
    authority: authority.fingerprint,
    from: instantOf(list.thisUpdate.value.getTime()),
    to: instantOf(list.nextUpdate.value.getTime()),
    revoked,
  };
}

function parse(bytes: Uint8Array): pki.CertificateRevocationList | undefined {
  const der = bytes[0] === 0x30 ? bytes : derOf(bytes);
  if (der === undefined) return undefined;
  try {
    return pki.CertificateRevocationList.fromBER(Uint8Array.from(der));
  } catch {
    return undefined;
  }
}

function derOf(bytes: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const body = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/.exec(text)?.[1];
  return body === undefined ? undefined : new Uint8Array(Buffer.from(body, 'base64'));
}

/** Number of the list and key identifier: they change nothing in what it says. */
const harmless: ReadonlySet<string> = new Set(['2.5.29.20', '2.5.29.35', '2.5.29.18', '2.5.29.46']);
const deltaIndicator = '2.5.29.27';
const distributionPoint = '2.5.29.28';
const knownSignatures: ReadonlySet<string> = new Set(Object.values(signatureOids));

function flawOf(list: pki.CertificateRevocationList): ListFlaw | undefined {
  if (!knownSignatures.has(list.signatureAlgorithm.algorithmId)) return 'weak-signature';
  if (list.signatureAlgorithm.algorithmId !== list.signature.algorithmId) return 'bad-signature';
  if (list.nextUpdate === undefined) return 'no-next-update';
  for (const { extnID, critical, parsedValue } of list.crlExtensions?.extensions ?? []) {
    if (extnID === deltaIndicator) return 'partial';
    if (extnID === distributionPoint) {
      if (!isComplete(parsedValue)) return 'partial';
    } else if (critical && !harmless.has(extnID)) return 'unknown-critical-extension';
  }
  return undefined;
}

/** An issuing distribution point that only says where the list is found. */
function isComplete(value: unknown): boolean {
  return (
    value instanceof pki.IssuingDistributionPoint &&
    !value.onlyContainsUserCerts &&
    !value.onlyContainsCACerts &&
    !value.onlyContainsAttributeCerts &&
    !value.indirectCRL &&
    value.onlySomeReasons === undefined
  );
}

/** The authority of that name, allowed to sign lists, whose key verifies; several may share a name when keys change. */
async function signerOf(
  list: pki.CertificateRevocationList,
  authorities: readonly CardCertificate[],
): Promise<CardCertificate | 'no-authority-of-ours' | 'bad-signature'> {
  const name = Buffer.from(new Uint8Array(list.issuer.valueBeforeDecode));
  const named = authorities.filter(
    ({ holder, keyUsage }) => name.equals(holder.der) && (keyUsage === undefined || keyUsage.has('cRLSign')),
  );
  for (const authority of named) if (await isSignedBy(list, authority)) return authority;
  return named.length === 0 ? 'no-authority-of-ours' : 'bad-signature';
}

async function isSignedBy(list: pki.CertificateRevocationList, authority: CardCertificate): Promise<boolean> {
  try {
    return await list.verify({ issuerCertificate: pki.Certificate.fromBER(Uint8Array.from(authority.der)) });
  } catch {
    return false;
  }
}

/** Undefined when an entry says something critical that is not understood: it may be about another authority. */
function serialsOf(list: pki.CertificateRevocationList): ReadonlyMap<string, number> | undefined {
  const revoked = new Map<string, number>();
  for (const entry of list.revokedCertificates ?? []) {
    if (entry.crlEntryExtensions?.extensions.some(({ critical }) => critical) === true) return undefined;
    revoked.set(serialOf(entry.userCertificate), entry.revocationDate.value.getTime());
  }
  return revoked;
}

/** Whole bytes without a sign byte, as `CardCertificate.serial` has it. */
export function serialOf(number: asn1.Integer): string {
  const hex = Buffer.from(number.valueBlock.valueHexView).toString('hex');
  return hex.replace(/^(?:00)+(?=..)/, '');
}
