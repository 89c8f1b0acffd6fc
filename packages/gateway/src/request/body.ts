// The body of a request: read whole within a bound and a time, or left on the socket for the proxy to stream. It never
// decompresses: bytes that were judged and bytes that are sent are the same ones (A101, A115).
import type { IncomingMessage } from 'node:http';
import type { BodySource, CanonicalRequest, Refusal } from './request.ts';

/** Milliseconds a body that must be read may take; a sender that trickles holds a slot no longer (A256). */
const patience = 30_000;

export interface Body extends BodySource {
  /** The bytes once they were read; undefined while the body is still on the socket. */
  readonly bytes: () => Uint8Array | undefined;
}

/**
 * A source that reads at most once: a second `read` gives the same answer, whatever its limit. Refuses what is too long
 * before reading when the head says so, and while reading when it does not. After a refusal the rest stays unread, so
 * the connection must be closed.
 */
export function bodySource(
  incoming: IncomingMessage,
  request: Pick<CanonicalRequest, 'bodyLength' | 'headers'>,
  milliseconds: number = patience,
): Body {
  let reading: Promise<Uint8Array | Refusal> | undefined;
  let bytes: Uint8Array | undefined;
  const read = async (limit: number): Promise<Uint8Array | Refusal> => {
    // What was streamed to the portal is gone: waiting for it would wait out the patience.
    const gone = incoming.readableDidRead ? Promise.resolve(cutShort) : undefined;
    reading ??= unreadable(request, limit) ?? gone ?? collect(incoming, limit, milliseconds);
    const result = await reading;
    if (result instanceof Uint8Array) bytes = result;
    return result;
  };
  return { read, bytes: () => bytes };
}

const tooLong: Refusal = { status: 413, reason: 'body-too-long', close: true };
const encoded: Refusal = { status: 415, reason: 'content-encoding', close: true };
const tooSlow: Refusal = { status: 408, reason: 'body-too-slow', close: true };
const cutShort: Refusal = { status: 400, reason: 'body-cut-short', close: true };

/** The answer that needs no reading, when there is one. */
function unreadable(
  { bodyLength, headers }: Pick<CanonicalRequest, 'bodyLength' | 'headers'>,
  limit: number,
): Promise<Uint8Array | Refusal> | undefined {
  if (bodyLength === 0) return Promise.resolve(new Uint8Array(0));
  if (bodyLength !== 'chunked' && bodyLength > limit) return Promise.resolve(tooLong);
  return headers.has('content-encoding') ? Promise.resolve(encoded) : undefined;
}

/** Listens rather than iterates: a time limit must end the reading without destroying the socket the refusal goes out on. */
function collect(
  incoming: IncomingMessage,
  limit: number,
  milliseconds: number,
): Promise<Uint8Array | Refusal> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (result: Uint8Array | Refusal): void => {
      clearTimeout(timer);
      incoming.off('data', take).off('end', finish).off('error', fail).off('close', fail).pause();
      incoming.on('error', () => undefined);
      resolve(result);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limit) settle(tooLong);
      else chunks.push(chunk);
    };
    const finish = (): void => settle(incoming.complete ? new Uint8Array(Buffer.concat(chunks)) : cutShort);
    const fail = (): void => settle(cutShort);
    const timer = setTimeout(() => settle(tooSlow), milliseconds);
    incoming.on('data', take).once('end', finish).once('error', fail).once('close', fail);
  });
}
