// Two authorities that sign each other's keys, and an end certificate below: a path builder without a bound never comes
// back from it.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** DER of the leaf and of both authorities. */
export async function makeRing(): Promise<readonly Uint8Array[]> {
  x509.cryptoProvider.set(globalThis.crypto);
  const pair = (): Promise<CryptoKeyPair> =>
    crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
  const [one, two, own] = await Promise.all([pair(), pair(), pair()]);
  const made = async (name: string, issuer: string, key: CryptoKey, by: CryptoKey, isAuthority: boolean) => {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: `${1 + Math.floor(Math.random() * 1e9)}`,
      ['subject']: `CN=${name}`,
      issuer: `CN=${issuer}`,
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 86_400_000),
      publicKey: key,
      signingKey: by,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(isAuthority)],
    });
    return new Uint8Array(certificate.rawData);
  };
  return [
    await made('leaf', 'A', own.publicKey, one.privateKey, false),
    await made('A', 'B', one.publicKey, two.privateKey, true),
    await made('B', 'A', two.publicKey, one.privateKey, true),
  ];
}

/** DER of an end certificate and of `size` authorities of one name and one key: each of them signed all of them. */
export async function makeCrowd(size: number): Promise<readonly Uint8Array[]> {
  x509.cryptoProvider.set(globalThis.crypto);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = async (name: string, isAuthority: boolean): Promise<Uint8Array> => {
    const certificate = await x509.X509CertificateGenerator.create({
      ['subject']: `CN=${name}`,
      issuer: 'CN=crowd',
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 86_400_000),
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(isAuthority)],
    });
    return new Uint8Array(certificate.rawData);
  };
  const authorities = await Promise.all(Array.from({ length: size }, () => made('crowd', true)));
  return [await made('leaf', false), ...authorities];
}
