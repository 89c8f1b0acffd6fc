// Several hosts on one machine are several gateways, each with a folder of its own behind one front: docs/requests.md says
// so, and this is what it is worth. Nothing that was proved on one host is worth anything on the other.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, type Gateway, parseConfig } from '@palier/gateway';
import { type AccountId, systemClock } from '@palier/mfa-core';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareState } from '../../examples/demo/state.ts';

const hosts = ['patients.example', 'acts.example'] as const;
type Host = (typeof hosts)[number];

interface Answer {
  readonly status: number;
  readonly body: string;
}

function ask(port: number, host: string, path: string, cookie = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request({ port, host: '127.0.0.1', path, headers: { host, cookie } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sending.on('error', reject).end();
  });
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

/** Everybody is known by the name in the cookie; each portal says which one it is. */
function startPortal(host: Host): Server {
  return createServer((incoming, response) => {
    const login = /SID=([a-z0-9-]+)/.exec(incoming.headers.cookie ?? '')?.[1];
    response.setHeader('content-type', 'application/json');
    if (incoming.url === '/api/me') response.writeHead(login === undefined ? 401 : 200);
    response.end(JSON.stringify({ login, portal: host, assertion: incoming.headers['palier-assertion'] }));
  });
}

async function startHost(host: Host, folder: string, portal: number): Promise<Gateway> {
  await prepareState(folder);
  const text = `
listen: 127.0.0.1:0
healthListen: 127.0.0.1:0
origin: https://${host}
upstream: http://127.0.0.1:${portal}
identity:
  - portal-session: { cookie: SID, ask: /api/me, account: /login }
routes:
  - { match: "GET /patients/{number}", require: { accept: card, maxAge: 1h } }
stores: { durable: sqlite:palier.db, shared: sqlite:palier.db }
keys: { file: palier-keys.json }
ledger: { directory: ledger, sealTo: ledger-public.jwk }
`;
  const parsed = parseConfig(text, {
    readFile: (path) => readFileSync(path, 'utf8'),
    environment: {},
    folder,
  });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return createGateway(parsed.config, { log: () => undefined });
}

describe('two hosts, two gateways, one front', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-test-'));
  const gateways = new Map<string, Gateway>();
  const ports = new Map<string, number>();
  const servers: Server[] = [];
  let front: number;
  beforeAll(async () => {
    for (const host of hosts) {
      const portal = startPortal(host);
      servers.push(portal);
      const gateway = await startHost(host, join(folder, host), await listening(portal));
      gateways.set(host, gateway);
      ports.set(host, (await gateway.listen()).port);
    }
    // Sends each host to its own gateway, and passes everything else on unchanged.
    const before = createServer(({ headers, url }, response) => {
      const port = ports.get(headers.host ?? '');
      if (port === undefined) return void response.writeHead(421).end();
      ask(port, headers.host ?? '', url ?? '/', headers.cookie).then(
        ({ status, body }) => response.writeHead(status).end(body),
        () => response.writeHead(502).end(),
      );
    });
    servers.push(before);
    front = await listening(before);
  });
  afterAll(async () => {
    for (const gateway of gateways.values()) await gateway.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** The cookies of somebody who has just shown a card on this host. */
  async function present(host: Host): Promise<string> {
    const mfa = gateways.get(host)?.mfa;
    if (mfa === undefined) throw new TypeError('no such host');
    const { token } = await mfa.sessions.open('medecin-01' as AccountId, 'test');
    const proved = await mfa.card.prove(token, 'test', systemClock.now());
    if (proved.outcome === 'refused') throw new Error(proved.reason);
    return `SID=medecin-01; __Host-palier=${proved.token}`;
  }

  it.each(hosts)('%s shows its own portal, with an assertion for itself', async (host) => {
    const answer = await ask(front, host, '/patients/1', await present(host));
    const { portal, assertion } = JSON.parse(answer.body) as { portal: string; assertion: string };
    expect([answer.status, portal, decodeJwt(assertion).aud]).toEqual([200, host, `https://${host}`]);
  });

  it('what was proved on one is worth nothing on the other, whoever carries the cookie there', async () => {
    const cookie = await present('patients.example');
    expect((await ask(front, 'patients.example', '/patients/1', cookie)).status).toBe(200);
    expect((await ask(front, 'acts.example', '/patients/1', cookie)).status).toBe(401);
    // Its own proof on the other one opens it: it is the host that is different, not the person.
    expect((await ask(front, 'acts.example', '/patients/1', await present('acts.example'))).status).toBe(200);
  });

  it('a gateway answers for its own host and no other, also when a front confuses them', async () => {
    const cookie = await present('patients.example');
    const port = ports.get('patients.example') ?? 0;
    expect((await ask(port, 'acts.example', '/patients/1', cookie)).status).toBe(421);
    expect((await ask(front, 'other.example', '/patients/1', cookie)).status).toBe(421);
  });
});
