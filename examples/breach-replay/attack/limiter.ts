// What is sold against scripts: a proxy that lets each session, and before it has one each address, ask
// so many times a minute. It stands in for the gateway in
// one run, to show what a limit on requests is worth against somebody patient.

import { once } from 'node:events';
import { Agent, createServer, request as sendTo } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A limiter that is up. */
export interface Limiter {
  readonly origin: URL;
  stop(): Promise<void>;
}

const MINUTE = 60_000;

/** Starts a limiter before a portal; `now` is the clock of the replay. */
export async function startLimiter(portal: URL, perMinute: number, now: () => number): Promise<Limiter> {
  // A connection each: one kept open may be closed by the portal just when it is used again.
  const agent = new Agent({ keepAlive: false, maxSockets: 100 });
  const counts = new Map<string, number>();
  const server = createServer((incoming, response) => {
    const { headers, socket } = incoming;
    const who = headers.cookie ?? socket.remoteAddress;
    const key = `${who} ${Math.floor(now() / MINUTE)}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > perMinute) {
      incoming.resume();
      return void response.writeHead(429, { 'retry-after': '60' }).end();
    }
    const { method, url: path } = incoming;
    const onward = sendTo(
      { host: '127.0.0.1', port: portal.port, agent, method, path, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: new URL(`http://localhost:${(server.address() as AddressInfo).port}`),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          agent.destroy();
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
