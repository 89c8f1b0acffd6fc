// The OpenID Connect providers of a configuration at work. Made anew at a reload, like everything a configuration makes.
import type { Clock, Mfa, MfaStores, Random, SealingKeys, Session } from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import type { OidcSetting, ProviderSetting } from '../config/oidc-settings.ts';
import type { IdentitySource } from '../identity/identity.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { type BackChannelOutcome, type BackChannelParts, endFromProvider } from './back-channel.ts';
import { createCeremonies, createSignInCeremonies } from './ceremony.ts';
import { recall, sessionOf } from './identity-cookie.ts';
import { openOnward, sealOnward } from './onward.ts';
import { samePerson } from './person.ts';
import { createProvider, type Provider } from './provider.ts';
import { createSignInProvider, type SignInProvider, sourceName } from './sign-in.ts';
import { endHere, type SignOutParts, signOut } from './sign-out.ts';
import { createSignedIn } from './signed-in.ts';
import { type CardProvider, createCardProvider } from './step-up.ts';

export interface Providers {
  /** Those that prove a card for whoever is signed in. */
  readonly cards: readonly CardProvider[];
  /** Those that sign people in. */
  readonly signIns: readonly SignInProvider[];
  /** Who a provider signed in, by the setting it was made from. */
  identitySource(setting: OidcSetting): IdentitySource;
  /** Ends what a sign-in opened in this browser; asks no provider. */
  endHere(request: CanonicalRequest): Promise<void>;
  /** The same, and says where the person goes on. */
  signOut(request: CanonicalRequest): Promise<URL | undefined>;
  /** What the provider of that name says by itself. */
  fromProvider(name: string, token: unknown): Promise<BackChannelOutcome>;
  readonly onward: {
    readonly seal: (target: string) => string | undefined;
    readonly open: (sealed: unknown) => string;
  };
  readonly random: Random;
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
  /** Cuts what is still streaming for a session that ended. */
  readonly cut: (session: Session) => void;
}

/** Reads every file the settings name; an unsound one is an Error here and not at the first ceremony. */
export function createProviders(parts: ProvidersParts): Providers {
  const { config, stores, keys, mfa, clock, random, log, cut } = parts;
  const { challenges } = stores;
  const { origin } = config.origin;
  const ceremonyParts = { challenges, keys, clock, random };
  const ceremonies = createCeremonies(ceremonyParts);
  const signInCeremonies = createSignInCeremonies(ceremonyParts);
  const signedIn = createSignedIn({ challenges, keys, clock, random, lifetime: config.sessions.lifetime });
  const opened: Provider[] = [];
  const provided = (setting: ProviderSetting): Provider => {
    const provider = createProvider({ setting, origin, clock });
    opened.push(provider);
    return provider;
  };
  const shared = { ceremonies, signedIn, mfa, clock, log };
  const sources = config.identity
    .filter((setting) => setting.kind === 'oidc')
    .map((setting) => ({ provider: provided(setting.provider), pointers: setting.pointers }));
  const cookie = { keys, random };
  const ends = sources.map(({ provider, pointers }): BackChannelParts & SignOutParts => ({
    provider,
    pointers,
    signedIn,
    keys,
    mfa,
    clock,
    origin,
    cut,
  }));
  return {
    cards: [
      // Who signs in with a provider is the person it names: its own word for her is the account.
      ...sources
        .filter(({ provider }) => provider.setting.card.length > 0)
        .map(({ provider, pointers }) => {
          const same = samePerson({ claim: pointers.account, is: { kind: 'account' } });
          return createCardProvider({ ...shared, provider, same });
        }),
      ...config.stepUp.map(({ provider, person }) =>
        createCardProvider({ ...shared, provider: provided(provider), same: samePerson(person) }),
      ),
    ],
    signIns: sources.map((source) =>
      createSignInProvider({ ...shared, ...source, ceremonies: signInCeremonies, cookie }),
    ),
    identitySource: ({ provider }) => identified(mfa, keys, provider.name),
    endHere: async (request) => {
      for (const one of ends) await endHere(one, request);
    },
    signOut: async (request) => {
      for (const one of ends) {
        const address = await signOut(one, request);
        if (address !== undefined) return address;
      }
      return undefined;
    },
    fromProvider: async (name, token) => {
      const found = ends.find(({ provider }) => provider.setting.name === name);
      return found === undefined
        ? { outcome: 'refused', reason: 'no-such-provider' }
        : endFromProvider(found, token);
    },
    onward: {
      seal: (target) => sealOnward(keys, target, random),
      open: (sealed) => openOnward(keys, sealed),
    },
    random,
    close: async () => void (await Promise.all(opened.map((provider) => provider.close()))),
  };
}

/** Somebody while the session that the sign-in opened stands, whatever ended it and wherever. */
function identified(mfa: Mfa, keys: SealingKeys, name: string): IdentitySource {
  const source = sourceName(name);
  return async (request) => {
    const recalled = recall(keys, source, request);
    const session = recalled && (await sessionOf(mfa, recalled));
    return recalled === undefined || session === undefined ? { kind: 'anonymous' } : recalled.identity;
  };
}
