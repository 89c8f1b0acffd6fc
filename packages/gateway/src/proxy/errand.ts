// One request on its way through the pool: waiting for a link, or on one.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exchange, OutgoingHead, UpstreamError } from './exchange.ts';

export interface Errand {
  readonly head: OutgoingHead;
  /** The head as it goes out. */
  readonly text: string;
  readonly body: Uint8Array | IncomingMessage | undefined;
  /** The socket of whoever waits. */
  readonly client: Duplex | undefined;
  /** When it was asked for, in milliseconds of `performance.now()`. */
  readonly since: number;
  readonly resolve: (exchange: Exchange) => void;
  readonly reject: (error: UpstreamError) => void;
  answered: boolean;
  retried: boolean;
}
