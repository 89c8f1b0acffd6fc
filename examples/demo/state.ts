// What the demo's gateway keeps on disk: its keys, the two halves of the ledger's key, the stores. Made once per
// folder; a folder that is kept keeps its factors.

import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyFile, writeKeyFile } from '@palier/gateway';
import { systemRandom } from '@palier/mfa-core';

/** Names of the files, as palier.yaml has them. */
const names = {
  keys: 'palier-keys.json',
  ledgerPublic: 'ledger-public.jwk',
  ledgerPrivate: 'ledger-private.jwk',
} as const;

/** Makes what is not there yet. The private half of the ledger's key belongs off the machine; a demo keeps it. */
export async function prepareState(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys = join(folder, names.keys);
  if (!existsSync(keys)) writeKeyFile(keys, await makeKeyFile(systemRandom));
  if (!existsSync(join(folder, names.ledgerPublic))) writeLedgerKeys(folder);
}

function writeLedgerKeys(folder: string): void {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const write = (name: string, key: typeof publicKey): void =>
    writeFileSync(join(folder, name), `${JSON.stringify(key.export({ format: 'jwk' }))}\n`, { mode: 0o600 });
  write(names.ledgerPrivate, privateKey);
  write(names.ledgerPublic, publicKey);
}
