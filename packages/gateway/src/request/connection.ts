// What is remembered of one client's connection: whether what comes on it may still be believed, and how many requests on
// it wait for an answer. node hands over pipelined requests as fast as it can parse them; without this, the second one in
// a packet whose first was refused would still be decided and sent.
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type LastBlock, noBlock } from './headers.ts';

interface Connection {
  distrusted: boolean;
  /** A list, not a set: see `errand` in proxy/link.ts. */
  readonly waiting: ServerResponse[];
  readonly last: LastBlock;
}

/** Unanswered requests on one connection. Browsers and proxies do not pipeline; a handful is generous. */
const most = 16;
const connections = new WeakMap<Duplex, Connection>();

function connectionOf(socket: Duplex): Connection {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  const fresh: Connection = { distrusted: false, waiting: [], last: noBlock() };
  connections.set(socket, fresh);
  return fresh;
}

/**
 * Whether a request on this connection may be looked at. When not, nothing is answered: the answer under way closes the
 * connection, or it is closed here.
 */
export function enter(socket: Duplex, response: ServerResponse): boolean {
  const connection = connectionOf(socket);
  if (connection.distrusted) return false;
  if (connection.waiting.length >= most) {
    connection.distrusted = true;
    socket.destroy();
    return false;
  }
  connection.waiting.push(response);
  response.on('close', () => void connection.waiting.splice(connection.waiting.indexOf(response), 1));
  return true;
}

/** The header block that came before on it. */
export function lastBlock(socket: Duplex): LastBlock {
  return connectionOf(socket).last;
}

/** After a doubt about where a request ends nothing that follows it is a request (R11). */
export function distrust(socket: Duplex): void {
  connectionOf(socket).distrusted = true;
}

/** Whether nothing on it waits for an answer and nothing was doubted. */
export function isQuiet(socket: Duplex): boolean {
  const { distrusted, waiting } = connectionOf(socket);
  return !distrusted && waiting.length === 0;
}

/** Whether an answer has begun on it, so that other words would end up in the middle of that one. */
export function isAnswering(socket: Duplex): boolean {
  return connectionOf(socket).waiting.some(({ headersSent }) => headersSent);
}
