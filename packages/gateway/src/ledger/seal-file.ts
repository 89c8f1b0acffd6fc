// The file that ledger.sealTo names: the operator's public key, and nothing that opens.
import type { JWK } from 'jose';
import { FileError } from '../files/file-fault.ts';
import { readJson } from '../files/reading.ts';
import { LedgerKeyError, wrapFor } from './keys.ts';

const fix = 'name the public key that palier init wrote (ledger-public.jwk)';

/** Rejects with a FileError when entries could not be sealed to it, or should not. */
export async function readSeal(path: string): Promise<JWK> {
  const key = readJson(path, 'a public key (JWK)');
  if (typeof key !== 'object' || key === null)
    throw new FileError({ problem: `${path} is no public key (JWK)`, fix });
  if ('d' in key)
    throw new FileError({
      problem: `${path} holds the private key, with which this machine could read who was seen`,
      fix: `${fix}, and take the private one off this machine`,
    });
  try {
    await wrapFor(key);
  } catch (error) {
    const why = error instanceof LedgerKeyError ? error.message : 'it is damaged';
    throw new FileError({ problem: `${path} is no key to seal to: ${why}`, fix }, error);
  }
  return key;
}
