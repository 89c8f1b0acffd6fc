// The same door for WebSockets, which Express and its middleware never see (A083). How two sockets are joined is
// proxy/upgrade.ts; how long they live, gate/alive.ts.
import type { Duplex } from 'node:stream';
import { forwardUpgrade } from '../proxy/forward.ts';
import { joinUpgraded } from '../proxy/upgrade.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { decide } from './decide.ts';
import type { Denial } from './denial.ts';
import { type Desk, noteUndeclared } from './serve.ts';

const noBody = { read: async () => new Uint8Array(0) };

/** Decides about a handshake; joins both sockets when it goes through. A denial comes back unanswered. */
export async function serveUpgrade(
  desk: Desk,
  origin: string,
  request: CanonicalRequest,
  client: Duplex,
  head: Uint8Array,
): Promise<Denial | undefined> {
  const decision = await decide(desk.gate, request, noBody);
  if (decision.kind !== 'forward') return decision;
  const terms = decision.permit;
  // Browsers let any site open a WebSocket with the person's cookies; only the Origin tells (RFC 6455 section 10.2).
  if (request.headers.get('origin') !== origin)
    return {
      kind: 'refuse',
      route: terms.matched.route,
      refusal: { status: 403, reason: 'foreign-origin', close: true },
    };
  const switched = await forwardUpgrade(desk.proxy, decision.permit, client);
  if (!('socket' in switched)) {
    switched.abort();
    return { kind: 'unavailable', reason: 'portal-unreachable' };
  }
  noteUndeclared(desk, terms);
  const joined = joinUpgraded(client, head, switched);
  const forget = desk.live.add({ terms, end: joined.destroy });
  void joined.closed.then(forget);
  return undefined;
}
