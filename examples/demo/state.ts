// What the demo's gateway keeps on disk: its keys, the two halves of the ledger's key, the stores. Made once per
// folder; a folder that is kept keeps its factors.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyFile, makeOperatorKey, writeKeyFile } from '@palier/gateway';
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
  if (!existsSync(join(folder, names.ledgerPublic))) await writeLedgerKeys(folder);
}

async function writeLedgerKeys(folder: string): Promise<void> {
  const key = await makeOperatorKey();
  const write = (name: string, half: typeof key.public): void =>
    writeFileSync(join(folder, name), `${JSON.stringify(half)}\n`, { mode: 0o600 });
  write(names.ledgerPrivate, key.private);
  write(names.ledgerPublic, key.public);
}
