// How the issuer's keys are fetched: a file, or one bounded GET over a client of its own. No redirect is followed and no
// address in a token ever leads anywhere (A245).
import { open } from 'node:fs/promises';
import { createUpstream } from '../proxy/upstream.ts';
import { collectWithin } from './bounded-call.ts';
import { longestKeySet, type ReadKeys } from './jwks.ts';

export function keysInFile(path: string): ReadKeys {
  return async () => {
    const file = await open(path);
    try {
      const bytes = Buffer.alloc(longestKeySet + 1);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      if (bytesRead > longestKeySet) throw new Error('the file is longer than a set of keys');
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  };
}

/** The GET may take 5 s in all. */
const patience = 5000;

export function keysAtAddress(url: URL, ca: string | undefined): ReadKeys {
  return async () => {
    const upstream = createUpstream({
      url: new URL(url.origin),
      timeoutMilliseconds: patience,
      mostSockets: 1,
      ...(ca !== undefined && { ca }),
    });
    try {
      const head = {
        method: 'GET',
        target: `${url.pathname}${url.search}`,
        headers: ['Host', url.host, 'Accept', 'application/jwk-set+json, application/json'],
      };
      const { status, body } = await collectWithin(upstream, head, longestKeySet, patience);
      if (status !== 200) throw new Error(`it answered ${status}`);
      return body;
    } finally {
      upstream.close();
    }
  };
}
