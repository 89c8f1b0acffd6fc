// Certificates for an afternoon on one machine: an authority, and what it signs for servers and for the gateway as a client
// of the provider. Made at each start and never kept; nothing outside of this example should trust them.

import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

/** Paths of a certificate and its key, both PEM. */
export interface KeyFiles {
  readonly cert: string;
  readonly key: string;
}

/** An authority that signs what the example needs. */
export interface ExampleAuthority {
  /** Path of its certificate, for whoever has to trust it. */
  readonly ca: string;
  /** For a server on the loopback. */
  server(name: string): Promise<KeyFiles>;
  /** For a program that shows who it is. */
  client(name: string): Promise<KeyFiles>;
}

/** Makes an authority; its files and those of what it signs go into `folder`. */
export async function makeAuthority(folder: string, name: string): Promise<ExampleAuthority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const ca = join(folder, `${slug(name)}.pem`);
  writeFileSync(ca, root.toString('pem'));
  const sign = async (common: string, extensions: x509.Extension[]): Promise<KeyFiles> => {
    const own = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${common}`,
      issuer: root.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      ...validity(),
      extensions,
    });
    const files = { cert: join(folder, `${slug(common)}.pem`), key: join(folder, `${slug(common)}-key.pem`) };
    writeFileSync(files.cert, certificate.toString('pem'));
    writeFileSync(files.key, await keyText(own.privateKey), { mode: 0o600 });
    return files;
  };
  return {
    ca,
    server: (common) =>
      sign(common, [
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
        ]),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ]),
    client: (common) =>
      sign(common, [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])]),
  };
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 7 * day) };
}

/** A private key as PEM. */
export async function keyText(key: CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}
