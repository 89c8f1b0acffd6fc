// Liveness and readiness on a listener of their own: no path, header or address on the clients' listener is ever let
// through for a health check (A068).
import { createServer, type Server } from 'node:http';
import type { RefusedDays } from './budget/refused-days.ts';
import type { DenialCount } from './gate/denial-counts.ts';
import type { ObservedBefore, ObservedTables } from './gate/observer.ts';

export interface RefusedTables {
  readonly counts: readonly RefusedDays[];
  readonly refusals: readonly DenialCount[];
  readonly observed: ObservedBefore | undefined;
}

/** Asked anew for each answer. */
export interface Tables {
  readonly observed: () => ObservedTables | undefined;
  readonly refused: () => RefusedTables;
}

const noTables: Tables = {
  observed: () => undefined,
  refused: () => ({ counts: [], refusals: [], observed: undefined }),
};

/**
 * `/live` says the process runs; `/ready` that the stores and the ledger can be used within a second, with what there is to
 * remark about them; `/observed` what observe mode would have asked and refused since it began, by class of account, and 404
 * when the gateway enforces; `/refused` on how many account-days a cap refused somebody, by class and cap, which requests
 * were refused, and what was observed before.
 */
export function healthServer(
  probe: () => Promise<void>,
  { observed, refused }: Tables = noTables,
  remark: () => string | undefined = () => undefined,
): Server {
  const withRemark = (word: string): string =>
    [word, remark(), ''].filter((line) => line !== undefined).join('\n');
  return createServer((incoming, response) => {
    const tables =
      incoming.url === '/observed' ? observed() : incoming.url === '/refused' ? refused() : undefined;
    if (tables !== undefined)
      return void response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(`${JSON.stringify(tables)}\n`);
    if (incoming.url === '/live')
      return void response.writeHead(200, { 'content-type': 'text/plain' }).end('live\n');
    if (incoming.url !== '/ready') return void response.writeHead(404).end();
    within(probe(), 1000).then(
      () => response.writeHead(200, { 'content-type': 'text/plain' }).end(withRemark('ready')),
      () => response.writeHead(503, { 'content-type': 'text/plain' }).end(withRemark('not ready')),
    );
  });
}

function within(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too slow')), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
