// The gateway before and behind real web servers, with the shipped files where they stand before it and with ordinary
// ones where they are the portal's own. The oracle is the gateway's word itself: every route binds its assertion to the
// request, so what reaches the portal without one for exactly this method and target was decided by nobody.

import { createHash } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { g1 } from '../attacks/cases/g1.ts';
import { g2 } from '../attacks/cases/g2.ts';
import { g3 } from '../attacks/cases/g3.ts';
import { freePort } from '../support/free-port.ts';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import {
  type Fillings,
  type FrontProgram,
  type FrontServer,
  isFrontMissing,
  shippedFront,
  startFront,
} from '../support/front-server.ts';
import { sendRaw } from '../support/raw-socket.ts';
import {
  type Answerer,
  echo,
  type Recorded,
  type Recorder,
  startRecorder,
} from '../support/recorder-upstream.ts';
import { confusing, honest } from './confusing-requests.ts';

type Program = Exclude<FrontProgram, 'caddy'>;

/** As shipped, before the gateway. */
const before: Readonly<Record<FrontProgram, readonly [file: string, fillings: Fillings]>> = {
  nginx: ['nginx-proxy.conf', [['server_name portail.example', 'server_name localhost']]],
  haproxy: ['haproxy-proxy.cfg', []],
  apache2: ['apache-proxy.conf', [['ServerName portail.example', 'ServerName localhost']]],
  caddy: ['Caddyfile.proxy', []],
};

const modules = ['proxy', 'proxy_http', 'proxy_wstunnel']
  .map((name) => `LoadModule ${name}_module modules/mod_${name}.so\n`)
  .join('');

/** As a portal's own server is often written: it tidies the path up before it passes it on. */
const ordinary: Readonly<Record<Program, (port: number, portal: number) => string>> = {
  nginx: (port, portal) => `server { listen 127.0.0.1:${port};
  location / { proxy_pass http://127.0.0.1:${portal}/; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Host $http_host; } }`,
  haproxy: (port, portal) => `global
  expose-experimental-directives
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend f
  bind 127.0.0.1:${port}
  http-request normalize-uri path-merge-slashes
  http-request normalize-uri path-strip-dot
  http-request normalize-uri path-strip-dotdot
  http-request normalize-uri percent-decode-unreserved
  http-request normalize-uri percent-to-uppercase
  default_backend b
backend b
  server s 127.0.0.1:${portal}
`,
  apache2: (port, portal) => `${modules}Listen 127.0.0.1:${port}
ServerName localhost
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:${portal}/
`,
};

const routes = `mode: enforce
identity:
  - portal-session: { cookie: SID, ask: /api/me, account: /login }
routes:
  - { match: GET /public/**, require: signed-in, bind: request }
  - { match: "GET,POST,DELETE /notes/{id}", require: signed-in, bind: request }
  - { match: "GET /patients/{id}", require: { accept: second-factor, maxAge: 12h }, bind: request }
stores: { durable: memory, shared: memory }
`;

const isWhoAmI = ({ target }: Recorded): boolean => target === '/api/me';
const portalAnswers: Answerer = (request, socket) => {
  if (!isWhoAmI(request)) return echo(request, socket);
  socket.write(
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{"login":"medecin-01"}',
  );
};

const quiet = 400;

/** Sends everything, some at a time, and waits until the portal has heard the last of it. */
async function sendAll(port: number, requests: readonly string[], host: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < requests.length; at += 48) {
    const batch = requests.slice(at, at + 48).map(async (text) => {
      const bytes = text
        .replaceAll('{host}', host)
        .replaceAll('{cookie}', 'SID=sid-of-medecin-01; theme=dark');
      const { status } = await sendRaw(port, Buffer.from(bytes, 'latin1'), quiet).catch(() => ({
        status: 0,
      }));
      return status;
    });
    statuses.push(...(await Promise.all(batch)));
  }
  return statuses;
}

/** Requests at the portal that the gateway's word does not speak of, as sentences. */
async function undecided(portal: Recorder, gateway: FrontOf, jwks: string): Promise<readonly string[]> {
  const keys = createLocalJWKSet(JSON.parse(jwks));
  const { origin } = gateway.origin;
  const flaws = portal.requests
    .filter((one) => !isWhoAmI(one))
    .map(async ({ method, target, headers }) => {
      const words = headers.filter(([name]) => /^palier.assertion$/i.test(name));
      if (words.length !== 1) return [`${method} ${target}: ${words.length} assertions`];
      const verified = await jwtVerify(words[0]?.[1] ?? '', keys, {
        issuer: origin,
        audience: origin,
        algorithms: ['ES256'],
        currentDate: new Date(gateway.clock.now()),
      }).catch(() => undefined);
      const digest = createHash('sha256').update(target, 'latin1').digest('base64url');
      const { htm, path_digest: path } = verified?.payload ?? {};
      return htm === method && path === digest ? [] : [`${method} ${target}: decided on other bytes`];
    });
  return (await Promise.all(flaws)).flat();
}

