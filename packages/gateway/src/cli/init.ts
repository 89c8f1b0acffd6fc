// `palier init`: a commented configuration, the gateway's keys, and the ledger's key pair, whose private half is to be
// taken off this machine at once.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemRandom } from '@palier/mfa-core';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { makeKeyFile, writeKeyFile } from '../keys/keys.ts';
import { type Command, print } from './terminal.ts';

const template = new URL('../../assets/palier.yaml', import.meta.url);

export const initCommand: Command = async (argv, terminal) => {
  const { values } = parseArgs({
    args: [...argv],
    options: { directory: { type: 'string', default: '.' }, json: { type: 'boolean', default: false } },
  });
  const at = (name: string): string => join(values.directory, name);
  const written = ['palier.yaml', 'palier-keys.json', 'ledger-public.jwk', 'ledger-private.jwk'];
  const there = written.filter((name) => existsSync(at(name)));
  if (there.length > 0) throw new Error(`${there.join(', ')} already there; nothing was written`);
  mkdirSync(values.directory, { recursive: true });
  const pair = await makeLedgerKeys();
  writeKeyFile(at('palier-keys.json'), await makeKeyFile(systemRandom));
  writeFileSync(at('ledger-public.jwk'), `${JSON.stringify(pair.open, null, 2)}\n`, { flag: 'wx' });
  writeFileSync(at('ledger-private.jwk'), `${JSON.stringify(pair.secret, null, 2)}\n`, {
    flag: 'wx',
    mode: 0o600,
  });
  writeFileSync(at('palier.yaml'), readFileSync(template, 'utf8'), { flag: 'wx' });
  print(
    terminal,
    values.json,
    { written: written.map(at) },
    `written: ${written.map(at).join(', ')}\nTake ledger-private.jwk off this machine now: whoever has it can read who was seen.\n`,
  );
  return 0;
};

/** The pair that the ledger's data keys are wrapped for (ECDH-ES on P-256). */
export async function makeLedgerKeys(): Promise<{ readonly open: JWK; readonly secret: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  const open = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(open);
  return { open: { ...open, kid }, secret: { ...(await exportJWK(privateKey)), kid } };
}
