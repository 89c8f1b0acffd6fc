// `palier init`: a commented configuration, the gateway's keys, and the ledger's key pair, whose private half is to be
// taken off this machine at once.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemRandom } from '@palier/mfa-core';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { makeFolder, writeNew } from '../files/writing.ts';
import { makeKeyFile, writeKeyFile } from '../keys/keys.ts';
import { type Anew, initAgain } from './init-again.ts';
import { type Command, print } from './terminal.ts';

const template = new URL('../../assets/palier.yaml', import.meta.url);

export const initCommand: Command = async (argv, terminal) => {
  const { values } = parseArgs({
    args: [...argv],
    options: { directory: { type: 'string', default: '.' }, json: { type: 'boolean', default: false } },
  });
  const at = (name: string): string => join(values.directory, name);
  const there = names.filter((name) => existsSync(at(name)));
  const { written, caution } =
    there.length === 0
      ? await initFirst(values.directory, at)
      : await initAgain(at('palier.yaml'), there, terminal);
  print(terminal, values.json, { written }, `written: ${written.join(', ')}\n${caution}`);
  return 0;
};

const names = ['palier.yaml', 'palier-keys.json', 'ledger-public.jwk', 'ledger-private.jwk'] as const;

const offMachine = 'Take ledger-private.jwk off this machine now: whoever has it can read who was seen.\n';

async function initFirst(directory: string, at: (name: string) => string): Promise<Anew> {
  makeFolder(directory);
  const pair = await makeLedgerKeys();
  writeKeyFile(at('palier-keys.json'), await makeKeyFile(systemRandom));
  writeNew(at('ledger-public.jwk'), `${JSON.stringify(pair.open, null, 2)}\n`);
  writeNew(at('ledger-private.jwk'), `${JSON.stringify(pair.secret, null, 2)}\n`, 0o600);
  writeNew(at('palier.yaml'), readFileSync(template, 'utf8'));
  return { written: names.map(at), caution: offMachine };
}

/** The pair that the ledger's data keys are wrapped for (ECDH-ES on P-256). */
export async function makeLedgerKeys(): Promise<{ readonly open: JWK; readonly secret: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  const open = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(open);
  return { open: { ...open, kid }, secret: { ...(await exportJWK(privateKey)), kid } };
}
