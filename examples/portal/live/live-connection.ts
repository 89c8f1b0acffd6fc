// The WebSocket at /messages/live: a tick each second, and every message echoed to who sent it.
// Owns the handshake (RFC 6455 section 4.2) and the life of a connection.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { OPCODE, readFrame, writeFrame } from './frames.ts';
import type { Ticker } from './ticker.ts';

const PATH = '/messages/live';
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;
// Echoes a client has not read yet; beyond this it is only filling memory.
const MAX_UNREAD = 1_048_576;

/** Parts a live connection is made of. */
export interface LiveParts {
  readonly ticker: Ticker;
  readonly isSignedIn: (request: IncomingMessage) => boolean;
  /** Connections that are open, so that they can be ended. */
  readonly going: Set<{ end(): void }>;
}

/** Answers a request to upgrade: with a live connection, or with a refusal and the end of the socket. */
export function answerUpgrade(
  parts: LiveParts,
  { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
): void {
  // A client that vanishes is no event of interest; without a listener it would end the process.
  socket.on('error', () => socket.destroy());
  const refusal = refusalOf(parts, request);
  if (refusal !== undefined) {
    socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(request)}\r\n\r\n`,
  );
  connect(parts, socket, head);
}

function refusalOf({ isSignedIn }: LiveParts, request: IncomingMessage): string | undefined {
  if (request.url?.split('?')[0] !== PATH) return '404 Not Found';
  if (!isSignedIn(request)) return '401 Unauthorized';
  return isWebSocket(request) ? undefined : '400 Bad Request';
}

function isWebSocket({ method, headers }: IncomingMessage): boolean {
  const websocket =
    headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-version'] === '13';
  return method === 'GET' && websocket && headers['sec-websocket-key'] !== undefined;
}

function acceptOf({ headers }: IncomingMessage): string {
  return createHash('sha1').update(`${headers['sec-websocket-key']}${GUID}`).digest('base64');
}

function connect({ ticker, going }: LiveParts, socket: Duplex, head: Buffer): void {
  const send = (text: string): boolean => socket.write(writeFrame(OPCODE.text, Buffer.from(text)));
  const connection = { end: () => hangUp(socket, GOING_AWAY) };
  const leave = ticker.listen((tick) => send(JSON.stringify(tick)));
  going.add(connection);
  socket.once('close', () => {
    leave();
    going.delete(connection);
  });
  listen(socket, head);
}

function listen(socket: Duplex, head: Buffer): void {
  let unread: Buffer = head;
  const readAll = (): void => {
    let reading = readFrame(unread);
    while (reading.kind === 'frame' && !socket.writableEnded) {
      react(socket, reading.frame.opcode, reading.frame.payload);
      unread = reading.rest;
      reading = readFrame(unread);
    }
    if (reading.kind === 'broken') hangUp(socket, PROTOCOL_ERROR);
  };
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    readAll();
  });
  socket.on('end', () => socket.end());
  readAll();
}

function react(socket: Duplex, opcode: number, payload: Buffer): void {
  if (opcode === OPCODE.close) endWith(socket, payload);
  else if (socket.writableLength > MAX_UNREAD) hangUp(socket, GOING_AWAY);
  else if (opcode === OPCODE.ping) socket.write(writeFrame(OPCODE.pong, payload));
  else if (opcode !== OPCODE.pong) socket.write(writeFrame(opcode, payload));
}

function hangUp(socket: Duplex, code: number): void {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  endWith(socket, payload);
}

// Destroyed once written: a client that never answers the close must not keep the portal from closing.
function endWith(socket: Duplex, payload: Buffer): void {
  if (!socket.writableEnded) socket.end(writeFrame(OPCODE.close, payload), () => socket.destroy());
}
