// From a permit to an exchange. The only call to an upstream there is, and it spends the permit first.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Permit, type PermitTerms, redeemPermit } from '../gate/permit.ts';
import type { Route } from '../policy/route.ts';
import type { AssertionSigner } from './assertion.ts';
import { type Exchange, type OutgoingHead, type Upgraded, type Upstream, UpstreamError } from './exchange.ts';
import { isSoundHandshake } from './handshake.ts';
import { type HeaderRules, requestHeaders } from './outgoing-headers.ts';

export interface Forwarder {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly signer: AssertionSigner;
  readonly rules: HeaderRules;
}

/**
 * Sends the permitted request with the bytes that were judged, or with the body still on the socket of `incoming`. Bytes
 * given instead of `incoming` are a body that was read elsewhere (a held form) and goes out as it is. Rejects with
 * UpstreamError; a permit used twice is a TypeError.
 */
export async function forward(
  proxy: Forwarder,
  permit: Permit,
  incoming: IncomingMessage | Uint8Array | undefined,
): Promise<Exchange> {
  const terms = redeemPermit(permit);
  const { head, upstream } = await prepared(proxy, terms);
  const client = incoming instanceof Uint8Array ? undefined : incoming?.socket;
  return upstream.send(head, bodyOf(terms, incoming), client);
}

function bodyOf(terms: PermitTerms, incoming: IncomingMessage | Uint8Array | undefined): typeof incoming {
  if (terms.body !== undefined) return terms.body.length === 0 ? undefined : terms.body;
  if (terms.request.bodyLength === 0) return undefined;
  // A stream of another request would leave the portal waiting for bytes that never come.
  const strange =
    incoming === undefined || (!(incoming instanceof Uint8Array) && incoming.method !== terms.request.method);
  if (strange) throw new TypeError('the body of this request is neither read nor on this socket');
  return incoming;
}

/** The same for a WebSocket; `client` is the socket that asks. An unsound handshake is not sent (RFC 6455 section 4.2.1). */
export async function forwardUpgrade(
  proxy: Forwarder,
  permit: Permit,
  client?: Duplex,
): Promise<Upgraded | Exchange> {
  const terms = redeemPermit(permit);
  if (!isSoundHandshake(terms.request.headers)) throw new UpstreamError('bad-handshake');
  const { head, upstream } = await prepared(proxy, terms);
  return upstream.upgrade(head, client);
}

async function prepared(
  proxy: Forwarder,
  terms: PermitTerms,
): Promise<{ readonly head: OutgoingHead; readonly upstream: Upstream }> {
  const upstream = proxy.upstreams.get(terms.matched.route.upstream);
  if (upstream === undefined) throw new TypeError(`no upstream is called ${terms.matched.route.upstream}`);
  const assertion = await proxy.signer.sign(terms);
  const headers = requestHeaders(terms, proxy.rules, upstream.host);
  const { method, target } = terms.request;
  return { head: { method, target, headers, assertion, once: arrivesOnce(terms.matched.route) }, upstream };
}

/**
 * Where persons are counted the portal's own log must not show two visits for one that was paid for and written down, and
 * an assertion bound to one request is refused the second time. Everywhere else RFC 9110 section 9.2.2 lets an idempotent
 * request go out again when the connection died under it.
 */
function arrivesOnce({ records, bind }: Route): boolean {
  return records.length > 0 || bind === 'request';
}
