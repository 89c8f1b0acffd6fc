// One certificate, read once from its DER into what the rules ask about. Whether it may be believed is not said here: see
// verify-chain.ts (who signed it), rules.ts (what it is for) and holder.ts (whose it is).
import { createHash, X509Certificate } from 'node:crypto';
import { type Instant, instantOf } from '@palier/mfa-core';
import * as asn1 from 'asn1js';
import * as pki from 'pkijs';
import { type DistinguishedName, readName, textOf } from './distinguished-name.ts';

export interface CardCertificate {
  readonly der: Uint8Array;
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Lower-case hexadecimal of the number, in whole bytes and without a sign byte: `0a1f`. */
  readonly serial: string;
  readonly issuer: DistinguishedName;
  /** Whose certificate it is. */
  readonly holder: DistinguishedName;
  readonly validFrom: Instant;
  readonly validTo: Instant;
  readonly isAuthority: boolean;
  /** How many authorities may stand between it and an end certificate; undefined: as many as there are. */
  readonly pathLength: number | undefined;
  /** Undefined: the extension is not there. */
  readonly keyUsage: ReadonlySet<KeyUse> | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** Policy identifiers; empty when the certificate names none. */
  readonly policies: readonly string[];
  /** Identifiers of the extensions that must be understood. */
  readonly critical: readonly string[];
  readonly alternativeNames: readonly AlternativeName[];
  readonly key: { readonly kind: string; readonly bits: number };
  /** The algorithm of the signature over it, as an object identifier. */
  readonly signatureAlgorithm: string;
  /** Where it says that its state can be asked. */
  readonly ocspUrls: readonly string[];
  readonly crlUrls: readonly string[];
}

/** The certificate shown and those above it: `issuers[0]` signed the leaf, the last one is an anchor of ours. */
export interface CertificateChain {
  readonly leaf: CardCertificate;
  readonly issuers: readonly [CardCertificate, ...CardCertificate[]];
}

export type KeyUse = 'digitalSignature' | 'nonRepudiation' | 'keyEncipherment' | 'keyCertSign' | 'cRLSign';

export interface AlternativeName {
  readonly kind: 'email' | 'dns' | 'uri' | 'upn';
  readonly value: string;
}

const longest = 65_536;

/** Undefined when the bytes are not exactly one certificate, or one that cannot be read without guessing. */
export function readCertificate(der: Uint8Array): CardCertificate | undefined {
  if (der.length > longest) return undefined;
  try {
    return read(der);
  } catch {
    return undefined;
  }
}

function read(der: Uint8Array): CardCertificate | undefined {
  const platform = new X509Certificate(der);
  // Two readers must have seen the same bytes, and all of them: nothing may follow the certificate.
  if (!platform.raw.equals(der)) return undefined;
  const certificate = pki.Certificate.fromBER(Uint8Array.from(der));
  const issuer = readName(bytesOf(certificate.issuer.valueBeforeDecode));
  const holder = readName(bytesOf(certificate.subject.valueBeforeDecode));
  if (issuer === undefined || holder === undefined || hasExtensionTwice(certificate)) return undefined;
  // Zero and below are no serial numbers (RFC 5280 section 4.1.2.2), and a list would spell them otherwise than we do here.
  if (!/^(?!0+$)[0-9A-F]+$/i.test(platform.serialNumber)) return undefined;
  const extensions = certificate.extensions ?? [];
  const parsed = (oid: string): unknown => extensions.find(({ extnID }) => extnID === oid)?.parsedValue;
  return {
    der,
    fingerprint: createHash('sha256').update(der).digest('hex'),
    serial: platform.serialNumber.toLowerCase(),
    issuer,
    holder,
    validFrom: instantOf(platform.validFromDate.getTime()),
    validTo: instantOf(platform.validToDate.getTime()),
    isAuthority: platform.ca,
    pathLength: pathLengthOf(parsed('2.5.29.19')),
    keyUsage: keyUsageOf(parsed('2.5.29.15')),
    extendedKeyUsage: extendedOf(parsed('2.5.29.37')),
    critical: extensions.filter(({ critical }) => critical).map(({ extnID }) => extnID),
    policies: policiesOf(parsed('2.5.29.32')),
    alternativeNames: alternativesOf(parsed('2.5.29.17')),
    key: keyOf(platform),
    signatureAlgorithm: certificate.signatureAlgorithm.algorithmId,
    ocspUrls: ocspOf(parsed('1.3.6.1.5.5.7.1.1')),
    crlUrls: crlOf(parsed('2.5.29.31')),
  };
}