const jwksOf = async (port: number, host: string): Promise<string> => {
  const { text } = await sendRaw(
    port,
    `GET /.palier/jwks.json HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    2000,
  );
  return /\{"keys".*\}/.exec(text)?.[0] ?? '{}';
};

const honestSent = (portal: Recorder): number =>
  honest.filter((bytes) => {
    const [, target = ''] = bytes.split(' ');
    return portal.requests.some((one) => one.target === target);
  }).length;

/** The catalogue's cases on top: their bytes, whatever they expect. */
const catalogue = [...g1, ...g2, ...g3].flatMap(({ send }) => send);

const all = [...confusing.map(({ bytes }) => bytes), ...catalogue].map((bytes) => {
  const text = bytes.replaceAll('{nir2}', '2').replaceAll('{nir}', '1');
  return text.replaceAll('{length}', String(text.length - text.indexOf('\r\n\r\n') - 4));
});

describe.each(Object.keys(before) as readonly FrontProgram[])('%s', (program) => {
  it.skipIf(isFrontMissing(program))(
    `before the gateway, with the shipped file: of ${all.length} requests what reaches the portal was decided on these bytes`,
    async () => {
      const portal = await startRecorder(portalAnswers);
      const front = await freePort();
      const gateway = await startFrontOf(portal.port, `hosts: ["localhost:${front}"]\n${routes}`);
      const [file, fillings] = before[program];
      const text = shippedFront(file, [
        ...fillings,
        program === 'caddy'
          ? ['http://localhost:8000', `http://localhost:${front}`]
          : ['127.0.0.1:8000', `127.0.0.1:${front}`],
        ['127.0.0.1:8080', `127.0.0.1:${gateway.port}`],
      ]);
      const server = await startFront(program, program === 'apache2' ? modules + text : text, front);
      onTestFinished(() => closed(server, gateway, portal));
      const host = `localhost:${front}`;
      const jwks = await jwksOf(front, host);
      const statuses = await sendAll(front, honest, host);
      expect(statuses).toEqual(honest.map(() => 200));
      expect(honestSent(portal)).toBe(honest.length);
      await sendAll(front, all, host);
      expect(await undecided(portal, gateway, jwks)).toEqual([]);
      expect(portal.requests.filter(({ target }) => /patients/i.test(target.split('?')[0] ?? ''))).toEqual(
        [],
      );
    },
    180_000,
  );
});

describe.each(Object.keys(ordinary) as readonly Program[])('%s', (program) => {
  it.skipIf(isFrontMissing(program))(
    `behind the gateway, with a file that tidies paths up: of ${all.length} requests the portal gets what was decided`,
    async () => {
      const portal = await startRecorder(portalAnswers);
      const own = await freePort();
      const server = await startFront(program, ordinary[program](own, portal.port), own);
      const gateway = await startFrontOf(own, routes);
      onTestFinished(() => closed(server, gateway, portal));
      const host = gateway.origin.host;
      const jwks = await jwksOf(gateway.port, host);
      expect(await sendAll(gateway.port, honest, host)).toEqual(honest.map(() => 200));
      expect(honestSent(portal)).toBe(honest.length);
      await sendAll(gateway.port, all, host);
      expect(await undecided(portal, gateway, jwks)).toEqual([]);
      expect(portal.requests.filter(({ target }) => /patients/i.test(target.split('?')[0] ?? ''))).toEqual(
        [],
      );
    },
    180_000,
  );

  it.skipIf(isFrontMissing(program))(
    'negative control: without the gateway the same requests reach the portal as others',
    async () => {
      const portal = await startRecorder(portalAnswers);
      const own = await freePort();
      const server = await startFront(program, ordinary[program](own, portal.port), own);
      onTestFinished(() => closed(server, undefined, portal));
      await sendAll(own, all, `localhost:${own}`);
      const sent = all.map((bytes) => bytes.replaceAll('{host}', `localhost:${own}`));
      const differing = portal.requests.filter(
        ({ method, target }) => !sent.some((bytes) => bytes.includes(`${method} ${target} HTTP/1`)),
      );
      const opened = portal.requests.filter(({ target }) => target.startsWith('/patients/1'));
      expect([differing.length > 0, opened.length > 0]).toEqual([true, true]);
    },
    180_000,
  );
});

async function closed(server: FrontServer, gateway: FrontOf | undefined, portal: Recorder): Promise<void> {
  await server.stop();
  await gateway?.close();
  await portal.close();
}
