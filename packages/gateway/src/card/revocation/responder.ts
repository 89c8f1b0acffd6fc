// Revocation by asking a responder (OCSP, RFC 6960). Libraries parse the answer and stop there: here it must be about this
// certificate, signed by the issuer or by somebody the issuer itself appointed, and of now; a tampered, foreign or old
// answer is no answer, and no answer closes (A220).

import { X509Certificate } from 'node:crypto';
import type { Instant, Random, Seconds } from '@palier/mfa-core';
import * as pki from 'pkijs';
import { keepNewest } from '../../bounded-map.ts';
import type { CardCertificate, CertificateChain } from '../certificate.ts';
import { sameName } from '../distinguished-name.ts';
import type { Revocation, RevocationVerdict } from '../revocation.ts';
import { signatureOids } from '../rules.ts';
import { fetched } from './fetched.ts';
import { askAbout, type OcspAnswer, type OcspQuestion, pkiOf, readAnswer } from './ocsp-exchange.ts';

export interface ResponderSetting {
  /** Undefined: the address the certificate itself names. */
  readonly url: URL | undefined;
  readonly timeout: Seconds;
  /** The oldest answer that counts when the responder names no end of its own, and the longest one is kept. */
  readonly maxAge: Seconds;
  /** Says whether an appointed responder was itself revoked; undefined: only those that need not be asked are believed. */
  readonly responders: Revocation | undefined;
  readonly random: Random;
}

interface KeptVerdict {
  readonly until: Instant;
  readonly verdict: RevocationVerdict;
}

const longestAnswer = 65_536;
const mostKept = 10_000;
const skew = 5 * 60_000;

/** Asks for every certificate below the anchor; one answer serves until it ends, `maxAge` at most. */
export function responder(setting: ResponderSetting): Revocation {
  const kept = new Map<string, KeptVerdict>();
  return {
    check: async (chain, now) => {
      let until = Number.POSITIVE_INFINITY;
      for (const link of linksOf(chain)) {
        const verdict = await stateOf(setting, kept, link, now);
        if (verdict.status !== 'good') return verdict;
        until = Math.min(until, verdict.until ?? until);
      }
      return { status: 'good', until: until as Instant };
    },
  };
}

/** A certificate, the one that signed it, and those above. */
interface ChainLink {
  readonly certificate: CardCertificate;
  readonly issuers: CertificateChain['issuers'];
}

function linksOf({ leaf, issuers }: CertificateChain): readonly ChainLink[] {
  return [leaf, ...issuers.slice(0, -1)].map((certificate, place) => {
    const [issuer, ...above] = issuers.slice(place);
    if (issuer === undefined) throw new TypeError('a chain ends in an anchor');
    return { certificate, issuers: [issuer, ...above] };
  });
}

async function stateOf(
  setting: ResponderSetting,
  kept: Map<string, KeptVerdict>,
  link: ChainLink,
  now: Instant,
): Promise<RevocationVerdict> {
  const { fingerprint } = link.certificate;
  const known = kept.get(fingerprint);
  if (known !== undefined && now < known.until) return known.verdict;
  const { verdict, until } = await asked(setting, link, now);
  if (until > now) keepNewest(kept, fingerprint, { until, verdict }, mostKept);
  else kept.delete(fingerprint);
  return verdict;
}

async function asked(setting: ResponderSetting, link: ChainLink, now: Instant): Promise<KeptVerdict> {
  const { certificate, issuers } = link;
  const url = setting.url ?? addressOf(certificate);
  if (url === undefined) return unknown('no responder is named', now);
  const question = await askAbout(certificate, issuers[0], setting.random);
  const post = { type: 'application/ocsp-request', body: question.bytes };
  const brought = await fetched(url, { timeout: setting.timeout, longest: longestAnswer }, post);
  if ('failed' in brought) return unknown(`responder: ${brought.failed}`, now);
  const answer = readAnswer(brought.bytes, question.id);
  if (typeof answer === 'string') return unknown(`responder: ${answer}`, now);
  const flaw =
    (await signatureFlaw(setting, answer, issuers, now)) ?? ageFlaw(setting, answer, question, now);
  if (flaw !== undefined) return unknown(`responder: ${flaw}`, now);
  return verdictOf(setting, answer, certificate, now);
}

