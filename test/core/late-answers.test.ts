// A portal that answered before mfa-core did (a time limit of its own, a store that is slow): one late answer must not
// be an unhandled rejection, which ends a Node process for everybody.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ceremoniesRouter, requireStepUp } from '@palier/mfa-core/express';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDesk } from './desk.ts';

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);
let before: NodeJS.UnhandledRejectionListener[] = [];
beforeEach(() => {
  unhandled.length = 0;
  before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
});
afterEach(() => {
  process.removeAllListeners('unhandledRejection');
  for (const listener of before) process.on('unhandledRejection', listener);
});

async function askedOf(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const { status } = await fetch(`http://127.0.0.1:${port}/session`);
    await new Promise((resolve) => setTimeout(resolve, 60));
    return status;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const { mfa } = openDesk();
const account = (): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve('ana'), 20);
  });

it.each([
  ['the guard', requireStepUp({ mfa, account, accept: 'second-factor', maxAge: '12h' })],
  ['the router', ceremoniesRouter({ mfa, account })],
])('%s says nothing more when the portal has answered already', async (_, middleware) => {
  const status = await askedOf((request, response) => {
    middleware(request, response, () => undefined);
    response.writeHead(503).end();
  });
  expect(status).toBe(503);
  expect(unhandled).toEqual([]);
});

it('an answer sent regardless would have been an unhandled rejection', async () => {
  await askedOf((_request, response) => {
    void account().then((name) => response.appendHeader('x-name', name));
    response.writeHead(503).end();
  });
  expect(unhandled).toMatchObject([{ code: 'ERR_HTTP_HEADERS_SENT' }]);
});
