// The operator's commands work on the same stores as the running gateway: what they change counts at once everywhere.
import {
  type AccountId,
  createMfa,
  type Mfa,
  parseAccountId,
  systemClock,
  systemRandom,
} from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import type { NeededToStop } from '../config/needed-to-stop.ts';
import { confirmKeys } from '../keys/key-mark.ts';
import { readKeyFile } from '../keys/keys.ts';
import { openAnnouncements } from '../notify/open.ts';
import { openForCommand } from '../stores/open.ts';
import type { OpenStores } from '../stores/open-stores.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './words.ts';

/** Of an emergency in a configuration that is not sound there may be no keys and no origin. */
type StateConfig = NeededToStop & { readonly origin?: URL };

/** No passkey is asked for or bound by a command that has no origin. */
const nowhere = new URL('http://localhost');

/** Runs `act` on the stores and closes them. Events are printed on the error channel, as the gateway logs them. */
export async function withMfa<T>(
  config: StateConfig,
  terminal: Terminal,
  act: (mfa: Mfa, stores: OpenStores) => Promise<T>,
): Promise<T> {
  if (config.keys === undefined)
    throw new Error('the configuration is not sound, and its keys cannot be read');
  const keys = readKeyFile(config.keys.file);
  const { origin = nowhere } = config;
  const stores = await openForCommand(config.stores);
  const told = openAnnouncements({
    config,
    stores,
    clock: systemClock,
    log: (line) => terminal.err(`${JSON.stringify(line)}\n`),
  });
  const { events } = told;
  try {
    return await act(
      createMfa({
        stores: stores.mfa,
        keys: { sealing: keys.sealing, digests: keys.digests },
        clock: systemClock,
        random: systemRandom,
        events,
        relyingParty: {
          id: origin.hostname,
          name: config.enrolment.issuer,
          origins: [origin.origin],
        },
      }),
      stores,
    );
  } finally {
    await told.close(5000);
    await stores.close();
  }
}

/**
 * For commands that write something with the keys: a ticket of other keys opens nothing. Locking and revoking need no key
 * and must work with whatever file there is.
 */
export async function demandOwnKeys({ keys: { file } }: Config, { standings }: OpenStores): Promise<void> {
  await confirmKeys(readKeyFile(file), file, standings.keyMark);
}

export function accountNamed(text: string | undefined): AccountId {
  const account = text === undefined ? undefined : parseAccountId(text);
  if (account === undefined) throw new UsageError('name the account as the portal does');
  return account;
}
