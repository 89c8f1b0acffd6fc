// Who makes the cards of this example: a root, an authority of persons below it, and the list each of them publishes of
// what it revoked. Shaped like the sector's and sharing none of its names. Made at each start; nothing else should trust it.

import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

/** The policy that the cards carry and palier.yaml asks for: of the arc kept for examples. */
const policy = '2.999.1.1';

const signing = new x509.KeyUsagesExtension(
  x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
  true,
);

/** Whose card it is, as French health cards name a person: number, surname and given name in one set of attributes. */
export interface CardName {
  readonly number: string;
  readonly surname: string;
  readonly given: string;
  readonly title: string;
}

export interface IssuedCard {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

export interface CardAuthority {
  issue(name: CardName): Promise<IssuedCard>;
  /** Writes both lists into `card-lists`; what is named here is on the one of persons. */
  publish(revoked: readonly IssuedCard[]): Promise<void>;
}

interface Signer {
  readonly certificate: x509.X509Certificate;
  readonly keys: CryptoKeyPair;
}

/** Writes the authorities' certificates into `folder`, under the names that palier.yaml has. */
export async function makeCardAuthority(folder: string): Promise<CardAuthority> {
  const root = await makeRoot();
  const persons = await makeBelow(root);
  writeFileSync(join(folder, 'card-root.pem'), root.certificate.toString('pem'));
  writeFileSync(join(folder, 'card-persons.pem'), persons.certificate.toString('pem'));
  return {
    issue: (name) => issue(persons, name),
    publish: async (revoked) => {
      await publish(join(folder, 'card-lists', 'root.crl'), root, []);
      await publish(join(folder, 'card-lists', 'persons.crl'), persons, revoked);
    },
  };
}

async function makeRoot(): Promise<Signer> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'C=FR, O=EXEMPLE, CN=AC RACINE EXEMPLE',
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      signing,
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function makeBelow(root: Signer): Promise<Signer> {
  const keys = await makeKeys();
  const certificate = await signedBy(root, 'C=FR, O=EXEMPLE, CN=AC EXEMPLE PERSONNES', keys.publicKey, [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.CertificatePolicyExtension(['2.5.29.32.0']),
    signing,
  ]);
  return { certificate, keys };
}

async function issue(persons: Signer, { number, surname, given, title }: CardName): Promise<IssuedCard> {
  const keys = await makeKeys();
  const name: x509.JsonName = [
    { C: ['FR'] },
    { '2.5.4.12': [title] },
    {
      CN: [number],
      SN: [surname],
      G: [given],
    },
  ];
  const certificate = await signedBy(persons, name, keys.publicKey, [
    new x509.BasicConstraintsExtension(false),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    new x509.CertificatePolicyExtension([policy]),
  ]);
  return { certificate, key: keys.privateKey };
}

async function signedBy(
  { certificate, keys }: Signer,
  subject: x509.JsonName | string,
  publicKey: CryptoKey,
  extensions: readonly x509.Extension[],
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    subject,
    issuer: certificate.subjectName.toJSON(),
    publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      ...extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

async function publish(
  file: string,
  { certificate, keys }: Signer,
  revoked: readonly IssuedCard[],
): Promise<void> {
  const list = await x509.X509CrlGenerator.create({
    issuer: certificate.subjectName.toJSON(),
    thisUpdate: new Date(Date.now() - 60_000),
    nextUpdate: new Date(Date.now() + 7 * day),
    entries: revoked.map((card) => ({
      serialNumber: card.certificate.serialNumber,
      revocationDate: new Date(Date.now() - 60_000),
      reason: x509.X509CrlReason.keyCompromise,
    })),
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
  });
  // As publishers do, in DER.
  writeFileSync(file, new Uint8Array(list.rawData));
}

function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** A year: of one that ends within a month the page would remind its holder. */
function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 365 * day) };
}
