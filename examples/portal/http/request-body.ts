// Reads the body of a request as a form or as JSON, within a bound.
// Knows nothing of what the fields mean.

import type { IncomingMessage } from 'node:http';

/** A body that cannot be read, and the status that says why. */
export class BodyError extends Error {
  readonly status: 400 | 413 | 415;

  constructor(status: 400 | 413 | 415, message: string) {
    super(message);
    this.name = 'BodyError';
    this.status = status;
  }
}

// Memory, not policy: a batch of some 50,000 numbers still fits.
const MAX_BYTES = 1_048_576;

/** Reads a form as a browser sends it. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  expectType(request, 'application/x-www-form-urlencoded');
  return new URLSearchParams(await readText(request));
}

/** Reads a JSON text; its shape is for the caller to judge. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  expectType(request, 'application/json');
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new BodyError(400, 'the body is not JSON');
  }
}

function expectType(request: IncomingMessage, expected: string): void {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== expected) throw new BodyError(415, `the body must be ${expected}`);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early must not destroy the request: its socket still has to carry the refusal.
  const parts: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  try {
    for await (const part of parts) {
      bytes += part.length;
      if (bytes > MAX_BYTES) throw new BodyError(413, 'the body is too large');
      chunks.push(part);
    }
  } catch (error) {
    throw error instanceof BodyError ? error : new BodyError(400, 'the body broke off');
  }
  return Buffer.concat(chunks).toString('utf8');
}
