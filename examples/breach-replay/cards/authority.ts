// The authority of a replay's cards: a root, an authority below it that issues to persons, the certificate of the card
// listener, and the lists of what was revoked. Names and keys are of this run alone. Validity spans the replay's clock,
// by which the gateway judges, and today, by which the platform's TLS does.

import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { Card } from './card.ts';

/** Whom a card names. */
export interface Holder {
  /** PS_IdNat, as the portal knows the person. */
  readonly nationalId: string;
  readonly givenName: string;
  readonly surname: string;
}

/** An authority whose files are in a folder. */
export interface CardAuthority {
  /** Lines of configuration that make a gateway believe it. */
  readonly settings: readonly string[];
  issue(holder: Holder): Promise<Card>;
  /** A card that the lists have named since before the gateway started. */
  issueRevoked(holder: Holder): Promise<Card>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const clientAuth = '1.3.6.1.5.5.7.3.2';
const serverAuth = '1.3.6.1.5.5.7.3.1';
const REVOKED_AT_MOST = 100;
const DAY = 86_400_000;

interface Signer {
  readonly name: string;
  readonly keys: CryptoKeyPair;
}

interface Wanted {
  readonly name: string;
  readonly serial: number;
  readonly key: CryptoKey;
  readonly extensions: x509.Extension[];
}

/** Makes an authority and writes what the gateway reads; `start` is when the replay's clock begins. */
export async function makeCardAuthority(folder: string, start: number): Promise<CardAuthority> {
  x509.cryptoProvider.set(globalThis.crypto);
  const span = { notBefore: new Date(start - 60 * DAY), notAfter: new Date(Date.now() + 400 * DAY) };
  const root: Signer = { name: 'O=Palier replay, CN=Replay root', keys: await pair() };
  const persons: Signer = { name: 'O=Palier replay, CN=Replay persons', keys: await pair() };
  const above = await signed(root, span, authority(root, 1, 1));
  const between = await signed(root, span, authority(persons, 2, 0));
  const server = await pair();
  const own = await signed(persons, span, {
    name: 'CN=localhost',
    serial: 3,
    key: server.publicKey,
    extensions: [
      ...leaf(serverAuth),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
    ],
  });
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const lists = join(folder, 'lists');
  mkdirSync(lists);
  writeFileSync(join(lists, 'root.crl'), await list(root, span, []));
  const revoked = Array.from({ length: REVOKED_AT_MOST }, (_, place) => 1_000 + place);
  writeFileSync(join(lists, 'persons.crl'), await list(persons, span, revoked));
  const chain = `${own}\n${between}`;
  const settings = [
    `tls: { cert: ${file('cards.pem', chain)}, key: ${file('cards.key', await pem(server.privateKey))} }`,
    `ca: ${file('roots.pem', above)}`,
    `intermediates: ${file('intermediates.pem', between)}`,
    `issuers: ${file('persons.pem', between)}`,
    `crl: ${lists}/`,
    'matches: person',
  ];
  const issue = async ({ nationalId, givenName, surname }: Holder, serial: number): Promise<Card> => {
    const { publicKey, privateKey } = await pair();
    // Surname and given name by their identifiers: their short names are not the same everywhere.
    const name = `C=FR, CN=${nationalId}, 2.5.4.4=${surname}, 2.5.4.42=${givenName}`;
    const wanted = { name, serial, key: publicKey, extensions: leaf(clientAuth) };
    return {
      chain: `${await signed(persons, span, wanted)}\n${between}`,
      key: await pem(privateKey),
      trust: above,
    };
  };
  let [good, withdrawn] = [5_000, 0];
  return {
    settings,
    issue: (holder) => issue(holder, good++),
    issueRevoked(holder) {
      const serial = revoked[withdrawn++];
      if (serial === undefined) throw new RangeError('the lists of a replay name no more revoked cards');
      return issue(holder, serial);
    },
  };
}

interface Span {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

function pair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
}

function authority({ name, keys }: Signer, serial: number, below: number): Wanted {
  const usage = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const extensions = [
    new x509.BasicConstraintsExtension(true, below, true),
    new x509.KeyUsagesExtension(usage, true),
  ];
  return { name, serial, key: keys.publicKey, extensions };
}

function leaf(use: string): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([use]),
  ];
}

async function signed(by: Signer, span: Span, { name, serial, key, extensions }: Wanted): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: hex(serial),
    ['subject']: name,
    issuer: by.name,
    ...span,
    publicKey: key,
    signingKey: by.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [...extensions, await x509.AuthorityKeyIdentifierExtension.create(by.keys.publicKey)].concat(
      await x509.SubjectKeyIdentifierExtension.create(key),
    ),
  });
  return certificate.toString('pem');
}

async function list(by: Signer, span: Span, serials: readonly number[]): Promise<Uint8Array> {
  const crl = await x509.X509CrlGenerator.create({
    issuer: by.name,
    thisUpdate: span.notBefore,
    nextUpdate: span.notAfter,
    entries: serials.map((serial) => ({ serialNumber: hex(serial), revocationDate: span.notBefore })),
    signingAlgorithm: algorithm,
    signingKey: by.keys.privateKey,
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(by.keys.publicKey)],
  });
  return new Uint8Array(crl.rawData);
}

function hex(serial: number): string {
  return serial.toString(16).padStart(8, '0');
}

async function pem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
