// The identity sources of a configuration, asked in order: the first that knows somebody wins. A source that breaks
// breaks the request: a later one must not speak for a person the first might know.
import type { Clock, Secret } from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import type { IdentitySetting, JwtSetting, PortalSessionSetting } from '../config/identity-settings.ts';
import { readText } from '../files/reading.ts';
import type { PermitTerms } from '../gate/permit.ts';
import type { Log } from '../log.ts';
import type { Providers } from '../oidc/providers.ts';
import type { Exchange, Upstream } from '../proxy/exchange.ts';
import type { CanonicalRequest } from '../request/request.ts';
import type { WatchedStore } from '../sign-in/sign-in-store.ts';
import { collectWithin } from './bounded-call.ts';
import type { Identity, IdentitySource } from './identity.ts';
import { keysAtAddress, keysInFile } from './issuer-keys.ts';
import { createKeySet } from './jwks.ts';
import { jwtIdentity } from './jwt.ts';
import { loginWatched } from './login-watched.ts';
import { portalSession } from './portal-session.ts';

export interface GatewayIdentity {
  readonly identify: IdentitySource;
  /** The same for what streams, where a source may rest on an older answer. */
  readonly whileStreaming: IdentitySource;
  /** The sources that learn from the portal's answers. */
  readonly watchers: readonly Watcher[];
  /** Drops what is remembered of answers: after a sign-out nothing old may speak, least of all for who signed out. */
  readonly forget: (request: CanonicalRequest) => void;
}

/** Sees every answer of the portal before it is released; nothing to wait for where it had nothing to do. */
export type Watcher = (terms: PermitTerms, exchange: Exchange) => Promise<void> | undefined;

/** What the sources are made from besides their own settings. */
export interface IdentityParts {
  readonly config: Config;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly clock: Clock;
  readonly watched: WatchedStore;
  readonly log: Log;
  /** Key of the digests of watched cookies. */
  readonly secret: Secret;
  /** Told of every account that was recognised. */
  readonly noted?: (identity: Identity) => void;
  readonly providers: Pick<Providers, 'identitySource'>;
  /** Whom a card signed in. */
  readonly byCard: IdentitySource;
}

/** Headers in which portals carry their own credential: the portal must see them too. */
export function carrierHeaders({ identity }: Config): readonly string[] {
  return identity.flatMap((one) =>
    'carrier' in one && one.carrier.kind === 'header' ? [one.carrier.name] : [],
  );
}

type Source = IdentitySource & {
  readonly answered?: Watcher;
  readonly whileStreaming?: IdentitySource;
  forget(request: CanonicalRequest): void;
};

export function createIdentity(parts: IdentityParts): GatewayIdentity {
  const sources = parts.config.identity.map((setting) => sourceOf(setting, parts));
  const identify = firstOf(sources, parts.noted);
  const whileStreaming = firstOf(sources.map((source) => source.whileStreaming ?? source));
  const watchers = sources.flatMap(({ answered }) => (answered === undefined ? [] : [answered]));
  const forget = (request: CanonicalRequest): void =>
    sources.forEach((source) => void source.forget(request));
  return { identify, whileStreaming, watchers, forget };
}

function firstOf(sources: readonly IdentitySource[], noted?: IdentityParts['noted']): IdentitySource {
  return async (request) => {
    for (const source of sources) {
      const identity = await source(request);
      if (identity.kind !== 'account') continue;
      noted?.(identity);
      return identity;
    }
    return { kind: 'anonymous' };
  };
}

/** One row, one kind. */
function sourceOf(setting: IdentitySetting, parts: IdentityParts): Source {
  switch (setting.kind) {
    case 'portal-session':
      return portalSessionOf(setting, parts);
    case 'jwt':
      return jwtOf(setting, parts);
    case 'login-watched':
      return loginWatched(setting, {
        store: parts.watched,
        secret: parts.secret,
        clock: parts.clock,
        unbound: (reason) => parts.log({ kind: 'sign-in-not-bound', reason }),
      });
    case 'client-certificate':
      // A card proves; where the operator says so, it signs in too.
      return setting.signsIn ? Object.assign(parts.byCard, { forget: () => undefined }) : nobody;
    case 'oidc':
      // Asks the store each time: there is nothing to forget.
      return Object.assign(parts.providers.identitySource(setting), { forget: () => undefined });
    default:
      throw new TypeError('config/unavailable.ts let an identity source through');
  }
}

const nobody: Source = Object.assign(async () => ({ kind: 'anonymous' }) as const, {
  forget: () => undefined,
});

/** The who-am-I call is bounded in size and time. */
function portalSessionOf(setting: PortalSessionSetting, { config, upstreams, clock }: IdentityParts): Source {
  const upstream = upstreams.get(setting.upstream);
  if (upstream === undefined) throw new TypeError(`no upstream is called ${setting.upstream}`);
  const { carrier, pointers, nobody } = setting;
  const address = config.notify.smtp?.address;
  const cacheMilliseconds = setting.cache * 1000;
  const streamMilliseconds = Math.max(cacheMilliseconds, setting.cacheForStreams * 1000);
  const rules = { carrier, pointers, nobody, address, cacheMilliseconds, streamMilliseconds };
  const accept = typeof pointers.account === 'string' ? 'application/json' : 'text/html';
  const ask = (credential: readonly string[]): ReturnType<typeof collectWithin> => {
    const headers = ['Host', config.origin.host, 'Accept', accept, ...credential];
    return collectWithin(
      upstream,
      { method: 'GET', target: setting.ask, headers },
      65_536,
      setting.timeout * 1000,
    );
  };
  return portalSession(rules, ask, clock);
}

function jwtOf(setting: JwtSetting, { clock }: IdentityParts): Source {
  const { jwks } = setting;
  const read =
    jwks.kind === 'file'
      ? keysInFile(jwks.path)
      : keysAtAddress(jwks.url, jwks.ca === undefined ? undefined : readText(jwks.ca));
  return jwtIdentity(setting, createKeySet(read, setting, clock), clock);
}
