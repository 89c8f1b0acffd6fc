// The body of a request: read whole within a bound and a time, or left on the socket for the proxy to stream.
import type { IncomingMessage } from 'node:http';
import type { BodySource, CanonicalRequest, Refusal } from './request.ts';

const slowest = 30_000;

/**
 * A source that reads at most once: a second `read` gives the same bytes. Refuses what is too long before reading when
 * it says so, and while reading when it does not (A256); a body that trickles is cut after 30 s.
 */
export function bodySource(incoming: IncomingMessage, request: CanonicalRequest): BodySource & { readonly bytes: () => Uint8Array | undefined } {
  let reading: Promise<Uint8Array | Refusal> | undefined;
  let bytes: Uint8Array | undefined;
  const read = (limit: number): Promise<Uint8Array | Refusal> => {
    reading ??= readWhole(incoming, request, limit).then((result) => {
      if (result instanceof Uint8Array) bytes = result;
      return result;
    });
    return reading;
  };
  return { read, bytes: () => bytes };
}

async function readWhole(incoming: IncomingMessage, request: CanonicalRequest, limit: number): Promise<Uint8Array | Refusal> {
  if (request.bodyLength === 0) return new Uint8Array(0);
  const tooLong: Refusal = { status: 413, reason: 'body-too-long', close: true };
  if (request.bodyLength !== 'chunked' && request.bodyLength > limit) return tooLong;
  if (request.headers.has('content-encoding')) return { status: 415, reason: 'content-encoding', close: true };
  const timer = setTimeout(() => incoming.destroy(), slowest);
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) return tooLong;
      chunks.push(chunk);
    }
    return incoming.complete ? new Uint8Array(Buffer.concat(chunks)) : { status: 400, reason: 'body-cut-short', close: true };
  } catch {
    return { status: 408, reason: 'body-too-slow', close: true };
  } finally {
    clearTimeout(timer);
  }
}
