// nginx, HAProxy and Caddy as Debian ships them, with the files of examples/fronts, in front of the demo's portal: they
// ask the gateway, and forward by themselves. The professionals, and the attackers, talk to the front.

import { assertionVerifier } from '@palier/mfa-core/verify-assertion';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../examples/portal/free-port.ts';
import { type AskedSite, startAskedSite } from '../support/asked-site.ts';
import { type AskingProgram, askingPrograms, startAskingFront } from '../support/asking-front.ts';
import { formTo } from '../support/forms.ts';
import { type FrontServer, isFrontMissing } from '../support/front-server.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type RawAnswer, sendRaw } from '../support/raw-socket.ts';
import { inMemory } from '../support/start.ts';

/** A request for every line of the demo that asked-site.ts sends through the gateway. */
const throughLines = [
  'GET /login',
  'POST /login',
  'POST /mot-de-passe-oublie',
  'GET /reinitialiser/x',
  'POST /reinitialiser/x',
  'GET /profil',
  'POST /profil',
  'POST /profil/mot-de-passe',
  'POST /profil/delegues',
  'POST /profil/delegues/retirer',
  'POST /recherche-patient',
  'GET /patients?nom=A',
  'GET /api/patients?nom=A',
  'POST /api/recherche',
  'GET /aat',
  'POST /aat',
  'GET /messages/live',
];

/** A day cap small enough to be met: seven persons for a pharmacy. */
const sevenADay = [
  'pharmacy:\n      code: { records: 5, within: 12h, day: 45 }',
  'pharmacy:\n      day: { floor: 7, ceiling: 7, cardCeiling: 7 }\n      code: { records: 5, within: 12h, day: 45 }',
] as const;

function startAsking(program: AskingProgram, site: AskedSite, front: number, unasking = false) {
  const places = {
    gateway: site.port,
    ask: site.askPort,
    portal: Number(site.portal.port),
    host: 'localhost',
  };
  return startAskingFront(program, { ...places, front }, unasking);
}

