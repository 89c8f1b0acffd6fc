// nginx, HAProxy, Apache and Caddy as Debian ships them, with the files of examples/fronts, before the gateway: a person
// gets through to a patient and to a live connection, and nobody's header for who they are does.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../examples/portal/free-port.ts';
import { doctorCommand } from '../../packages/gateway/src/cli/doctor.ts';
import {
  type Fillings,
  type FrontProgram,
  type FrontServer,
  isFrontMissing,
  shippedFront,
  startFront,
} from '../support/front-server.ts';
import { type Professional, seat } from '../support/professional.ts';
import { sendRaw } from '../support/raw-socket.ts';
import { inMemory, type Site, startSite } from '../support/start.ts';

const modules = ['proxy', 'proxy_http', 'proxy_wstunnel']
  .map((name) => `LoadModule ${name}_module modules/mod_${name}.so\n`)
  .join('');

const kinds: readonly (readonly [FrontProgram, string, Fillings, string])[] = [
  ['nginx', 'nginx-proxy.conf', [['server_name portail.example', 'server_name localhost']], ''],
  ['haproxy', 'haproxy-proxy.cfg', [], ''],
  ['apache2', 'apache-proxy.conf', [['ServerName portail.example', 'ServerName localhost']], modules],
  ['caddy', 'Caddyfile.proxy', [], ''],
];

const stepUpForSockets = [
  'GET /messages/live, require: signed-in',
  'GET /messages/live, require: { accept: second-factor, maxAge: 1h }',
] as const;

describe.each(kinds)('behind %s', (program, file, fillings, head) => {
  const missing = isFrontMissing(program);
  let site: Site;
  let front: FrontServer;
  let port: number;
  beforeAll(async () => {
    if (missing) return;
    port = await freePort();
    site = await startSite([...inMemory, stepUpForSockets], undefined, port);
    const listens = program === 'caddy' ? 'http://localhost:' : '127.0.0.1:';
    const text = shippedFront(file, [
      ...fillings,
      [`${listens}8000`, `${listens}${port}`],
      ['127.0.0.1:8080', `127.0.0.1:${site.port}`],
    ]);
    front = await startFront(program, head + text, port);
  });
  afterAll(async () => {
    await front?.stop();
    await site?.close();
  });

  const cookieOf = ({ browser }: Professional): string =>
    [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  const opened = (doctor: Professional): Promise<WebSocket | number> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/messages/live`, {
        headers: { cookie: cookieOf(doctor), host: site.origin.host, origin: site.origin.origin },
      });
      socket.once('open', () => resolve(socket)).once('error', reject);
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    });

  it.skipIf(missing)('palier doctor finds no hole', { timeout: 60_000 }, async () => {
    let out = '';
    const argv = [site.origin.origin, '--path', '/patients/1', '--portal', 'http://127.0.0.1:1', '--json'];
    const code = await doctorCommand(argv, {
      out: (text) => {
        out += text;
      },
      err: () => undefined,
      environment: {},
      interactive: false,
    });
    const { probes } = JSON.parse(out) as {
      probes: readonly { verdict: string; name: string; saw: string }[];
    };
    expect(probes.length).toBeGreaterThan(40);
    expect(probes.filter(({ verdict }) => verdict === 'bad')).toEqual([]);
    expect([code, probes.filter(({ verdict }) => verdict === 'unclear').length <= 3]).toEqual([0, true]);
  });

  it.skipIf(missing)('a person is stopped, proves it, and sees the patient', async () => {
    const doctor = seat(site, 'medecin-01');
    await doctor.signIn();
    const target = `/patients/${site.persons.nirOf(1)}`;
    expect((await doctor.browser.go(target)).status).toBe(303);
    await doctor.enrolApp();
    const shown = await doctor.browser.go(target);
    expect([shown.status, shown.text.includes(site.persons.nirOf(1))]).toEqual([200, true]);
    expect(shown.headers['cache-control']).toContain('no-store');
  });

  it.skipIf(missing)(
    'A083, A085: a WebSocket opens after the gesture alone, and is cut at the sign-out',
    async () => {
      const doctor = seat(site, 'medecin-02');
      await doctor.signIn();
      expect(await opened(doctor)).toBe(401);
      await doctor.enrolApp();
      const socket = await opened(doctor);
      if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      const from = performance.now();
      await doctor.browser.post('/logout', {});
      await closed;
      expect(performance.now() - from).toBeLessThan(3000);
    },
  );

  it
    .skipIf(missing)
    .each([
      'Palier-Assertion: eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
      'Palier_Assertion: x',
      'Palier.Assertion: x',
      'Palier-Assertion: x\r\nPALIER-ASSERTION: y',
      'Connection: close, Palier-Assertion\r\nPalier-Assertion: x',
      'X-Original-URL: /patients/1\r\nX-Rewrite-URL: /patients/1',
      'X-Forwarded-Uri: /patients/1\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: evil.example',
      'Client-Cert: :AAAA:\r\nX-SSL-Client-Verify: SUCCESS\r\nX-Forwarded-User: admin',
    ])('A059 to A062: %j of a client never reaches the portal', async (lines) => {
    const before = site.heard.length;
    const doctor = seat(site, 'medecin-03');
    await doctor.signIn();
    await sendRaw(
      port,
      `GET /profil HTTP/1.1\r\nHost: ${site.origin.host}\r\nCookie: ${cookieOf(doctor)}\r\n${lines}\r\n\r\n`,
      500,
    );
    for (const raw of site.heard.slice(before)) {
      const pairs = raw.flatMap((name, at) =>
        at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? '']] : [],
      );
      const of = (name: RegExp): readonly string[] =>
        pairs.flatMap(([one = '', value = '']) => (name.test(one) ? [value] : []));
      expect(
        of(/^palier.assertion$/).filter((value) => !/^eyJ[\w-]{20,}\.[\w-]{50,}\.[\w-]{80,}$/.test(value)),
      ).toEqual([]);
      expect(of(/^palier.assertion$/).length).toBeLessThanOrEqual(1);
      expect(of(/^(x-original-|x-rewrite-|x-forwarded-(uri|user)|client-cert|x-ssl)/)).toEqual([]);
      expect(of(/^x-forwarded-host$/).filter((value) => value !== site.origin.host)).toEqual([]);
      expect(of(/^x-forwarded-for$/).filter((value) => value !== '127.0.0.1')).toEqual([]);
      expect(of(/^cookie$/).join()).not.toContain('__Host-palier');
    }
  });
});
