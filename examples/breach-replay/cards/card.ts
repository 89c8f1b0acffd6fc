// A card and the browser that shows it: a TLS handshake in which the card's key signs, at whatever address the browser is
// sent to. The gesture is the whole way: asked for at the portal's address, shown at the listener, brought back.

import { request } from 'node:https';
import type { HeldFactor } from '../factor.ts';
import type { Line } from '../line.ts';

/** A certificate with the authority above it, its key, and the root of the listener it is for; all PEM. */
export interface Card {
  readonly chain: string;
  readonly key: string;
  readonly trust: string;
}

/** What the card listener answered. */
export interface Shown {
  readonly status: number;
  /** Where the browser is sent to; empty when nowhere. */
  readonly location: string;
}

/** How a browser or a script goes to an address over TLS. */
export interface Showing {
  readonly card?: Pick<Card, 'chain' | 'key'>;
  /** Root to check the server with; without it any server will do. */
  readonly trust?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Hears every byte that comes back, where a thief is at this end. */
  readonly hear?: (bytes: Uint8Array) => void;
}

/** Shows a card at an address; rejects when the handshake fails. */
export function show(address: string, { card, trust, headers = {}, hear }: Showing): Promise<Shown> {
  const { hostname, port, host, pathname, search } = new URL(address);
  return new Promise((resolve, reject) => {
    const sending = request({
      host: '127.0.0.1',
      port,
      path: `${pathname}${search}`,
      headers: { host, accept: 'text/html', ...headers },
      servername: hostname === '127.0.0.1' ? '' : hostname,
      agent: false,
      ...(trust === undefined ? { rejectUnauthorized: false } : { ca: trust }),
      ...(card !== undefined && { cert: card.chain, key: card.key }),
    });
    sending.on('error', reject);
    if (hear !== undefined) sending.on('socket', (socket) => void socket.on('data', hear));
    sending.setTimeout(60_000, () => sending.destroy(new Error('the card listener does not answer')));
    sending.on('response', (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '' }),
      );
    });
    sending.end();
  });
}

/** Asks for the card in the browser behind a line: the address to show it at; undefined when not signed in. */
export async function askForCard(line: Line): Promise<string | undefined> {
  const { status, headers } = await line.post('/.palier/step-up/card', { resume: '' });
  return status === 303 ? headers.location : undefined;
}

/** Brings an answer of the listener back in the browser behind a line; the status it gets. */
export async function bringBack(line: Line, location: string): Promise<number> {
  const { pathname, search } = new URL(location);
  return (await line.send(`${pathname}${search}`, { headers: { accept: 'text/html' } })).status;
}

/** Whether the session behind a line holds a proof, as the gateway tells it. */
export async function holdsProof(line: Line): Promise<boolean> {
  const reply = await line.send('/.palier/api/session', { headers: { accept: 'application/json' } });
  if (reply.status !== 200) return false;
  return (JSON.parse(reply.body) as { readonly proofs: readonly unknown[] }).proofs.length > 0;
}

/** A card in its owner's hand. */
export function cardWith(card: Card): HeldFactor {
  return {
    async prove(line) {
      const address = await askForCard(line);
      if (address === undefined) return false;
      const { location } = await show(address, { card, trust: card.trust });
      if (location === '') return false;
      return (await bringBack(line, location)) < 400;
    },
  };
}
