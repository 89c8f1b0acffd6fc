// One call to a publisher or responder, bounded in size and time; no redirect is followed, since where lists and answers
// come from is the operator's word.
import type { Seconds } from '@palier/mfa-core';

export interface FetchBounds {
  readonly timeout: Seconds;
  readonly longest: number;
}

export type Fetched = { readonly bytes: Uint8Array } | { readonly failed: string };

/** GET, or POST with a body. Never rejects; `failed` is a fixed word or a status, nothing of the answer. */
export async function fetched(
  url: URL,
  { timeout, longest }: FetchBounds,
  post?: { readonly type: string; readonly body: Uint8Array },
): Promise<Fetched> {
  const signal = AbortSignal.timeout(timeout * 1000);
  const asked: RequestInit =
    post === undefined
      ? {}
      : { method: 'POST', body: Buffer.from(post.body), headers: { 'content-type': post.type } };
  try {
    const answer = await fetch(url, { ...asked, signal, redirect: 'error' });
    if (answer.status !== 200) return { failed: `status ${answer.status}` };
    return await whole(answer, longest);
  } catch {
    return { failed: signal.aborted ? 'no answer in time' : 'not reached' };
  }
}

async function whole(answer: Response, longest: number): Promise<Fetched> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > longest) return { failed: 'too long' };
    pieces.push(piece);
  }
  return { bytes: Buffer.concat(pieces) };
}
