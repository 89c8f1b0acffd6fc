// Bytes on a socket: what an HTTP client would not send, and what it would not show. Owns no parsing beyond the
// status line, so that nothing here forgives what it reads.

import { connect } from 'node:net';

/** Everything one connection received, and whether the other side ended it. */
export interface RawAnswer {
  readonly text: string;
  /** The status of the first answer, or 0 when there was none. */
  readonly status: number;
  /** How many answers began. */
  readonly answers: number;
  readonly ended: boolean;
}

/** Sends the bytes as they are, and listens until the other side ends or `quiet` milliseconds pass in silence. */
export function sendRaw(port: number, bytes: string | Uint8Array, quiet = 300): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const finish = (ended: boolean): void => {
      socket.destroy();
      resolve(read(Buffer.concat(parts).toString('latin1'), ended));
    };
    socket.setTimeout(quiet, () => finish(false));
    socket.on('data', (part) => parts.push(part));
    socket.on('end', () => finish(true));
    socket.on('error', (error) => (parts.length > 0 ? finish(true) : reject(error)));
  });
}

function read(text: string, ended: boolean): RawAnswer {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0);
  return { text, status, answers: text.split(/HTTP\/1\.1 \d{3} /).length - 1, ended };
}
