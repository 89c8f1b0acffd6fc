// Server-sent events at /evenements: each tick as an event, until the browser leaves or the portal closes.

import type { ServerResponse } from 'node:http';
import { type Route, signedIn } from '../http/routes.ts';
import type { Ticker } from './ticker.ts';

/** Makes the route; responses that are still going on are kept in `going` so that they can be ended. */
export function eventRoute(ticker: Ticker, going: Set<{ end(): void }>): Route {
  const headers = { 'Content-Type': 'text/event-stream; charset=utf-8' };
  return signedIn('GET /evenements', () => ({
    kind: 'stream',
    headers,
    start: (r) => start(r, ticker, going),
  }));
}

function start(response: ServerResponse, ticker: Ticker, going: Set<{ end(): void }>): void {
  // A first line at once, so that the browser knows the stream is open before the first tick.
  response.write('retry: 5000\n\n');
  const leave = ticker.listen((tick) =>
    response.write(`event: tick\nid: ${tick.count}\ndata: ${JSON.stringify(tick)}\n\n`),
  );
  going.add(response);
  response.once('close', () => {
    leave();
    going.delete(response);
  });
}
