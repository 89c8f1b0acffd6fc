// Chooses the client for an upstream: ours, or node's where the operator says so.
import type { Upstream, UpstreamSetting } from './exchange.ts';
import { createHttpUpstream } from './http-upstream.ts';
import { createSocketUpstream } from './socket-upstream.ts';

/** Opens the way to one fixed host and port; nothing connects before the first request. */
export function createUpstream(setting: UpstreamSetting): Upstream {
  return setting.client === 'node-http' ? createHttpUpstream(setting) : createSocketUpstream(setting);
}
