// A client that sends bytes as they are, whole, in two pieces or byte by byte, and keeps every byte it gets. Unlike
// `raw-socket.ts` it stays open between requests and can read slowly, stop reading, or leave in the middle.

import { connect, type Socket } from 'node:net';

export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far, as Latin-1. */
  received(): string;
  send(bytes: string | Uint8Array): void;
  /** Sends the bytes one by one, or in pieces cut at `places`, each in a packet of its own. */
  sendCut(bytes: string, places?: readonly number[]): Promise<void>;
  /** Resolves when what was received satisfies `until`; rejects after `patience` milliseconds with what there is. */
  receive(until: (text: string) => boolean, patience?: number): Promise<string>;
  /** The next whole answer under a Content-Length, taken off what was received. */
  answer(patience?: number): Promise<RawReply>;
  /** Resolves when the other side closed. */
  readonly closed: Promise<void>;
  /** Leaves with a reset, as a killed browser does. */
  abort(): void;
}

export interface RawReply {
  readonly status: number;
  /** The head as it came, status line included. */
  readonly head: string;
  readonly body: string;
}

/** Connects to a port of the loopback. */
export async function openRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  const watchers = new Set<() => void>();
  const stir = (): void => {
    for (const watcher of watchers) watcher();
  };
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1');
    stir();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve(stir())));
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', () => socket.destroy());
  const receive: RawClient['receive'] = (until, patience = 5000) =>
    new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(timer);
        watchers.delete(watcher);
        end();
      };
      const watcher = (): void => {
        if (until(text)) finish(() => resolve(text));
        else if (socket.destroyed)
          finish(() => reject(new Error(`closed after ${JSON.stringify(text.slice(0, 500))}`)));
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`silence after ${JSON.stringify(text.slice(0, 500))}`))),
        patience,
      );
      watchers.add(watcher);
      watcher();
    });
  return {
    socket,
    received: () => text,
    send: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    sendCut: (bytes, places) => sendCut(socket, bytes, places ?? [...bytes].map((_, at) => at + 1)),
    receive,
    answer: async (patience) => {
      await receive((all) => replyOf(all) !== undefined, patience);
      const reply = replyOf(text);
      if (reply === undefined) throw new Error('unreachable');
      text = text.slice(reply.length);
      return reply;
    },
    closed,
    abort: () => void socket.resetAndDestroy(),
  };
}

async function sendCut(socket: Socket, bytes: string, places: readonly number[]): Promise<void> {
  let from = 0;
  for (const to of [...places, bytes.length]) {
    if (to <= from) continue;
    await new Promise<void>((resolve) => socket.write(bytes.slice(from, to), 'latin1', () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
    from = to;
  }
}

function replyOf(text: string): (RawReply & { readonly length: number }) | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = text.slice(0, end);
  const status = Number(head.slice(9, 12));
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const whole = end + 4 + length;
  return text.length < whole ? undefined : { status, head, body: text.slice(end + 4, whole), length: whole };
}
