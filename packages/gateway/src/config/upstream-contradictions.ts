// A portal that is the gateway itself: every request would come in again at the door it left by.
import { hostOf, portOf } from '../url-place.ts';
import type { Config } from './config.ts';
import { type Objection, objection } from './issues.ts';
import type { ListenAddress } from './listen-settings.ts';

export function ofUpstreams({ upstreams, listen }: Config): readonly Objection[] {
  return [...upstreams].flatMap(([name, { url }]) =>
    isOwn(url, listen)
      ? [
          objection(
            ['upstream', name, 'url'],
            `is the address that this gateway listens on (${listen.host}:${listen.port}): every request would come back to it`,
            'write the address of the portal, or another one at listen',
          ),
        ]
      : [],
  );
}

/** By name alone: what another machine's name leads to is not asked here. */
function isOwn(url: URL, listen: ListenAddress): boolean {
  if (listen.port === 0 || portOf(url) !== listen.port) return false;
  const host = hostOf(url);
  return host === listen.host || (isHere(host) && (isEverywhere(host, listen) || isSameHere(host, listen)));
}

function isHere(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** `::` takes the addresses of both families, 0.0.0.0 those of one. */
function isEverywhere(host: string, { host: listen }: ListenAddress): boolean {
  return listen === '::' || (listen === '0.0.0.0' && host !== '::1');
}

/** The name of this machine is both its addresses, which are two places. */
function isSameHere(host: string, { host: listen }: ListenAddress): boolean {
  return isHere(listen) && (host === 'localhost' || listen === 'localhost');
}
