// The portal put together: its parts, its routes, its server. It knows passwords, no second factor, and
// counts nothing: what protects it has to stand in front of it.

import { createServer, type Server } from 'node:http';
import type { Accounts } from './accounts.ts';
import { createServe } from './http/serve.ts';
import { whoAsks } from './http/visit.ts';
import { eventRoute } from './live/event-stream.ts';
import { answerUpgrade, type LiveParts } from './live/live-connection.ts';
import { createTicker } from './live/ticker.ts';
import type { Population } from './population.ts';
import { allRoutes } from './routes/all-routes.ts';
import type { Mail } from './sign-in/password-resets.ts';
import { type Clock, createSessions, type Random } from './sign-in/sessions.ts';

/** What a portal is made from. */
export interface PortalParts {
  readonly persons: Population;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
  /** Delivers a mail; a rejection becomes a 500 for who asked. */
  readonly mail: (mail: Mail) => void | Promise<void>;
}

/** A portal: a server that does not listen yet, and its end. */
export interface Portal {
  readonly server: Server;
  /** Ends live connections, lets requests under way finish, and resolves when the server is closed. */
  close(): Promise<void>;
}

// Longer than the pool of any reasonable proxy keeps a connection: who closes first must not be the portal,
// or a request sent at that moment is lost.
const KEEP_ALIVE_MILLISECONDS = 75_000;

/** Creates a portal. */
export function createPortal(parts: PortalParts): Portal {
  const { accounts, clock } = parts;
  const who = { accounts, sessions: createSessions(parts) };
  const ticker = createTicker(clock);
  const going = new Set<{ end(): void }>();
  const routes = [...allRoutes({ ...parts, ...who }), eventRoute(ticker, going)];
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MILLISECONDS }, createServe(routes, who));
  const live: LiveParts = {
    ticker,
    going,
    isSignedIn: (request) => whoAsks(request, who).account !== undefined,
  };
  server.on('upgrade', (request, socket, head) => answerUpgrade(live, { request, socket, head }));
  // A connection kept alive by an answer that was under way when closing began would hold the end up.
  server.on('request', (_request, response) => {
    response.once('close', () => server.listening || server.closeIdleConnections());
  });
  return { server, close: () => close(server, going) };
}

function close(server: Server, going: ReadonlySet<{ end(): void }>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    for (const connection of going) connection.end();
    server.closeIdleConnections();
  });
}
