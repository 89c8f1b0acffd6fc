// The gateway before and behind real web servers, with the shipped files where they stand before it and with ordinary
// ones where they are the portal's own. The oracle is the gateway's word itself: every route binds its assertion to the
// request, so what reaches the portal without one for exactly this method and target was decided by nobody.

import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../examples/portal/free-port.ts';
import { startFrontOf } from '../support/front-of.ts';
import {
  type ByHand,
  type Fillings,
  type FrontProgram,
  isFrontMissing,
  shippedFront,
  startFront,
} from '../support/front-server.ts';
import { startRecorder } from '../support/recorder-upstream.ts';
import { honest } from './confusing-requests.ts';
import { all, closed, honestSent, jwksOf, portalAnswers, routes, sendAll, undecided } from './decided.ts';

type Packaged = Exclude<FrontProgram, ByHand>;
type Program = Exclude<Packaged, 'caddy'>;

/** As shipped, before the gateway. */
const before: Readonly<Record<Packaged, readonly [file: string, fillings: Fillings]>> = {
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

describe.each(Object.keys(before) as readonly Packaged[])('%s', (program) => {
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
