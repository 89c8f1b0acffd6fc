// The gateway on a server and in an Express app (4 and 5) that somebody else made: mounted properly it is the gateway, and
// mounted where it would lose a guarantee it does not start.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, type Gateway, parseConfig, serverOptions } from '@palier/gateway';
import express5 from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { prepareState } from '../../examples/demo/state.ts';
import { freePort } from '../../examples/portal/free-port.ts';
import { sendRaw } from '../support/raw-socket.ts';
import { echo, type Recorder, startRecorder } from '../support/recorder-upstream.ts';

const express4: unknown = (await import('express4' as string)).default;

interface AnyApp {
  use(...handlers: unknown[]): unknown;
  get(...handlers: unknown[]): unknown;
  enable(name: string): unknown;
}

interface Made {
  (): AnyApp;
  json(): unknown;
  Router(): AnyApp;
}

const versions: readonly (readonly [string, Made])[] = [
  ['Express 4', express4 as Made],
  ['Express 5', express5 as unknown as Made],
];

const login = '{"login":"medecin-01"}';
let portal: Recorder;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'palier-embedding-'));
  await prepareState(folder);
  portal = await startRecorder((request, socket) => {
    if (request.target === '/api/me')
      return void socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${login.length}\r\n\r\n${login}`,
      );
    if (!/upgrade: websocket/i.test(request.raw)) return echo(request, socket);
    // A handshake that is answered wrongly is enough: what counts is that it was decided on and sent.
    socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n');
  });
});
afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Embedded {
  readonly gateway: Gateway;
  readonly port: number;
  readonly log: Readonly<Record<string, unknown>>[];
}

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function embedded(): Promise<Embedded> {
  const port = await freePort();
  const text = `
listen: 127.0.0.1:0
healthListen: 127.0.0.1:0
origin: http://localhost:${port}
upstream: ${portal.url.origin}
identity:
  - portal-session: { cookie: SESSION, ask: /api/me, account: /login }
routes:
  - { match: GET /public/**, require: open }
  - { match: "GET,POST /notes/{id}", require: signed-in }
  - { match: GET /live, require: signed-in, upgrade: websocket }
  - { match: "GET /patients/{nir}", require: { accept: second-factor, maxAge: 12h }, records: { from: path, name: nir, as: nir } }
keys: { file: palier-keys.json }
stores: { durable: memory, shared: memory }
ledger: { directory: ledger-${port}, sealTo: ledger-public.jwk }
`;
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const parsed = parseConfig(text, { readFile, environment: {}, folder });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const log: Readonly<Record<string, unknown>>[] = [];
  const gateway = await createGateway(parsed.config, { log: (line) => void log.push(line) });
  open.push(() => gateway.close());
  return { gateway, port, log };
}

function serverFor(app?: unknown, options: ServerOptions = serverOptions): Server {
  const server = app === undefined ? createServer(options) : createServer(options, app as RequestListener);
  open.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));

async function ask(port: number, line: string, ...lines: readonly string[]) {
  const head = [`${line} HTTP/1.1`, `Host: localhost:${port}`, 'Cookie: SESSION=sid-of-medecin-01', ...lines];
  return sendRaw(port, [...head, 'Connection: close', '', ''].join('\r\n'), 1500);
}

/** What the gateway does wherever it stands. */
async function isTheGateway(port: number): Promise<void> {
  portal.clear();
  expect((await ask(port, 'GET /public/x')).status).toBe(200);
  const note = await sendRaw(
    port,
    `POST /notes/1 HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: SESSION=sid-of-medecin-01\r\nContent-Type: application/json\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{"a":1}`,
    1500,
  );
  expect(note.status).toBe(200);
  expect(note.text).not.toMatch(/x-powered-by/i);
  expect((await ask(port, 'GET /patients/1')).status).toBe(401);
  expect((await ask(port, 'GET /public/../patients/1')).status).toBe(400);
  expect((await ask(port, 'GET /nowhere')).status).toBe(404);
  expect((await ask(port, 'GET /.palier/jwks.json')).status).toBe(200);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/patients/1`, {
    headers: { host: `localhost:${port}` },
  });
  const status = await new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.once('error', () => undefined);
  });
  expect(status).toBe(400);
  socket.terminate();
  const reached = portal.requests.filter(({ target }) => target !== '/api/me');
  expect(reached.map(({ method, target }) => `${method} ${target}`)).toEqual([
    'GET /public/x',
    'POST /notes/1',
  ]);
  expect(reached[1]?.body.toString()).toBe('{"a":1}');
  expect(reached[1]?.headers.filter(([name]) => name.toLowerCase() === 'palier-assertion')).toHaveLength(1);
}

describe('on a server of somebody else', () => {
  it('it is the gateway, and tells on which ports its other listeners are', async () => {
    const { gateway, port } = await embedded();
    const server = serverFor();
    const { healthPort } = await gateway.attach(server);
    await listening(server, port);
    await isTheGateway(port);
    expect(healthPort).toBeGreaterThan(0);
  });

  const wrong: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['a server made without limits', () => serverFor(undefined, {}), /slow clients every 30000 ms/],
    [
      'a lenient parser',
      () => serverFor(undefined, { ...serverOptions, insecureHTTPParser: true }),
      /lenient/,
    ],
    [
      'heads without bound',
      () => serverFor(undefined, { ...serverOptions, maxHeaderSize: 1_000_000 }),
      /maxHeaderSize/,
    ],
    ['an app that answers requests', () => serverFor(express5()), /listens to "request"/],
    [
      'WebSockets of its own',
      () => {
        const server = serverFor();
        new WebSocketServer({ server });
        return server;
      },
      /listens to "upgrade"/,
    ],
    ['tunnels of its own', () => serverFor().on('connect', () => undefined), /listens to "connect"/],
    [
      'an answer to Expect of its own',
      () => serverFor().on('checkContinue', () => undefined),
      /listens to "checkContinue"/,
    ],
    ['HTTP/2', () => createSecureServer({ allowHTTP1: true }), /no server of node:http/],
    ['something else', () => ({}), /no server of node:http/],
  ];

  it.each(wrong)('it refuses to start with %s', async (_name, make, words) => {
    const { gateway } = await embedded();
    const server = make() as Server;
    const events = ['request', 'upgrade', 'checkContinue'] as const;
    const before = server.listenerCount === undefined ? [] : events.map((name) => server.listenerCount(name));
    await expect(gateway.attach(server)).rejects.toThrow(words);
    if (before.length > 0) expect(events.map((name) => server.listenerCount(name))).toEqual(before);
  });

  it('it refuses to start on one that listens already, and names every reason at once', async () => {
    const { gateway, port } = await embedded();
    const server = serverFor(express5(), {});
    await listening(server, port);
    await expect(gateway.attach(server)).rejects.toThrow(/"request"; it listens already.*30000/);
  });

  it('it lets nothing else listen for requests or handshakes afterwards', async () => {
    const { gateway, port } = await embedded();
    const server = serverFor();
    await gateway.attach(server);
    expect(() => server.on('request', () => undefined)).toThrow(/nothing else/);
    expect(() => server.prependListener('upgrade', () => undefined)).toThrow(/nothing else/);
    expect(() => new WebSocketServer({ server })).toThrow(/nothing else/);
    await listening(server, port);
    await isTheGateway(port);
  });

  it('negative control: with another handshake listener a WebSocket opens that nobody decided on', async () => {
    const { gateway, port } = await embedded();
    const server = serverFor();
    await gateway.attach(server);
    server.removeAllListeners('newListener').removeAllListeners('upgrade');
    new WebSocketServer({ server });
    await listening(server, port);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/patients/1`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.terminate();
  });
});

