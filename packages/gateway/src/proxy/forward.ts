// From a permit to an exchange. The only call to an upstream there is, and it spends the permit first.
import type { IncomingMessage } from 'node:http';
import { type Permit, type PermitTerms, redeemPermit } from '../gate/permit.ts';
import type { AssertionSigner } from './assertion.ts';
import type { Exchange, OutgoingHead, Upgraded, Upstream } from './exchange.ts';
import { type HeaderRules, requestHeaders } from './outgoing-headers.ts';

export interface Proxy {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly signer: AssertionSigner;
  readonly rules: HeaderRules;
}

/** Sends the permitted request: the bytes that were judged, or the body still on the socket. */
export async function forward(proxy: Proxy, permit: Permit, incoming: IncomingMessage | undefined): Promise<Exchange> {
  const terms = redeemPermit(permit);
  const { head, upstream } = await prepared(proxy, terms);
  const body = terms.body ?? (terms.request.bodyLength === 0 ? undefined : incoming);
  return upstream.send(head, body);
}

/** The same for a WebSocket handshake. */
export async function forwardUpgrade(proxy: Proxy, permit: Permit): Promise<Upgraded | Exchange> {
  const { head, upstream } = await prepared(proxy, redeemPermit(permit));
  return upstream.upgrade(head);
}

async function prepared(proxy: Proxy, terms: PermitTerms): Promise<{ readonly head: OutgoingHead; readonly upstream: Upstream }> {
  const upstream = proxy.upstreams.get(terms.matched.route.upstream);
  if (upstream === undefined) throw new TypeError(`no upstream is called ${terms.matched.route.upstream}`);
  const headers = requestHeaders(terms, await proxy.signer.sign(terms), proxy.rules);
  return { head: { method: terms.request.method, target: terms.request.target, headers }, upstream };
}
