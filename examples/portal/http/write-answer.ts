// Puts an answer on the wire, with the headers every answer has.

import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

// Pages show records and forms: nothing is kept by caches, framed or run from elsewhere.
const ALWAYS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  Vary: 'Accept, Accept-Language, Cookie',
};

/** Writes an answer; a HEAD request gets its headers only. */
export function writeAnswer(response: ServerResponse, answer: Answer): void {
  if (answer.kind === 'text') {
    const length = String(Buffer.byteLength(answer.body));
    response.writeHead(answer.status, { ...ALWAYS, 'Content-Length': length, ...answer.headers });
    response.end(answer.body);
    return;
  }
  response.writeHead(200, { ...ALWAYS, ...answer.headers });
  if (response.req.method === 'HEAD') response.end();
  else answer.start(response);
}
