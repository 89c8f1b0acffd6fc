// Whom the card listener believes: anchors and intermediates from the operator's files, read and checked once. A file that
// is not what it should be stops the start, with a word on which certificate is wrong.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type CardCertificate, readCertificate } from './certificate.ts';
import { sameName } from './distinguished-name.ts';

export interface Trust {
  readonly anchors: readonly CardCertificate[];
  readonly intermediates: readonly CardCertificate[];
  /** Fingerprints of the authorities whose certificates are those of persons; undefined: any above. */
  readonly issuers: ReadonlySet<string> | undefined;
}

export interface TrustFiles {
  readonly anchors: string;
  readonly intermediates: string | undefined;
  readonly issuers: string | undefined;
}

/** What is wrong with a file of certificates, in words an operator can act on. */
export class TrustError extends Error {}

/** Reads PEM files (or one certificate as DER); throws a TrustError naming the file. */
export function readTrust(files: TrustFiles): Trust {
  const anchors = certificatesIn(files.anchors);
  const intermediates = files.intermediates === undefined ? [] : certificatesIn(files.intermediates);
  for (const anchor of anchors)
    if (!isSelfSigned(anchor))
      throw new TrustError(`${files.anchors}: a certificate is no root; put it in intermediates`);
  for (const one of [...anchors, ...intermediates])
    if (!one.isAuthority) throw new TrustError(`${files.anchors}: a certificate is no authority's`);
  const issuers = files.issuers === undefined ? undefined : certificatesIn(files.issuers);
  return {
    anchors,
    intermediates,
    issuers: issuers && new Set(issuers.map(({ fingerprint }) => fingerprint)),
  };
}

function certificatesIn(path: string): readonly [CardCertificate, ...CardCertificate[]] {
  const [first, ...rest] = dersIn(readFileSync(path)).map((der) => {
    const certificate = readCertificate(der);
    if (certificate === undefined) throw new TrustError(`${path}: a certificate cannot be read`);
    return certificate;
  });
  if (first === undefined) throw new TrustError(`${path}: holds no certificate`);
  return [first, ...rest];
}

/** The certificates of a PEM text, or the bytes themselves. */
function dersIn(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes[0] === 0x30) return [bytes];
  const text = Buffer.from(bytes).toString('latin1');
  const blocks = text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, body]) => new Uint8Array(Buffer.from(body ?? '', 'base64')));
}

function isSelfSigned({ der, issuer, holder }: CardCertificate): boolean {
  const certificate = new X509Certificate(der);
  return sameName(issuer, holder) && certificate.verify(certificate.publicKey);
}
