// A certificate and its key, as a setting names them: two PEM files that belong together.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { TlsFiles } from '../config/listen-settings.ts';
import { FileError } from './file-fault.ts';
import { readText } from './reading.ts';

export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

const fix = 'name a PEM file, and the key that belongs to the certificate';

/** Throws a FileError that says which of the two is not what it should be. */
export function readPair(files: TlsFiles): CertificatePair {
  const pair = { cert: readText(files.cert), key: readText(files.key) };
  const certificate = made(files.cert, 'certificate', () => new X509Certificate(pair.cert));
  const key = made(files.key, 'private key', () => createPrivateKey(pair.key));
  if (!certificate.checkPrivateKey(key))
    throw new FileError({ problem: `the key in ${files.key} is not that of the certificate`, fix });
  return pair;
}

function made<Value>(path: string, what: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw new FileError({ problem: `${path} holds no ${what} in PEM`, fix }, error);
  }
}
