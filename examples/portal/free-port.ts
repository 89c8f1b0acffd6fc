// A port for a server whose address must be known before it listens: a gateway and its public origin.
import { createServer } from 'node:net';

/** Ports that this process has given out: each was free when it was tried, and may be on its way to a server. */
const given = new Set<number>();

/** Below what systems hand out by themselves (from 32768, IANA from 49152): no connection that is opened meanwhile takes it. */
const range = { from: 12_000, to: 32_000 };

/**
 * A port of 127.0.0.1 that nobody listens on. Another process that asks at the same moment gets another one, all but
 * surely; a refusal of one port is no reason to give up.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.from + Math.floor(Math.random() * (range.to - range.from));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
