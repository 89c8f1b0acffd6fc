// The portals of a configuration by name, and what a reload does with their sockets.
import type { Config } from '../config/config.ts';
import { readText } from '../files/reading.ts';
import type { Upstream } from './exchange.ts';
import { createUpstream } from './upstream.ts';

export type NamedUpstreams = ReadonlyMap<string, NamedUpstream>;

interface NamedUpstream {
  readonly upstream: Upstream;
  /** All that it was made of: another composition with the same goes on with the same sockets. */
  readonly madeOf: string;
}

/**
 * An upstream for each name of the configuration; one that is configured as before is taken over with its sockets. Throws
 * when a file of authorities cannot be read.
 */
export function nameUpstreams(config: Config, before: NamedUpstreams): NamedUpstreams {
  const { upstreamTime, upstreamSockets } = config.limits;
  return new Map(
    [...config.upstreams].map(([name, target]) => {
      const ca = target.ca === undefined ? undefined : readText(target.ca);
      const madeOf = JSON.stringify([target.url, ca, target.host, upstreamTime, upstreamSockets]);
      const known = before.get(name);
      if (known?.madeOf === madeOf) return [name, known];
      const upstream = createUpstream({
        url: target.url,
        timeoutMilliseconds: upstreamTime * 1000,
        mostSockets: upstreamSockets,
        ...(ca !== undefined && { ca }),
        ...(target.host !== undefined && { host: target.host }),
      });
      return [name, { upstream, madeOf }];
    }),
  );
}

/** What is configured no longer ends with the last request that was judged before. */
export function retireUpstreams(before: NamedUpstreams, now: NamedUpstreams): void {
  const inUse = new Set([...now.values()].map(({ upstream }) => upstream));
  for (const { upstream } of before.values()) if (!inUse.has(upstream)) upstream.retire();
}
