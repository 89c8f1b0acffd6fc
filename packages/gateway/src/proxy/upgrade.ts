// Two sockets joined after a switch of protocols. Bytes flow both ways at the pace of the slower side; whichever way it
// ends, both are closed. What flows is not read: sights over a WebSocket are counted by its route or not at all.
import type { Duplex } from 'node:stream';
import type { Upgraded } from './exchange.ts';

export interface Joined {
  /** Resolves when both sockets are closed. Never rejects. */
  readonly closed: Promise<void>;
  /** Cuts both at once, without a farewell. */
  destroy(): void;
}

/** What the other side still sends after one side said goodbye is waited for this long. */
const farewell = 2000;

/** Answers the client's handshake with the portal's, and joins. `clientHead` are bytes that came behind the handshake. */
export function joinUpgraded(client: Duplex, clientHead: Uint8Array, upgraded: Upgraded): Joined {
  client.write(handshakeAnswer(upgraded.exchange.headers), 'latin1');
  return joinSockets(client, clientHead, upgraded.socket, upgraded.head);
}

export function joinSockets(
  client: Duplex,
  clientHead: Uint8Array,
  portal: Duplex,
  portalHead: Uint8Array,
): Joined {
  const destroy = (): void => {
    client.destroy();
    portal.destroy();
  };
  const closed = Promise.all([closing(client, portal), closing(portal, client)]).then(() => undefined);
  if (clientHead.length > 0) portal.write(clientHead);
  if (portalHead.length > 0) client.write(portalHead);
  // `pipe` pauses the faster side and passes on a goodbye after the bytes before it.
  client.pipe(portal);
  portal.pipe(client);
  return { closed, destroy };
}

/** Resolves when `one` is closed; an error closes the other at once, a goodbye after a moment. */
function closing(one: Duplex, other: Duplex): Promise<void> {
  return new Promise((resolve) => {
    one.on('error', () => other.destroy());
    one.once('close', () => {
      const timer = setTimeout(() => other.destroy(), farewell);
      if (!one.readableEnded) other.destroy();
      other.once('close', () => clearTimeout(timer));
      if (other.destroyed) clearTimeout(timer);
      resolve();
    });
    if (one.destroyed) {
      other.destroy();
      resolve();
    }
  });
}

const shown: ReadonlySet<string> = new Set([
  ...['upgrade', 'connection', 'sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions'],
]);

/** Only the handshake's own fields: cookies and the like have no business in a switch. */
function handshakeAnswer(headers: readonly (readonly [string, string])[]): string {
  const lines = headers
    .filter(([name]) => shown.has(name.toLowerCase()))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`;
}
