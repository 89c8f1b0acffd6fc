// The contract with the portal: one round trip behind one small interface, and what may go wrong with it. Owns no
// socket; `socket-upstream.ts` and `http-upstream.ts` are the two clients that keep this contract.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export interface OutgoingHead {
  readonly method: string;
  /** Goes out exactly as it was judged; nothing parses or rewrites it (R2). */
  readonly target: string;
  /** Name, value, name, value: in the order they go out. */
  readonly headers: readonly string[];
  /** Our signed word, sent last under its own name. A compact JWS by making, so nobody looks at its characters again. */
  readonly assertion?: string | undefined;
  /**
   * Never sent a second time by the client itself, whatever became of the first: the decision behind it was for one
   * arrival, and what it carries may be good for one (`jti`).
   */
  readonly once?: boolean;
}

/** An answer whose head is here and whose body is on the way. It is consumed once, by `relay` or by `collect`. */
export interface Exchange {
  readonly status: number;
  readonly statusText: string;
  /** As received, in order; `answer-headers.ts` decides what of them leaves. */
  readonly headers: readonly (readonly [string, string])[];
  /** Whether all of the body is here: then `relay` is done at once, and there is nothing that could be cut later. */
  isWhole(): boolean;
  /**
   * Streams the body to the client with back-pressure and ends the response. A client that leaves closes the portal's
   * socket; a portal that breaks off cuts the client's, so that a part never looks like the whole.
   */
  relay(response: ServerResponse): Promise<'complete' | 'aborted'>;
  /** The whole body, or `too-large` past the limit, with the socket closed. Rejects with UpstreamError. */
  collect(limit: number): Promise<Uint8Array | 'too-large'>;
  /** Drops the rest of the answer and the socket with it. Nothing happens when the body is all here. */
  abort(): void;
}

/** The portal changed protocols. The caller owns the socket now; `head` are the first bytes of the new protocol. */
export interface Upgraded {
  readonly exchange: Exchange;
  readonly socket: Duplex;
  readonly head: Uint8Array;
}

export interface Upstream {
  /** The Host it is called with; undefined for the public origin's. */
  readonly host: string | undefined;
  /**
   * Sends one request. `client` is the socket of whoever waits: when it closes before the answer's head is here, the
   * exchange is given up within a second. Rejects with UpstreamError.
   */
  send(
    head: OutgoingHead,
    body: Uint8Array | IncomingMessage | undefined,
    client?: Duplex,
  ): Promise<Exchange>;
  /**
   * Asks for a WebSocket on a socket of its own. An answer other than 101 comes back as an ordinary exchange; a 101
   * that does not prove it understood the handshake is `bad-answer` (RFC 6455 section 4.1).
   */
  upgrade(head: OutgoingHead, client?: Duplex): Promise<Upgraded | Exchange>;
  /** Another takes its place: whoever is under way, or still comes, is served to the end, and then no socket stays open. */
  retire(): void;
  /** Closes every socket; what is under way fails as `unreachable`. */
  close(): void;
}

export interface UpstreamSetting {
  /** Scheme, host and port only: nothing in a request can choose where its bytes go (A028). */
  readonly url: URL;
  /** PEM of the authorities that may sign the portal's certificate; undefined for the system's. */
  readonly ca?: string;
  readonly host?: string;
  /** Longest silence of the portal, or of a client that takes nothing of the answer. Connecting gets 5 s at most. */
  readonly timeoutMilliseconds: number;
  readonly mostSockets: number;
  /** `node-http`: Node's own client instead of ours, should a portal not get on with it. */
  readonly client?: 'own' | 'node-http';
}

const meanings = {
  unreachable: 'the portal cannot be reached',
  timeout: 'the portal is silent for too long',
  'bad-answer': 'the portal did not answer as HTTP should',
  'client-gone': 'the client left before it was answered',
  'bad-handshake': 'the client asks for a WebSocket in an unsound way',
} as const;

/**
 * Why there is no answer: 502, 504 for `timeout`, 400 for `bad-handshake`, nothing at all for `client-gone`. The cause is
 * for the log.
 */
export class UpstreamError extends Error {
  readonly code: keyof typeof meanings;

  constructor(code: keyof typeof meanings, cause?: unknown) {
    super(meanings[code], cause === undefined ? undefined : { cause });
    this.name = 'UpstreamError';
    this.code = code;
  }
}