function unknown(because: string, now: Instant): KeptVerdict {
  return { verdict: { status: 'unknown', because }, until: now };
}

function addressOf({ ocspUrls }: CardCertificate): URL | undefined {
  const url = ocspUrls
    .map((text) => URL.parse(text))
    .find((one) => one?.protocol === 'http:' || one?.protocol === 'https:');
  return url ?? undefined;
}

function verdictOf(
  { maxAge }: ResponderSetting,
  answer: OcspAnswer,
  { fingerprint }: CardCertificate,
  now: Instant,
): KeptVerdict {
  const until = Math.min(answer.to ?? Number.POSITIVE_INFINITY, now + maxAge * 1000) as Instant;
  if (answer.status === 'good') return { verdict: { status: 'good', until }, until };
  if (answer.status === 'unknown') return unknown('responder: knows no such certificate', now);
  const since = answer.revokedAt === undefined ? {} : { since: answer.revokedAt };
  return { verdict: { status: 'revoked', fingerprint, ...since }, until };
}

/** What is old or of another question could be an answer from before the card was revoked. */
function ageFlaw(
  { maxAge }: ResponderSetting,
  { from, to, nonce }: OcspAnswer,
  question: OcspQuestion,
  now: Instant,
): string | undefined {
  if (nonce !== undefined && Buffer.compare(nonce, question.nonce) !== 0)
    return 'an answer to another question';
  if (from > now + skew) return 'an answer of the future';
  if (to !== undefined && now > to) return 'an old answer';
  return to === undefined && nonce === undefined && now > from + maxAge * 1000 + skew
    ? 'an old answer'
    : undefined;
}

const ocspSigning = '1.3.6.1.5.5.7.3.9';
const noCheck = '1.3.6.1.5.5.7.48.1.5';
const knownSignatures: ReadonlySet<string> = new Set(Object.values(signatureOids));

/** RFC 6960 section 4.2.2.2: the issuer itself, or a certificate the issuer signed directly and for this purpose. */
async function signatureFlaw(
  { responders }: ResponderSetting,
  { basic, certificates }: OcspAnswer,
  [issuer, ...above]: CertificateChain['issuers'],
  now: Instant,
): Promise<string | undefined> {
  if (!knownSignatures.has(basic.signatureAlgorithm.algorithmId)) return 'a weak signature';
  if (await isSignedBy(basic, issuer)) return undefined;
  for (const appointed of certificates.filter((one) => isAppointed(one, issuer, now))) {
    if (!(await isSignedBy(basic, appointed))) continue;
    if (hasNoCheck(appointed)) return undefined;
    const state = await responders?.check({ leaf: appointed, issuers: [issuer, ...above] }, now);
    return state?.status === 'good' ? undefined : 'nobody says that the responder was not revoked';
  }
  return 'not signed by the issuer or somebody it appointed';
}

async function isSignedBy(basic: pki.BasicOCSPResponse, signer: CardCertificate): Promise<boolean> {
  try {
    return await pki
      .getCrypto(true)
      .verifyWithPublicKey(
        Uint8Array.from(basic.tbsResponseData.tbsView),
        basic.signature,
        pkiOf(signer).subjectPublicKeyInfo,
        basic.signatureAlgorithm,
      );
  } catch {
    return false;
  }
}

function isAppointed(one: CardCertificate, issuer: CardCertificate, now: Instant): boolean {
  if (one.extendedKeyUsage?.includes(ocspSigning) !== true || one.isAuthority) return false;
  if (now < one.validFrom || now > one.validTo || !sameName(one.issuer, issuer.holder)) return false;
  return new X509Certificate(one.der).verify(new X509Certificate(issuer.der).publicKey);
}

function hasNoCheck(one: CardCertificate): boolean {
  return pkiOf(one).extensions?.some(({ extnID }) => extnID === noCheck) === true;
}
