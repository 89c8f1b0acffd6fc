// The body of a request on its way to the portal: bytes that were read to decide, or a stream at the portal's pace.
// A stream that breaks off never leaves half a request in a socket that is used again (A046).
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { OutgoingHead } from './exchange.ts';

export interface BodyEvents {
  /** The last byte was handed to the socket. */
  sent(): void;
  /** The client left in the middle of its body. */
  brokenOff(): void;
  moved(): void;
}

/** Whether the head promises the chunked coding; everything else is sent under its length. */
export function isChunked({ headers }: OutgoingHead): boolean {
  return headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'transfer-encoding');
}

/** Streams `body` after the head; returns how to stop. What the client still sends after that is read and dropped. */
export function sendBody(
  socket: Socket,
  body: IncomingMessage,
  chunked: boolean,
  events: BodyEvents,
): () => void {
  const piece = (bytes: Buffer): void => {
    events.moved();
    if (!(chunked ? writeChunk(socket, bytes) : socket.write(bytes))) body.pause();
  };
  const goOn = (): void => {
    events.moved();
    body.resume();
  };
  const ended = (): void => {
    leave();
    if (chunked) socket.write('0\r\n\r\n', 'latin1');
    events.sent();
  };
  const broken = (): void => {
    leave();
    events.brokenOff();
  };
  const leave = (): void => {
    socket.off('drain', goOn);
    body.off('data', piece).off('end', ended).off('error', broken).off('close', broken);
    body.on('error', ignore);
  };
  if (body.destroyed || body.readableEnded) {
    events.brokenOff();
    return () => undefined;
  }
  socket.on('drain', goOn);
  body.on('data', piece).on('end', ended).on('error', broken).on('close', broken);
  return () => {
    leave();
    body.resume();
  };
}

function ignore(): void {}

function writeChunk(socket: Socket, bytes: Buffer): boolean {
  socket.cork();
  socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
  socket.write(bytes);
  const more = socket.write('\r\n', 'latin1');
  socket.uncork();
  return more;
}