function bytesOf(view: ArrayBuffer): Uint8Array {
  return new Uint8Array(view);
}

/** RFC 5280 section 4.2 forbids it, and readers differ in which one they take. */
function hasExtensionTwice(certificate: pki.Certificate): boolean {
  const oids = (certificate.extensions ?? []).map(({ extnID }) => extnID);
  return new Set(oids).size < oids.length;
}

/** A number too long to be read as one counts as zero: it closes. */
function pathLengthOf(value: unknown): number | undefined {
  if (!(value instanceof pki.BasicConstraints) || value.pathLenConstraint === undefined) return undefined;
  return typeof value.pathLenConstraint === 'number' ? value.pathLenConstraint : 0;
}

/** Bits of RFC 5280 section 4.2.1.3, first byte; the ones left out are asked for by nobody here. */
const useBits: readonly (readonly [KeyUse, number])[] = [
  ['digitalSignature', 0x80],
  ['nonRepudiation', 0x40],
  ['keyEncipherment', 0x20],
  ['keyCertSign', 0x04],
  ['cRLSign', 0x02],
];

function keyUsageOf(value: unknown): ReadonlySet<KeyUse> | undefined {
  if (!(value instanceof asn1.BitString)) return undefined;
  const first = value.valueBlock.valueHexView[0] ?? 0;
  return new Set(useBits.filter(([, bit]) => (first & bit) !== 0).map(([use]) => use));
}

function extendedOf(value: unknown): readonly string[] | undefined {
  return value instanceof pki.ExtKeyUsage ? value.keyPurposes : undefined;
}

function policiesOf(value: unknown): readonly string[] {
  return value instanceof pki.CertificatePolicies
    ? value.certificatePolicies.map(({ policyIdentifier }) => policyIdentifier)
    : [];
}

const upnOid = '1.3.6.1.4.1.311.20.2.3';

function alternativesOf(value: unknown): readonly AlternativeName[] {
  if (!(value instanceof pki.AltName)) return [];
  return value.altNames.flatMap((name): readonly AlternativeName[] => {
    if (name.type === 1) return textName('email', name.value);
    if (name.type === 2) return textName('dns', name.value);
    if (name.type === 6) return textName('uri', name.value);
    return name.type === 0 ? principalName(name.value) : [];
  });
}

function textName(kind: AlternativeName['kind'], value: unknown): readonly AlternativeName[] {
  return typeof value === 'string' && !/\p{C}/u.test(value) ? [{ kind, value }] : [];
}

/** otherName of type UPN: the sequence of an identifier and, in brackets of its own, a string. */
function principalName(value: unknown): readonly AlternativeName[] {
  const parts = (value as { readonly valueBlock?: { readonly value?: unknown } } | undefined)?.valueBlock
    ?.value;
  if (!Array.isArray(parts)) return [];
  const [type, held] = parts as readonly unknown[];
  if (!(type instanceof asn1.ObjectIdentifier) || type.getValue() !== upnOid) return [];
  const text = held instanceof asn1.Constructed ? textOf(held.valueBlock.value[0]) : undefined;
  return text === undefined ? [] : [{ kind: 'upn', value: text }];
}

const curveBits: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

function keyOf({ publicKey }: X509Certificate): CardCertificate['key'] {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  return {
    kind: publicKey.asymmetricKeyType ?? 'unknown',
    bits: modulusLength ?? (namedCurve === undefined ? 0 : (curveBits[namedCurve] ?? 0)),
  };
}

function ocspOf(value: unknown): readonly string[] {
  if (!(value instanceof pki.InfoAccess)) return [];
  return value.accessDescriptions.flatMap(({ accessMethod, accessLocation }) =>
    accessMethod === '1.3.6.1.5.5.7.48.1' ? uriOf(accessLocation) : [],
  );
}

function crlOf(value: unknown): readonly string[] {
  if (!(value instanceof pki.CRLDistributionPoints)) return [];
  return value.distributionPoints.flatMap(({ distributionPoint }) =>
    Array.isArray(distributionPoint) ? distributionPoint.flatMap(uriOf) : [],
  );
}

function uriOf(name: pki.GeneralName): readonly string[] {
  return name.type === 6 ? textName('uri', name.value).map(({ value }) => value) : [];
}
