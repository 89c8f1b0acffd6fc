// The first step: who people are and what they hold. Keys, the library, sources of identity, upstreams, and who is told.
import { type AuthenticatorPolicy, createMfa, type Mfa, type Session } from '@palier/mfa-core';
import { cardKeyPolicy } from '../card/key-models.ts';
import { cardIdentity } from '../card/sign-in.ts';
import type { Config } from '../config/config.ts';
import { createIdentity, type GatewayIdentity } from '../identity/sources.ts';
import { confirmKeys } from '../keys/key-mark.ts';
import { type GatewayKeys, readKeyFile } from '../keys/keys.ts';
import { type OpenAnnouncements, openAnnouncements } from '../notify/open.ts';
import { createProviders, type Providers } from '../oidc/providers.ts';
import type { Upstream } from '../proxy/exchange.ts';
import { type NamedUpstreams, nameUpstreams, retireUpstreams } from '../proxy/named-upstreams.ts';
import type { Composition, Kept } from './kept.ts';

/** Is told how to close what was opened. */
export type Opening = (close: () => unknown) => void;

export interface Persons {
  readonly keys: GatewayKeys;
  /** Who is told; to be closed. */
  readonly told: OpenAnnouncements;
  readonly mfa: Mfa;
  readonly upstreams: NamedUpstreams;
  readonly upstreamByName: ReadonlyMap<string, Upstream>;
  readonly providers: Providers;
  readonly identity: GatewayIdentity;
}

interface Around {
  readonly before: Composition | undefined;
  readonly opening: Opening;
}

/** Rejects with what is unsound in the configuration or the key file, and when the stores were written with other keys. */
export async function openPersons(config: Config, kept: Kept, around: Around): Promise<Persons> {
  const { before, opening } = around;
  const { clock, log, stores } = kept;
  const keys = readKeyFile(config.keys.file);
  await confirmKeys(keys, config.keys.file, stores.standings.keyMark);
  const told = openAnnouncements({ config, stores, clock, log, addresses: before?.told.addresses });
  opening(() => told.close(0));
  const mfa = mfaOf(config, kept, {
    keys,
    told,
    authenticators: await cardKeyPolicy(config.enrolment, clock),
  });
  const upstreams = nameUpstreams(config, before?.upstreams ?? new Map());
  opening(() => retireUpstreams(upstreams, before?.upstreams ?? new Map()));
  const providers = providersOf(config, kept, { keys, mfa });
  opening(() => providers.close());
  const upstreamByName = new Map([...upstreams].map(([name, { upstream }]) => [name, upstream]));
  const identity = identityOf(config, kept, { keys, told, mfa, providers, upstreamByName });
  return { keys, told, mfa, upstreams, upstreamByName, providers, identity };
}

function providersOf(
  config: Config,
  { clock, random, log, stores, live }: Kept,
  { keys, mfa }: Pick<Persons, 'keys' | 'mfa'>,
): Providers {
  const cut = (session: Session): void => void live.cut({ session: session.id });
  return createProviders({ config, clock, random, log, stores: stores.mfa, keys: keys.sealing, mfa, cut });
}

function identityOf(
  config: Config,
  { clock, log, stores }: Kept,
  { keys, told, mfa, providers, upstreamByName }: Omit<Persons, 'identity' | 'upstreams'>,
): GatewayIdentity {
  return createIdentity({
    config,
    upstreams: upstreamByName,
    clock,
    watched: stores.signIns.watched,
    log,
    secret: keys.digests,
    noted: told.addresses.note,
    providers,
    byCard: cardIdentity(mfa, keys.sealing),
  });
}

interface MfaParts {
  readonly keys: GatewayKeys;
  readonly told: OpenAnnouncements;
  readonly authenticators: AuthenticatorPolicy;
}

function mfaOf(
  config: Config,
  { stores, clock, random }: Kept,
  { keys, told, authenticators }: MfaParts,
): Mfa {
  return createMfa({
    stores: stores.mfa,
    keys: { sealing: keys.sealing, digests: keys.digests },
    clock,
    random,
    events: told.events,
    relyingParty: {
      id: config.origin.hostname,
      name: config.enrolment.issuer,
      origins: [config.origin.origin],
    },
    policy: {
      sessions: { idle: config.sessions.idle, lifetime: config.sessions.lifetime },
      cardIdle: config.sessions.cardIdle,
      keyAfterCode: config.enrolment.keyAfterCode,
      firstFactor: config.enrolment.first,
      authenticators,
    },
  });
}