describe('docs/embedding.md', () => {
  const page = readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code);

  it.each(blocks)('its program is the gateway: %#', async (code) => {
    const { gateway, port } = await embedded();
    let made: Server | undefined;
    const names = {
      createGateway: async () => gateway,
      serverOptions,
      express: express5,
      createServer: (...given: Parameters<typeof createServer>) => (made = createServer(...given)),
    };
    const imported = [...code.matchAll(/^import (?:\{ (.*) \}|(\w+)) from/gm)];
    const words = imported.flatMap(([, many, one]) => many?.split(', ') ?? [one ?? '']);
    expect(words.filter((word) => !Object.hasOwn(names, word))).toEqual([]);
    const body = code.replace(/^import .*$/gm, '');
    const run = new Function('port', 'config', ...words, `return (async () => {${body}})();`);
    await run(port, {}, ...words.map((word) => names[word as keyof typeof names]));
    open.push(() => {
      made?.close();
      made?.closeAllConnections();
    });
    await isTheGateway(port);
  });

  it('has two of them', () => {
    expect(blocks).toHaveLength(2);
  });
});

describe.each(versions)('in an app of %s', (_version, make) => {
  it('it is the gateway when it is first and at the root', async () => {
    const { gateway, port } = await embedded();
    const app = make();
    app.use(gateway.mountable);
    app.get('/public/x', (_request: unknown, response: { end(text: string): void }) => response.end('hole'));
    const server = serverFor(app);
    await gateway.attach(server);
    await listening(server, port);
    await isTheGateway(port);
  });

  it('it throws below a path, behind a body parser, behind a route, and twice', async () => {
    const { gateway } = await embedded();
    expect(() => make().use('/portal', gateway.mountable)).toThrow(/below a path/);
    const parsing = make();
    parsing.use(make.json());
    expect(() => parsing.use(gateway.mountable)).toThrow(/"jsonParser" stands before it/);
    const answering = make();
    answering.get('/patients/1', () => undefined);
    expect(() => answering.use(gateway.mountable)).toThrow(/stands before it/);
    make().use(gateway.mountable);
    expect(() => make().use(gateway.mountable)).toThrow(/mounted already/);
  });

  it('it does not take a server that serves another app', async () => {
    const { gateway } = await embedded();
    make().use(gateway.mountable);
    await expect(gateway.attach(serverFor(make()))).rejects.toThrow(
      /listens to "request"; .*does not serve the app/,
    );
  });

  it('it answers 503 to everything where it cannot know: no server attached, a router, an app within an app', async () => {
    const first = await embedded();
    const bare = make();
    bare.use(first.gateway.mountable);
    await listening(serverFor(bare), first.port);
    const second = await embedded();
    const router = make.Router();
    router.use(second.gateway.mountable);
    const routed = make();
    routed.use('/', router);
    await listening(serverFor(routed), second.port);
    const third = await embedded();
    const inner = make();
    inner.use(third.gateway.mountable);
    const outer = make();
    outer.use('/portal', inner);
    const server = serverFor(outer);
    await expect(third.gateway.attach(server)).rejects.toThrow(/does not serve the app/);
    await listening(server, third.port);
    portal.clear();
    expect((await ask(first.port, 'GET /public/x')).status).toBe(503);
    expect((await ask(second.port, 'GET /public/x')).status).toBe(503);
    expect((await ask(third.port, 'GET /portal/public/x')).status).toBe(503);
    expect(portal.requests).toEqual([]);
    expect(first.log.at(-1)).toMatchObject({
      kind: 'broken',
      error: expect.stringContaining('not attached'),
    });
  });

  it('negative control: a guard by app.use lets another spelling of the path through', async () => {
    const app = make();
    app.use('/patients', (_request: unknown, response: { writeHead(status: number): { end(): void } }) =>
      response.writeHead(401).end(),
    );
    app.use((_request: unknown, response: { end(text: string): void }) => response.end('forwarded'));
    const server = serverFor(app);
    const port = await freePort();
    await listening(server, port);
    expect((await ask(port, 'GET /patients/1')).status).toBe(401);
    expect((await ask(port, 'GET //patients/1')).text).toContain('forwarded');
  });
});
