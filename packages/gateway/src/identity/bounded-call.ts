// One call of our own to somebody the gateway asks (the portal's who-am-I, a token issuer), bounded in size and time.
import { type OutgoingHead, type Upstream, UpstreamError } from '../proxy/exchange.ts';

export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** Rejects with UpstreamError after `patience` milliseconds, or when the answer is longer than `limit` bytes. */
export async function collectWithin(
  upstream: Upstream,
  head: OutgoingHead,
  limit: number,
  patience: number,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new UpstreamError('timeout')), patience);
  });
  try {
    const sent = upstream.send(head, undefined);
    const exchange = await Promise.race([sent, late]).catch((error: unknown) => {
      sent.then((one) => one.abort()).catch(() => undefined);
      throw error;
    });
    const collected = exchange.collect(limit);
    const body = await Promise.race([collected, late]).catch((error: unknown) => {
      collected.catch(() => undefined);
      exchange.abort();
      throw error;
    });
    if (body === 'too-large') throw new UpstreamError('bad-answer');
    return { status: exchange.status, headers: exchange.headers, body };
  } finally {
    clearTimeout(timer);
  }
}
