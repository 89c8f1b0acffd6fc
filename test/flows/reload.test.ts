// Another configuration while the gateway runs: all or nothing, and nobody has to begin again.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../examples/portal/free-port.ts';
import { type Professional, seat } from '../support/professional.ts';
import { inMemory, type Site, startSite } from '../support/start.ts';

const stricter = [
  'GET /patients/{nir}\n    require: { accept: second-factor',
  'GET /patients/{nir}\n    require: { accept: card',
] as const;

async function present(site: Site, login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

describe('a reload', () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());
  const person = (place: number): string => `/patients/${site.persons.nirOf(place)}`;

  it('judges the next request by the new policy and keeps sessions, proofs and counts', async () => {
    const doctor = await present(site, 'medecin-01');
    expect((await doctor.browser.go(person(0))).status).toBe(200);
    await site.reload([...inMemory, stricter]);
    expect((await doctor.browser.go(person(0))).status).toBe(303);
    await site.reload(inMemory);
    expect((await doctor.browser.go(person(0))).status).toBe(200);
    for (const place of [1, 2, 3, 4]) expect((await doctor.browser.go(person(place))).status).toBe(200);
    // Five persons a code in the demo: the one seen before the reloads still counts.
    expect((await doctor.browser.go(person(5))).status).toBe(303);
  });

  it('refuses, with nothing changed, what only a restart can change', async () => {
    const doctor = await present(site, 'medecin-02');
    await expect(
      site.reload([...inMemory, ['healthListen: 127.0.0.1:0', 'healthListen: 127.0.0.1:9'], stricter]),
    ).rejects.toThrow('only a restart can change healthListen');
    expect((await doctor.browser.go(person(0))).status).toBe(200);
  });

  it('refuses, with nothing changed, a configuration that names what is not there', async () => {
    const doctor = await present(site, 'medecin-03');
    await expect(
      site.reload([
        ...inMemory,
        stricter,
        ['keys: { file: palier-keys.json }', 'keys: { file: nowhere.json }'],
      ]),
    ).rejects.toThrow();
    expect((await doctor.browser.go(person(0))).status).toBe(200);
  });

  it('cuts a WebSocket within a second when the new policy asks more of its route', async () => {
    const nurse = await present(site, 'infirmier-01');
    const cookie = [...nurse.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const socket = new WebSocket(`ws://127.0.0.1:${site.port}/messages/live`, {
      headers: { cookie, host: site.origin.host, origin: site.origin.origin },
    });
    await once(socket, 'open');
    await site.reload(inMemory);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    const from = performance.now();
    const closed = once(socket, 'close');
    await site.reload([
      ...inMemory,
      ['GET /messages/live, require: signed-in', 'GET /messages/live, require: { accept: card, maxAge: 1h }'],
    ]);
    await closed;
    expect(performance.now() - from).toBeLessThan(1500);
    await site.reload(inMemory);
  });

  it('goes over to another portal, and back', async () => {
    const doctor = await present(site, 'medecin-04');
    const elsewhere = `127.0.0.1:${await freePort()}`;
    await site.reload([...inMemory, [`http://127.0.0.1:${site.portal.port}`, `http://${elsewhere}`]]);
    expect((await doctor.browser.go('/public/icon.svg')).status).toBe(502);
    await site.reload(inMemory);
    expect((await doctor.browser.go('/public/icon.svg')).status).toBe(200);
  });
});

describe('palier serve', () => {
  const launcher = new URL('../../packages/gateway/bin/palier.js', import.meta.url).pathname;
  const folder = mkdtempSync(join(tmpdir(), 'palier-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A self-signed pair, as a renewal would write it. */
  function writePair(name: string): void {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        join(folder, 'key.pem'),
        '-out',
        join(folder, 'cert.pem'),
      ],
      { stdio: 'ignore' },
    );
  }

  async function commonName(port: number): Promise<string> {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const name = socket.getPeerCertificate().subject.CN;
    socket.destroy();
    return String(name);
  }

  it('reloads at SIGHUP, says so, keeps the old configuration when the new one is unsound, and renews its certificate', async () => {
    execFileSync('node', [launcher, 'init'], { cwd: folder, stdio: 'ignore' });
    writePair('first');
    const port = await freePort();
    const file = join(folder, 'palier.yaml');
    const sound = readFileSync(file, 'utf8')
      .replace(/^listen: .*$/m, `listen: 127.0.0.1:${port}\ntls: { cert: cert.pem, key: key.pem }`)
      .replace(/^healthListen: .*$/m, 'healthListen: 127.0.0.1:0');
    writeFileSync(file, sound);
    const served = spawn('node', [launcher, 'serve'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    served.stdout.on('data', (bytes: Buffer) => {
      said.out += bytes.toString();
    });
    served.stderr.on('data', (bytes: Buffer) => {
      said.err += bytes.toString();
    });
    try {
      await expect.poll(() => said.out, { timeout: 10_000 }).toContain('palier listens');
      expect(await commonName(port)).toBe('first');
      writePair('second');
      served.kill('SIGHUP');
      await expect.poll(() => said.err, { timeout: 5_000 }).toContain('was reloaded');
      expect(await commonName(port)).toBe('second');
      writeFileSync(file, sound.replace('upstream:', 'upstraem:'));
      served.kill('SIGHUP');
      await expect.poll(() => said.err, { timeout: 5_000 }).toContain('not reloaded');
      expect(said.err).toContain('upstream');
      expect(await commonName(port)).toBe('second');
    } finally {
      served.kill('SIGTERM');
      await once(served, 'exit');
    }
  }, 30_000);
});
