// The identity sources of a configuration, asked in order: the first that knows somebody wins. A source that breaks
// breaks the request: a later one must not speak for a person the first might know.
import type { Clock } from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import { type Upstream, UpstreamError } from '../proxy/exchange.ts';
import type { IdentitySource } from './identity.ts';
import { portalSession } from './portal-session.ts';

export interface GatewayIdentity {
  readonly identify: IdentitySource;
  /** Drops what is remembered of answers: after a sign-out nothing old may speak. */
  readonly forget: () => void;
}

export function createIdentity(
  config: Config,
  upstreams: ReadonlyMap<string, Upstream>,
  clock: Clock,
): GatewayIdentity {
  const sources = config.identity.map((setting) => {
    if (setting.kind !== 'portal-session' || setting.carrier.kind !== 'cookie')
      throw new TypeError('config/unavailable.ts let an identity source through');
    const upstream = upstreams.get(setting.upstream);
    if (upstream === undefined) throw new TypeError(`no upstream is called ${setting.upstream}`);
    const rules = {
      cookie: setting.carrier.name,
      ...setting.pointers,
      cacheMilliseconds: setting.cache * 1000,
    };
    return portalSession(
      rules,
      (cookie) => ask(upstream, setting.ask, cookie, config.origin.host, setting.timeout * 1000),
      clock,
    );
  });
  const identify: IdentitySource = async (request) => {
    for (const source of sources) {
      const identity = await source(request);
      if (identity.kind === 'account') return identity;
    }
    return { kind: 'anonymous' };
  };
  return { identify, forget: () => sources.forEach((source) => void source.forget()) };
}

/** The who-am-I call, bounded in size and time. */
async function ask(
  upstream: Upstream,
  target: string,
  cookie: string,
  host: string,
  patience: number,
): Promise<{ readonly status: number; readonly body: Uint8Array }> {
  const headers = ['Host', host, 'Accept', 'application/json', 'Cookie', cookie];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new UpstreamError('timeout')), patience);
  });
  try {
    const exchange = await Promise.race([upstream.send({ method: 'GET', target, headers }, undefined), late]);
    const body = await Promise.race([exchange.collect(65_536), late]);
    if (body === 'too-large') throw new UpstreamError('bad-answer');
    return { status: exchange.status, body };
  } finally {
    clearTimeout(timer);
  }
}
