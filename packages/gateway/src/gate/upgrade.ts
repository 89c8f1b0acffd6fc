// The same door for WebSockets, which Express and its middleware never see (A083). A live socket ends with the session,
// the proof or the account it lives by, within a second.
import type { Duplex } from 'node:stream';
import { elapsed, type Session } from '@palier/mfa-core';
import { forwardUpgrade } from '../proxy/forward.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { decide } from './decide.ts';
import type { Denial } from './decision.ts';
import type { PermitTerms } from './permit.ts';
import type { Desk } from './serve.ts';

const noBody = { read: async () => new Uint8Array(0) };

/** Decides about a handshake; joins both sockets when it goes through. A denial comes back unanswered. */
export async function serveUpgrade(desk: Desk, live: LiveSockets, origin: string, request: CanonicalRequest, client: Duplex, head: Uint8Array): Promise<Denial | undefined> {
  const decision = await decide(desk.gate, request, noBody);
  if (decision.kind !== 'forward') return decision;
  const terms = decision.permit;
  // Browsers let any site open a WebSocket with the person's cookies; only the Origin tells (RFC 6455 section 10.2).
  if (request.headers.get('origin') !== origin) return { kind: 'refuse', route: terms.matched.route, refusal: { status: 403, reason: 'foreign-origin', close: true } };
  const switched = await forwardUpgrade(desk.proxy, decision.permit, client);
  if (!('socket' in switched)) {
    switched.abort();
    return { kind: 'unavailable', reason: 'portal-unreachable' };
  }
  // Who left while the portal was asked leaves nothing open behind.
  if (client.destroyed) {
    switched.socket.destroy();
    return undefined;
  }
  client.write(handshake(switched.exchange.headers));
  join(client, switched.socket, head, switched.head);
  live.add(terms, client, switched.socket);
  return undefined;
}

const shown = new Set(['upgrade', 'connection', 'sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions']);

function handshake(headers: readonly (readonly [string, string])[]): string {
  const lines = headers.filter(([name]) => shown.has(name.toLowerCase())).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`;
}

function join(client: Duplex, portal: Duplex, clientHead: Uint8Array, portalHead: Uint8Array): void {
  if (clientHead.length > 0) portal.write(clientHead);
  if (portalHead.length > 0) client.write(portalHead);
  const end = (): void => {
    client.destroy();
    portal.destroy();
  };
  client.on('error', end).on('close', end);
  portal.on('error', end).on('close', end);
  client.pipe(portal).pipe(client);
}

export interface LiveSockets {
  add(terms: PermitTerms, client: Duplex, portal: Duplex): void;
  /** Cuts what no longer has the right to live; called twice a second and at every revocation. */
  sweep(): Promise<void>;
  closeAll(): void;
}

/** `stillThere` answers the sessions of an account from the store, so that a revocation on another instance counts here. */
export function liveSockets(desk: Pick<Desk, 'gate'>): LiveSockets {
  const open = new Map<Duplex, PermitTerms>();
  const cut = (client: Duplex): void => {
    client.destroy();
    open.delete(client);
  };
  return {
    add: (terms, client) => {
      open.set(client, terms);
      client.once('close', () => open.delete(client));
    },
    sweep: async () => {
      for (const [client, terms] of open) {
        const alive = await stillGood(desk, terms).catch(() => false);
        if (!alive) cut(client);
      }
    },
    closeAll: () => [...open.keys()].forEach(cut),
  };
}

/** The portal still knows the person, the session stands, and the proof is not too old for the route. */
async function stillGood({ gate }: Pick<Desk, 'gate'>, terms: PermitTerms): Promise<boolean> {
  const { matched, identity, session, proof, request } = terms;
  const { requirement } = matched.route;
  if (requirement.kind === 'open' || identity.kind === 'anonymous') return true;
  const now = await gate.identify(request);
  if (now.kind === 'anonymous' || now.account !== identity.account) return false;
  if (requirement.kind !== 'step-up' || gate.observer !== undefined) return true;
  const stands = session !== undefined && (await isListed(gate, session));
  return stands && proof !== undefined && elapsed(proof.at, gate.clock.now()) <= requirement.maxAge;
}

async function isListed(gate: Desk['gate'], session: Session): Promise<boolean> {
  const sessions = await gate.mfa.sessions.list(session.account);
  return sessions.some((one) => one.id === session.id);
}
