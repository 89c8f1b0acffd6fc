// A port of the loopback nobody listens on. It could be taken between the answer and its use; a gateway must know
// its public origin before it listens, so there is no better moment to ask.

import { createServer } from 'node:net';

/** Asks the system for a port and gives it back at once. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
