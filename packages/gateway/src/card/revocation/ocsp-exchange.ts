// The two messages of RFC 6960: the question about one certificate, and an answer as far as its form goes. Who signed the
// answer and whether it is fresh is responder.ts; libraries leave that to the caller.
import { type Instant, instantOf, type Random } from '@palier/mfa-core';
import * as asn1 from 'asn1js';
import * as pki from 'pkijs';
import { type CardCertificate, readCertificate } from '../certificate.ts';

export interface OcspQuestion {
  readonly bytes: Uint8Array;
  readonly id: pki.CertID;
  readonly nonce: Uint8Array;
}

export interface OcspAnswer {
  readonly basic: pki.BasicOCSPResponse;
  /** Certificates sent along, among them perhaps the responder's. */
  readonly certificates: readonly CardCertificate[];
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly from: Instant;
  readonly to: Instant | undefined;
  /** Undefined: the responder does not echo it. */
  readonly nonce: Uint8Array | undefined;
  readonly revokedAt: Instant | undefined;
}

export type OcspFlaw = 'unreadable' | 'not-answered' | 'another-certificate' | 'unknown-critical-extension';

const nonceOid = '1.3.6.1.5.5.7.48.1.2';
const basicOid = '1.3.6.1.5.5.7.48.1.1';

export async function askAbout(
  certificate: CardCertificate,
  issuer: CardCertificate,
  random: Random,
): Promise<OcspQuestion> {
  const request = new pki.OCSPRequest();
  const issuerCertificate = pkiOf(issuer);
  // SHA-1 names the issuer here and protects nothing (RFC 6960 section 4.3): every responder knows it.
  await request.createForCertificate(pkiOf(certificate), { hashAlgorithm: 'SHA-1', issuerCertificate });
  const [asked] = request.tbsRequest.requestList;
  if (asked === undefined) throw new TypeError('the question names no certificate');
  const nonce = random(16);
  const value = new asn1.OctetString({ valueHex: Uint8Array.from(nonce) }).toBER();
  request.tbsRequest.requestExtensions = [new pki.Extension({ extnID: nonceOid, extnValue: value })];
  return { bytes: new Uint8Array(request.toSchema(true).toBER()), id: asked.reqCert, nonce };
}

export function pkiOf({ der }: CardCertificate): pki.Certificate {
  return pki.Certificate.fromBER(Uint8Array.from(der));
}

/** Never throws for bad input. */
export function readAnswer(bytes: Uint8Array, id: pki.CertID): OcspAnswer | OcspFlaw {
  try {
    const response = pki.OCSPResponse.fromBER(Uint8Array.from(bytes));
    if (response.responseStatus.valueBlock.valueDec !== 0) return 'not-answered';
    if (response.responseBytes?.responseType !== basicOid) return 'unreadable';
    return basicAnswer(
      pki.BasicOCSPResponse.fromBER(Uint8Array.from(response.responseBytes.response.valueBlock.valueHexView)),
      id,
    );
  } catch {
    return 'unreadable';
  }
}

function basicAnswer(basic: pki.BasicOCSPResponse, id: pki.CertID): OcspAnswer | OcspFlaw {
  const { responses, responseExtensions = [] } = basic.tbsResponseData;
  const about = responses.filter((one) => one.certID.isEqual(id));
  const [single] = about;
  if (single === undefined || about.length > 1) return 'another-certificate';
  const critical = [...responseExtensions, ...(single.singleExtensions ?? [])].some((one) => one.critical);
  if (critical) return 'unknown-critical-extension';
  const status = statusOf(single.certStatus);
  if (status === undefined) return 'unreadable';
  return {
    basic,
    certificates: (basic.certs ?? []).flatMap(
      (one) => readCertificate(new Uint8Array(one.toSchema().toBER())) ?? [],
    ),
    status: status.word,
    from: instantOf(single.thisUpdate.getTime()),
    to: single.nextUpdate === undefined ? undefined : instantOf(single.nextUpdate.getTime()),
    nonce: nonceIn(responseExtensions),
    revokedAt: status.at,
  };
}

/** CHOICE of [0] good, [1] revoked with its time, [2] unknown. */
function statusOf(
  value: unknown,
): { readonly word: OcspAnswer['status']; readonly at: Instant | undefined } | undefined {
  if (!(value instanceof asn1.BaseBlock)) return undefined;
  const { tagClass, tagNumber } = value.idBlock;
  if (tagClass !== 3) return undefined;
  if (tagNumber === 0) return { word: 'good', at: undefined };
  if (tagNumber === 2) return { word: 'unknown', at: undefined };
  if (tagNumber !== 1) return undefined;
  const time = value instanceof asn1.Constructed ? value.valueBlock.value[0] : undefined;
  return {
    word: 'revoked',
    at: time instanceof asn1.GeneralizedTime ? instantOf(time.toDate().getTime()) : undefined,
  };
}

function nonceIn(extensions: readonly pki.Extension[]): Uint8Array | undefined {
  const found = extensions.find(({ extnID }) => extnID === nonceOid);
  if (found === undefined) return undefined;
  const { result } = asn1.fromBER(found.extnValue.valueBlock.valueHexView);
  return result instanceof asn1.OctetString ? result.valueBlock.valueHexView : new Uint8Array(0);
}
