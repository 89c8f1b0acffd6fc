// One certificate revocation list (RFC 5280 section 5): read whole, signed by the authority it speaks for, complete. A list
// that covers only a part, or says something in an extension that must be understood and is not, is no list here: what
// is not on it would count as good.
import { type Instant, instantOf } from '@palier/mfa-core';
import * as asn1 from 'asn1js';
import * as pki from 'pkijs';
import type { CardCertificate } from '../certificate.ts';
import { signatureOids } from '../rules.ts';
import { type Element, elementAt, elementsIn, fewElementsIn, integerHex, timeOf, whole } from './der-walk.ts';

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
  const der = bytes[0] === 0x30 ? bytes : derOf(bytes);
  const parts = der === undefined ? undefined : attempt(() => partsOf(der));
  if (der === undefined || parts === undefined) return 'unreadable';
  const flaw = flawOf(parts);
  if (flaw !== undefined) return flaw;
  // The signature comes before the entries: nothing of an unsigned list is gone through at length.
  const authority = await signerOf(parts, authorities);
  if (typeof authority === 'string') return authority;
  const revoked = await serialsOf(der, parts.entries).catch(() => undefined);
  if (revoked === undefined) return 'unreadable';
  if (revoked === 'critical') return 'unknown-critical-extension';
  const { from, to } = parts;
  return to === undefined ? 'no-next-update' : { authority: authority.fingerprint, from, to, revoked };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function derOf(bytes: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const [begin, end] = ['-----BEGIN X509 CRL-----', '-----END X509 CRL-----'];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) return undefined;
  return new Uint8Array(Buffer.from(text.slice(from + begin.length, to), 'base64'));
}

interface ListParts {
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly issuer: Uint8Array;
  readonly from: Instant;
  readonly to: Instant | undefined;
  readonly entries: Element | undefined;
  readonly extensions: readonly pki.Extension[];
  readonly algorithm: pki.AlgorithmIdentifier;
  /** The algorithm named inside what is signed; must be the same. */
  readonly namedInside: pki.AlgorithmIdentifier;
  readonly signature: asn1.BitString;
}

/** The three parts of a list, and the fields of the first: version, algorithm, issuer, times, entries, extensions. */
function partsOf(der: Uint8Array): ListParts {
  const outer = elementAt(der, 0, der.length);
  const [tbs, algorithm, signature] = fewElementsIn(der, outer, 3);
  if (outer.tag !== 0x30 || outer.end !== der.length) throw new TypeError('no list');
  if (tbs === undefined || algorithm === undefined || signature === undefined) throw new TypeError('no list');
  const fields = fewElementsIn(der, tbs, 7);
  if (fields[0]?.tag === 0x02) fields.shift();
  const [inside, issuer, from, ...rest] = fields;
  if (inside === undefined || issuer === undefined || from === undefined) throw new TypeError('no list');
  const next = isTime(rest[0]) ? rest.shift() : undefined;
  const entries = rest[0]?.tag === 0x30 ? rest.shift() : undefined;
  const wrapped = rest[0]?.tag === 0xa0 ? rest.shift() : undefined;
  if (rest.length > 0) throw new TypeError('no list');
  const { result } = asn1.fromBER(whole(der, signature));
  if (!(result instanceof asn1.BitString)) throw new TypeError('no signature');
  return {
    signed: whole(der, tbs),
    issuer: whole(der, issuer),
    from: instantOf(timeOf(der, from)),
    to: next && instantOf(timeOf(der, next)),
    entries,
    extensions: wrapped === undefined ? [] : extensionsIn(der, wrapped),
    algorithm: pki.AlgorithmIdentifier.fromBER(whole(der, algorithm)),
    namedInside: pki.AlgorithmIdentifier.fromBER(whole(der, inside)),
    signature: result,
  };
}

function isTime(element: Element | undefined): boolean {
  return element?.tag === 0x17 || element?.tag === 0x18;
}

function extensionsIn(der: Uint8Array, wrapped: Element): readonly pki.Extension[] {
  const { result } = asn1.fromBER(whole(der, elementAt(der, wrapped.content, wrapped.end)));
  return new pki.Extensions({ schema: result }).extensions;
}

/** Number of the list, identifiers and alternative name of the issuer, where newer parts are found. */
const harmless: ReadonlySet<string> = new Set(['2.5.29.20', '2.5.29.35', '2.5.29.18', '2.5.29.46']);
const deltaIndicator = '2.5.29.27';
const distributionPoint = '2.5.29.28';
const knownSignatures: ReadonlySet<string> = new Set(Object.values(signatureOids));

function flawOf({ algorithm, namedInside, to, extensions }: ListParts): ListFlaw | undefined {
  if (!knownSignatures.has(algorithm.algorithmId)) return 'weak-signature';
  if (!algorithm.isEqual(namedInside)) return 'bad-signature';
  if (to === undefined) return 'no-next-update';
  for (const { extnID, critical, parsedValue } of extensions) {
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
  parts: ListParts,
  authorities: readonly CardCertificate[],
): Promise<CardCertificate | 'no-authority-of-ours' | 'bad-signature'> {
  const named = authorities.filter(
    ({ holder, keyUsage }) =>
      Buffer.compare(parts.issuer, holder.der) === 0 && (keyUsage === undefined || keyUsage.has('cRLSign')),
  );
  for (const authority of named) if (await isSignedBy(parts, authority)) return authority;
  return named.length === 0 ? 'no-authority-of-ours' : 'bad-signature';
}

async function isSignedBy(
  { signed, signature, algorithm }: ListParts,
  { der }: CardCertificate,
): Promise<boolean> {
  const { subjectPublicKeyInfo } = pki.Certificate.fromBER(Uint8Array.from(der));
  try {
    return await pki.getCrypto(true).verifyWithPublicKey(signed, signature, subjectPublicKeyInfo, algorithm);
  } catch {
    return false;
  }
}

/** Entries gone through before others get their turn: a list of a hundred thousand must not hold up a request. */
const atOnce = 2000;

/** `critical` when an entry says something that must be understood: it may be about another authority. */
async function serialsOf(
  der: Uint8Array,
  entries: Element | undefined,
): Promise<ReadonlyMap<string, number> | 'critical'> {
  const revoked = new Map<string, number>();
  if (entries === undefined) return revoked;
  let read = 0;
  for (const entry of elementsIn(der, entries)) {
    const [serial, since, extensions] = elementsIn(der, entry);
    if (serial === undefined || since === undefined) throw new TypeError('no entry');
    if (extensions !== undefined && hasCritical(der, extensions)) return 'critical';
    revoked.set(integerHex(der, serial), timeOf(der, since));
    read += 1;
    if (read % atOnce === 0) await new Promise(setImmediate);
  }
  return revoked;
}

/** Identifier, then TRUE when it must be understood, then the value. */
function hasCritical(der: Uint8Array, extensions: Element): boolean {
  for (const extension of elementsIn(der, extensions)) {
    const [, second] = elementsIn(der, extension);
    if (second?.tag === 0x01 && der[second.content] !== 0) return true;
  }
  return false;
}
