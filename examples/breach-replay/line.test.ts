import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createLine } from './line.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function answering(listener: Parameters<typeof createServer>[1]): Promise<URL> {
  server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://localhost:${(server.address() as AddressInfo).port}`);
}

it('asks again where a connection that was kept open is closed without an answer', async () => {
  let asked = 0;
  const origin = await answering((request, response) => {
    asked += 1;
    if (asked === 2) request.socket.destroy();
    else response.end('here');
  });
  const line = createLine(origin, {});
  expect((await line.send('/')).body).toBe('here');
  expect((await line.send('/')).body).toBe('here');
  line.close();
  expect(asked).toBe(3);
});

it('does not ask again where a fresh connection breaks', async () => {
  const origin = await answering((request) => request.socket.destroy());
  const line = createLine(origin, {});
  await expect(line.send('/')).rejects.toThrow();
  line.close();
});

it('waits for a portal that is late', async () => {
  let asked = 0;
  const origin = await answering((_request, response) => {
    asked += 1;
    response.writeHead(asked < 3 ? 503 : 200).end();
  });
  const line = createLine(origin, {});
  expect((await line.send('/')).status).toBe(200);
  line.close();
});

it('refuses an answer whose bytes it could not read for the loot', async () => {
  const origin = await answering((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end();
  });
  const line = createLine(origin, {});
  await expect(line.send('/')).rejects.toThrow('packed');
  line.close();
});
