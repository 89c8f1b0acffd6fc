// The OpenID Connect providers of a configuration at work. Made anew at a reload, like everything a configuration makes.
import type { Clock, Mfa, MfaStores, Random, SealingKeys } from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import { createCeremonies } from './ceremony.ts';
import { samePerson } from './person.ts';
import { createProvider, type Provider } from './provider.ts';
import { type CardProvider, createCardProvider } from './step-up.ts';

export interface Providers {
  /** Those that prove a card for whoever is signed in. */
  readonly cards: readonly CardProvider[];
  close(): Promise<void>;
}

export interface ProvidersParts {
  readonly config: Config;
  readonly stores: Pick<MfaStores, 'challenges'>;
  readonly keys: SealingKeys;
  readonly mfa: Mfa;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** Reads every file the settings name; an unsound one is an Error here and not at the first ceremony. */
export function createProviders(parts: ProvidersParts): Providers {
  const { config, stores, keys, mfa, clock, random, log } = parts;
  const ceremonies = createCeremonies({ challenges: stores.challenges, keys, clock, random });
  const opened: Provider[] = [];
  const cards = config.stepUp.map(({ provider: setting, person }) => {
    const provider = createProvider({ setting, origin: config.origin.origin, clock });
    opened.push(provider);
    return createCardProvider({ provider, same: samePerson(person), ceremonies, mfa, clock, log });
  });
  return {
    cards,
    close: async () => void (await Promise.all(opened.map((provider) => provider.close()))),
  };
}