describe.each(askingPrograms)('behind %s, which asks', (program) => {
  const missing = isFrontMissing(program);
  let site: AskedSite;
  let front: FrontServer;
  beforeAll(async () => {
    if (missing) return;
    site = await startAskedSite({ behindFront: true, changes: [...inMemory, sevenADay] });
    front = await startAsking(program, site, site.frontPort);
  });
  afterAll(async () => {
    await front?.stop();
    await site?.close();
  });

  const nir = (place: number): string => site.persons.nirOf(place);
  const cookieOf = ({ browser }: Professional): string =>
    [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const present = async (login: string): Promise<Professional> => {
    const professional = seat(site, login);
    await professional.signIn();
    await professional.enrolApp();
    return professional;
  };
  /** What the portal last heard, by lower-case name. */
  const lastHeard = (name: string): readonly string[] => {
    const raw = site.heard.at(-1) ?? [];
    return raw.flatMap((one, at) => (at % 2 === 0 && one.toLowerCase() === name ? [raw[at + 1] ?? ''] : []));
  };
  const raw = (line: string, lines: readonly string[] = [], port = site.frontPort): Promise<RawAnswer> =>
    sendRaw(
      port,
      [line, `Host: ${site.origin.host}`, ...lines, 'Connection: close', '', ''].join('\r\n'),
      1500,
    );

  it.skipIf(missing)('stops a person at the step-up, and shows the patient after it', async () => {
    const doctor = seat(site, 'medecin-01');
    await doctor.signIn();
    const stopped = await doctor.browser.go(`/patients/${nir(1)}`);
    expect(stopped.status).toBe(303);
    expect(stopped.location).toContain(`${site.origin.origin}/.palier/step-up?resume=`);
    expect(doctor.browser.cookies.has('__Host-palier')).toBe(true);
    const page = await doctor.browser.go(stopped.location.slice(site.origin.origin.length));
    expect(page.status).toBe(200);
    const resume = new URL(stopped.location).searchParams.get('resume') ?? '';
    await doctor.enrolApp(resume);
    const shown = await doctor.browser.go(`/patients/${nir(1)}`);
    expect([shown.status, shown.text.includes(nir(1))]).toEqual([200, true]);
  });

  it.skipIf(missing)(
    'O3, A079: signs who asks once, and keeps our cookie from the portal and its own intact',
    async () => {
      const doctor = await present('medecin-02');
      expect((await doctor.browser.go(`/patients/${nir(2)}`)).status).toBe(200);
      const assertions = lastHeard('palier-assertion');
      expect(assertions).toHaveLength(1);
      const jwks = JSON.parse((await doctor.browser.go('/.palier/jwks.json')).text);
      const { origin } = site.origin;
      const verifier = assertionVerifier({ issuer: origin, audience: origin, jwks, clock: site.clock });
      expect(await verifier.verify(assertions[0])).toMatchObject({
        outcome: 'verified',
        assertion: { account: 'medecin-02', acr: 'mfa' },
      });
      expect(lastHeard('cookie')).toEqual([`PORTALSID=${doctor.browser.cookies.get('PORTALSID')}`]);
    },
  );

  it.skipIf(missing)('tells programs what each refusal is, with its status, headers and body', async () => {
    const doctor = await present('medecin-09');
    const { browser } = doctor;
    const statuses: number[] = [];
    for (let place = 10; place < 16; place += 1)
      statuses.push((await browser.call(`/api/patients/${nir(place)}`)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 401]);
    const used = await browser.call(`/api/patients/${nir(15)}`);
    expect(JSON.parse(used.text).type).toBe('urn:palier:problem:presence-used-up');
    expect(used.headers['content-type']).toBe('application/problem+json');
    expect([used.headers['www-authenticate']].flat()).toHaveLength(1);
    expect(used.headers['www-authenticate']).toContain('insufficient_user_authentication');
    const unknown = await browser.call('/nowhere');
    expect([unknown.status, JSON.parse(unknown.text).type]).toEqual([404, 'urn:palier:problem:not-declared']);
    const method = await raw('DELETE /public/portal.css HTTP/1.1');
    expect([method.status, /allow: GET/i.test(method.text)]).toEqual([405, true]);
    const page = await browser.go('/nowhere');
    expect([page.status, page.text.includes('<html')]).toEqual([404, true]);
  });

  it.skipIf(missing)('answers 429 with Retry-After at a cap', async () => {
    const nurse = await present('pharmacie-02');
    let last = await nurse.browser.call(`/api/patients/${nir(100)}`);
    for (let place = 101; place < 160 && last.status !== 429; place += 1) {
      last = await nurse.browser.call(`/api/patients/${nir(place)}`);
      if (last.status !== 401) continue;
      site.clock.advance(31);
      await nurse.browser.call('/.palier/api/step-up/totp', { code: nurse.code() });
    }
    expect([last.status, Number(last.headers['retry-after']) > 0]).toEqual([429, true]);
  });

  it.skipIf(missing)('sends what needs the body, the answer or the sockets through the gateway', async () => {
    const doctor = await present('medecin-03');
    const { action, fields } = formTo(await doctor.browser.go('/'), '/recherche-patient');
    const found = await doctor.browser.post(action, { ...fields, nir: nir(20) });
    expect(found.status).toBe(200);
    const [person] = site.persons.searchByName('', 1);
    const list = await doctor.browser.call(`/api/patients?nom=${encodeURIComponent(person?.family ?? 'A')}`);
    expect([200, 403]).toContain(list.status);
    const socket = new WebSocket(`ws://127.0.0.1:${site.frontPort}/messages/live`, {
      headers: { cookie: cookieOf(doctor), host: site.origin.host, origin: site.origin.origin },
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await doctor.browser.post('/logout', {});
    await closed;
  });

  it.skipIf(missing).each(throughLines)(
    '%s goes to the gateway itself, and is not asked about',
    async (line) => {
      const [method = '', target = ''] = line.split(' ');
      const before = site.log.length;
      await raw(`${method} ${target} HTTP/1.1`, method === 'POST' ? ['Content-Length: 0'] : []);
      const decided = site.log.slice(before).filter(({ kind }) => kind === 'decision');
      expect(decided).toHaveLength(1);
      expect(decided[0]).toMatchObject({ method, peer: expect.stringMatching(/^[0-9.]+$/) });
      expect(decided[0]).not.toHaveProperty('front');
    },
  );

  it.skipIf(missing)('counts guesses at a password by the address of the client', async () => {
    const guess = () =>
      seat(site, 'medecin-09').browser.post('/login', { login: 'x', password: 'y', next: '/' });
    const before = site.seen.length;
    for (let tries = 0; tries < 8; tries += 1) await guess();
    expect((await guess()).status).toBe(429);
    expect(site.seen.slice(before).filter((one) => one === 'POST /login')).toHaveLength(5);
  });

  it.skipIf(missing)('A031, A061: the portal hears of client and host what the front says', async () => {
    const doctor = await present('medecin-08');
    const before = site.heard.length;
    const answer = await raw('GET / HTTP/1.1', [
      `Cookie: ${cookieOf(doctor)}`,
      'Connection: Palier-Assertion',
      'X-Forwarded-For: 203.0.113.9',
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: gopher',
      'X-Forwarded-Port: 4711',
      'X-Real-IP: 203.0.113.9',
      'Forwarded: for=203.0.113.9;host=evil.example',
      'Client-Cert: :AAAA:',
    ]);
    expect(answer.status).toBe(200);
    expect(site.heard.slice(before).flat().join('\n')).not.toMatch(/203\.0\.113|evil\.example|gopher|:AAAA:/);
    expect(lastHeard('x-forwarded-port')).not.toContain('4711');
    expect(lastHeard('palier-assertion').join()).toMatch(/^eyJ/);
    expect(lastHeard('x-forwarded-host')).toEqual([site.origin.host]);
  });

  it.skipIf(missing)('ends our session at the sign-out, which it cannot see succeed', async () => {
    const doctor = await present('medecin-04');
    expect((await doctor.browser.go(`/patients/${nir(30)}`)).status).toBe(200);
    const own = doctor.browser.cookies.get('__Host-palier') ?? '';
    await doctor.browser.post('/logout', {});
    await doctor.signIn();
    doctor.browser.cookies.set('__Host-palier', own);
    expect((await doctor.browser.call(`/api/patients/${nir(30)}`)).status).toBe(401);
  });

  const identityHeaders = [
    'Palier-Assertion: eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
    'palier-assertion: x',
    'Palier_Assertion: x',
    'Palier.Assertion: x',
    'PALIER-ASSERTION: x\r\nPalier-Assertion: y',
    'Connection: Palier-Assertion\r\nPalier-Assertion: x',
    'X-Original-URL: /patients/1',
    'X-Rewrite-URL: /patients/1',
    'X-Original-URI: /public/portal.css\r\nX-Original-Method: GET',
    'X-Forwarded-Uri: /public/portal.css\r\nX-Forwarded-Method: GET',
    'Palier-Answer: x',
    'X-HTTP-Method-Override: DELETE',
  ];
  const believed =
    /^(palier.assertion|palier.answer|x-original-.*|x-rewrite-url|x-forwarded-(uri|method)|x-http-method-override)$/i;

  it.skipIf(missing).each(identityHeaders)(
    'A059 to A062: %j of a client never reaches the portal',
    async (lines) => {
      const doctor = await present('medecin-05');
      const before = site.heard.length;
      await raw('GET /public/portal.css HTTP/1.1', [lines]);
      await raw(`GET /patients/${nir(40)} HTTP/1.1`, [lines, `Cookie: ${cookieOf(doctor)}`]);
      for (const heard of site.heard.slice(before)) {
        const names = heard.filter((_one, at) => at % 2 === 0 && believed.test(heard[at] ?? ''));
        const values = names.map((name) => heard[heard.indexOf(name) + 1] ?? '');
        expect(names.filter((name) => name.toLowerCase() !== 'palier-assertion')).toEqual([]);
        expect(values.length).toBeLessThanOrEqual(1);
        for (const value of values) expect(value).toMatch(/^(eyJ[\w-]{20,}\.[\w-]{50,}\.[\w-]{80,})?$/);
      }
    },
  );

  const targets = [
    '/public/../patients/1',
    '/public/%2e%2e/patients/1',
    '/public/..%2fpatients/1',
    '//patients/1',
    '/public//../patients/1',
    '/patients/1;x',
    '/public/x/..;/patients/1',
    '/public/..\\patients/1',
    '/patients%2f1',
    '/%70atients/1',
    '/PATIENTS/1',
    '/patients/1.',
    '/public/x%00/../patients/1',
    '/public/x?/../patients/1#/public',
    'http://localhost/patients/1',
  ];

  it.skipIf(missing).each(targets)('A001 to A016: %s shows nobody to a password alone', async (target) => {
    const doctor = seat(site, 'medecin-06');
    await doctor.signIn();
    const before = site.seen.length;
    const answer = await raw(`GET ${target} HTTP/1.1`, [`Cookie: ${cookieOf(doctor)}`]);
    expect(answer.status).not.toBe(200);
    const reached = site.seen.slice(before).filter((one) => one !== 'GET /api/me');
    // Below /public/ the query may hold anything; the portal was asked for exactly what was judged.
    expect(reached.filter((one) => one !== `GET ${target}`)).toEqual([]);
    expect(reached.filter((one) => /patients/i.test(one.split('?')[0] ?? ''))).toEqual([]);
  });

  it.skipIf(missing)('A044, A083: lets no body of a GET and no handshake past the gateway', async () => {
    const doctor = await present('medecin-07');
    const cookie = `Cookie: ${cookieOf(doctor)}`;
    const before = site.seen.length;
    const target = `/patients/${nir(50)}`;
    await sendRaw(
      site.frontPort,
      `GET ${target} HTTP/1.1\r\nHost: ${site.origin.host}\r\n${cookie}\r\nContent-Length: 5\r\n\r\nnir=1`,
      1000,
    );
    await sendRaw(
      site.frontPort,
      `GET ${target} HTTP/1.1\r\nHost: ${site.origin.host}\r\n${cookie}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nnir=1\r\n0\r\n\r\n`,
      1000,
    );
    await raw(`GET ${target} HTTP/1.1`, [
      cookie,
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ]);
    expect(site.seen.slice(before).filter((one) => one.includes(target))).toEqual([]);
    expect((await raw(`GET ${target} HTTP/1.1`, [cookie])).status).toBe(200);
  });

  it.skipIf(missing)(
    'negative control: told not to ask, it shows the patient to a password alone and passes an identity on',
    async () => {
      const free = await freePort();
      const unasking = await startAsking(program, site, free, true);
      const doctor = seat(site, 'medecin-08');
      await doctor.signIn();
      const cookie = `PORTALSID=${doctor.browser.cookies.get('PORTALSID')}`;
      // nginx and HAProxy take the host as it is; the others serve the site of their own port.
      const host = ['caddy', 'envoy'].includes(program) ? `localhost:${free}` : site.origin.host;
      const answer = await sendRaw(
        free,
        `GET /patients/${nir(60)} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nPalier-Assertion: x\r\nConnection: close\r\n\r\n`,
        1500,
      );
      if (program !== 'nginx') expect(answer.text).toContain(nir(60));
      // nginx sends the cookie the gateway gives it, which is none here: it still reaches the portal undecided.
      expect(site.seen.at(-1)).toBe(`GET /patients/${nir(60)}`);
      await unasking.stop();
    },
  );

  it.skipIf(missing)('says 503 to everything when there is nobody to ask', async () => {
    const other = await startAskedSite({ behindFront: true });
    const alone = await startAsking(program, other, other.frontPort);
    await other.gateway.close();
    const answer = await sendRaw(
      other.frontPort,
      `GET /public/portal.css HTTP/1.1\r\nHost: ${other.origin.host}\r\nConnection: close\r\n\r\n`,
      5000,
    );
    // Each in its own words; none says yes.
    const no = { nginx: [503], haproxy: [503], caddy: [502, 503], traefik: [500], envoy: [503] };
    expect(no[program]).toContain(answer.status);
    expect(other.seen).toEqual([]);
    await alone.stop();
    await other.close();
  });
});
