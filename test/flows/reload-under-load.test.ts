// Reloads in the middle of the morning's work, sound and unsound ones, one after the other and at once: nobody is refused
// or decided about by half of each configuration, what is counted is counted once, and nothing of an old one stays open.
import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, createGateway, type Gateway, parseConfig } from '@palier/gateway';
import { type AccountId, systemClock } from '@palier/mfa-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { prepareState } from '../../examples/demo/state.ts';
import { freePort } from '../../examples/portal/free-port.ts';

type Side = 'a' | 'b';

/** Answers with its own name and the headers that tell by which configuration it was asked. */
function startPortal(side: Side): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/api/me') {
      const account = /SID=([a-z0-9-]+)/.exec(request.headers.cookie ?? '')?.[1];
      response.writeHead(account === undefined ? 401 : 200).end(JSON.stringify({ login: account }));
      return;
    }
    const { 'x-a': a, 'x-b': b } = request.headers;
    response.end(JSON.stringify({ side, a, b, url: request.url }));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (bytes) => socket.send(bytes.toString())));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const most = 5;
const model = '2fc0579f-8113-47ea-b116-bb5a8db9202a';

describe('reloads under load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-test-'));
  let portals: Readonly<Record<Side, Server>>;
  let gateway: Gateway;
  let port: number;

  /** Each side has its own portal, its own header that goes through, and its own page. */
  function configOf(side: Side, ...changes: readonly (readonly [string, string])[]): Config {
    const text = `
listen: 127.0.0.1:${port}
healthListen: 127.0.0.1:0
origin: http://localhost:${port}
upstream: http://127.0.0.1:${portOf(portals[side])}
identity:
  - portal-session: { cookie: SID, ask: /api/me, account: /login, signIn: /login, signOut: [POST /logout] }
routes:
  - { match: POST /logout, require: open }
  - { match: GET /login, require: open }
  - { match: GET /page, require: signed-in }
  - { match: GET /only/${side}, require: signed-in }
  - { match: GET /live, require: signed-in, upgrade: websocket }
  - match: GET /patients/{number}
    require: { accept: card, maxAge: 1h }
    records: { from: path, name: number, as: number }
recordTypes: [{ name: number, alphabet: digits, length: 4 }]
forwardHeaders: [X-${side.toUpperCase()}]
budgets: { classes: { default: { key: { records: ${most} } } } }
notify: { syslog: { url: "udp://127.0.0.1:9" } }
limits: { upstreamTime: 1s }
stores: { durable: memory, shared: memory }
keys: { file: palier-keys.json }
ledger: { directory: ledger, sealTo: ledger-public.jwk }
`;
    const changed = changes.reduce((before, [from, to]) => before.replace(from, to), text);
    const parsed = parseConfig(changed, {
      readFile: (path) => readFileSync(path, 'utf8'),
      environment: {},
      folder,
    });
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2));
    return parsed.config;
  }

  const unsound = [
    ['keys: { file: palier-keys.json }', 'keys: { file: nowhere.json }'],
    ['healthListen: 127.0.0.1:0', 'healthListen: 127.0.0.1:9'],
    [
      'stores: {',
      `enrolment: { first: [ticket], cardClass: [${model}], attestationRoots: nowhere }\nstores: {`,
    ],
  ] as const;

  beforeAll(async () => {
    await prepareState(folder);
    portals = { a: await startPortal('a'), b: await startPortal('b') };
    port = await freePort();
    gateway = await createGateway(configOf('a'), { log: () => undefined });
    await gateway.listen();
  });
  afterAll(async () => {
    await gateway.close();
    for (const portal of Object.values(portals)) {
      portal.closeAllConnections();
      portal.close();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** Signed in at the portal, with a card shown just now. */
  async function present(login: string): Promise<string> {
    const { token } = await gateway.mfa.sessions.open(login as AccountId, 'test');
    const proved = await gateway.mfa.card.prove(token, 'test', systemClock.now());
    if (proved.outcome === 'refused') throw new Error(proved.reason);
    return `SID=${login}; __Host-palier=${proved.token}`;
  }

  const ask = (path: string, cookie: string): Promise<Response> =>
    fetch(`http://localhost:${port}${path}`, { headers: { cookie, 'x-a': '1', 'x-b': '1' } });

  /** Alternates the sides; every third is unsound in one way or another, and two at once come in between. */
  async function reloads(count: number): Promise<{ readonly done: number; readonly refused: number }> {
    let [done, refused] = [0, 0];
    // Read beforehand: reading takes longer than going over, and it is going over that is to meet requests.
    const read = (['b', 'a'] as const).map((side) => ({
      sound: configOf(side),
      unsound: unsound.map((flaw) => configOf(side, flaw)),
    }));
    for (let turn = 0; turn < count; turn += 1) {
      const { sound, unsound: flawed } = read[turn % 2] ?? { sound: configOf('a'), unsound: [] };
      const all = [sound, flawed[turn % 3] ?? sound, sound].map((next) => gateway.reload(next));
      for (const { status } of await Promise.allSettled(all)) status === 'fulfilled' ? done++ : refused++;
      await sleep(20);
    }
    return { done, refused };
  }

  it('lose no request, mix no two configurations, keep sessions and sockets, and count to the bound exactly', async () => {
    const doctor = await present('medecin-01');
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, {
      headers: { cookie: doctor, host: `localhost:${port}`, origin: `http://localhost:${port}` },
    });
    await once(socket, 'open');
    const seen: unknown[] = [];
    let working = true;
    const work = async (): Promise<void> => {
      while (working) {
        const answer = await ask('/page', doctor);
        seen.push(answer.status === 200 ? await answer.json() : answer.status);
      }
    };
    const workers = Array.from({ length: 6 }, work);
    const looked: Promise<number>[] = [];
    const counting = (async () => {
      for (let number = 0; number < 60 && working; number += 1) {
        looked.push(ask(`/patients/${1000 + number}`, doctor).then(({ status }) => status));
        await sleep(10);
      }
    })();
    const told = await reloads(80);
    working = false;
    await Promise.all([...workers, counting]);
    expect(told).toEqual({ done: 160, refused: 80 });
    const mixed = seen.filter((one) => {
      const { side, a, b } = (typeof one === 'object' ? one : {}) as { side?: Side; a?: string; b?: string };
      return (
        !(side === 'a' && a === '1' && b === undefined) && !(side === 'b' && b === '1' && a === undefined)
      );
    });
    expect(seen.length).toBeGreaterThan(100);
    expect(mixed).toEqual([]);
    const statuses = await Promise.all(looked);
    expect(statuses.filter((status) => status === 200)).toHaveLength(most);
    expect(new Set(statuses)).toEqual(new Set([200, 401]));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.send('still');
    expect(String((await once(socket, 'message'))[0])).toBe('still');
    socket.close();
    await once(socket, 'close');
    expect((await ask('/page', doctor)).status).toBe(200);
  }, 60_000);

  /** What is open after so many reloads that was not before them: that of the configuration which is in use now. */
  async function openedBy(count: number): Promise<Readonly<Record<string, number>>> {
    const kinds = new Set(['Timeout', 'UDPWRAP', 'PIPEWRAP', 'FSEVENTWRAP']);
    const alive = new Map<number, string>();
    const hook = createHook({
      init: (id, type) => void (kinds.has(type) && alive.set(id, type)),
      destroy: (id) => void alive.delete(id),
    }).enable();
    await reloads(count);
    // Twice what the portal may take: then what was replaced is closed.
    await sleep(2500);
    hook.disable();
    const counts = new Map<string, number>();
    for (const type of alive.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
    return Object.fromEntries(counts);
  }

  it('leave no timer, no socket, no open file and no listener behind, whether they succeed or not', async () => {
    const files = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);
    const listeners = (): readonly number[] =>
      process.eventNames().map((name) => process.listenerCount(name));
    const once = await openedBy(2);
    const before = { files: files(), listeners: listeners() };
    expect(once).toMatchObject({ UDPWRAP: 1 });
    const many = await openedBy(24);
    expect([many['UDPWRAP'], (many['Timeout'] ?? 0) <= (once['Timeout'] ?? 0)]).toEqual([1, true]);
    expect(files()).toBeLessThanOrEqual(before.files);
    expect(listeners()).toEqual(before.listeners);
  }, 60_000);

  it('come one after the other, and not after the end', async () => {
    const both = [gateway.reload(configOf('b')), gateway.reload(configOf('a'))];
    await Promise.all(both);
    const cookie = await present('medecin-02');
    expect(await (await ask('/page', cookie)).json()).toMatchObject({ side: 'a' });
    const closing = gateway.close();
    await expect(gateway.reload(configOf('b'))).rejects.toThrow('was closed');
    await closing;
  });
});
