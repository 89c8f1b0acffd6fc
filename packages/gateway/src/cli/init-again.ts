// `palier init` where some of its files are there already. Nothing is written over. A key file that is lost is made anew
// only where nothing was sealed or counted with it; elsewhere the way back is a backup, and the price of going on is said.
import { existsSync, statSync } from 'node:fs';
import { systemRandom } from '@palier/mfa-core';
import type { Config, StoresSetting } from '../config/config.ts';
import { makeKeyFile, writeKeyFile } from '../keys/keys.ts';
import { openForCommand } from '../stores/open.ts';
import { readKeyMark } from '../stores/read-key-mark.ts';
import { soundConfig, type Terminal } from './terminal.ts';

export interface Anew {
  readonly written: readonly string[];
  /** What is to be said of it. */
  readonly caution: string;
}

/** Resolves to what was written; rejects with what is missing and what to do about it. */
export async function initAgain(
  configFile: string,
  there: readonly string[],
  terminal: Terminal,
): Promise<Anew> {
  const nothing = `${there.join(', ')} already there; nothing was written`;
  if (!existsSync(configFile))
    throw new Error(
      `${nothing}, and ${configFile} is missing\n    fix: put it back from a backup; to begin anew, name an empty folder: palier init --directory DIR`,
    );
  const config = soundConfig(configFile, terminal);
  const { keys, ledger } = config;
  if (!existsSync(keys.file)) return newKeys(config, nothing);
  if (ledger.sealTo !== undefined && !existsSync(ledger.sealTo))
    throw new Error(
      `${nothing}, and ${ledger.sealTo} is missing\n    fix: put it back from a backup: it is the public half of the ledger's private key, without "d"`,
    );
  throw new Error(
    `${nothing}\n    fix: nothing is missing; see that it is sound: palier check --config ${configFile}`,
  );
}

/**
 * New keys beside a store that has a mark of its own are refused by it until the operator accepts what is lost; one
 * without a mark (of an older release) would take them without a word.
 */
async function newKeys({ keys, stores }: Config, nothing: string): Promise<Anew> {
  const marked = (await readKeyMark(stores.durable)) !== undefined;
  if (!marked && (await isUsed(stores)))
    throw new Error(
      `${nothing}, and ${keys.file} is lost: what the store at stores.durable holds was made with it\n    fix: put it back from a backup. Without one everybody enrols anew and all counts begin anew: stop the gateway, write a new place at stores.durable, run palier init again, and issue tickets`,
    );
  writeKeyFile(keys.file, await makeKeyFile(systemRandom));
  return { written: [keys.file], caution: marked ? strange : '' };
}

const strange =
  'The store was written with other keys and does not take these. Put the lost file back if there is a copy; without one, palier keys renew goes on and says what is lost.\n';

async function isUsed(stores: StoresSetting): Promise<boolean> {
  const { durable } = stores;
  if (durable.kind === 'sqlite') return (statSync(durable.path, { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (durable.kind === 'memory') return false;
  const open = await openForCommand(stores);
  try {
    const kept = [await open.mfa.upkeep.page(undefined, 1), await open.mfa.tickets.list(undefined)];
    return kept.some((rows) => rows.length > 0);
  } finally {
    await open.close();
  }
}
