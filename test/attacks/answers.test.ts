// What of the portal's answers reaches a client, and what is counted before it does. Each with what would reach it if
// nobody looked.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personOf } from '../support/ledger-folder.ts';
import { openRaw } from '../support/raw-client.ts';
import type { Answerer } from '../support/recorder-upstream.ts';
import { get, plain, post } from './case.ts';
import type { Reply } from './oracles.ts';
import { exchanged } from './run.ts';
import { type GatewayStand, isWhoAmI, startStand } from './stand.ts';

let stand: GatewayStand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.close());

const saying =
  (body: string, ...lines: readonly string[]): Answerer =>
  (_request, socket) =>
    void socket.write(
      ['HTTP/1.1 200 OK', ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'),
      'latin1',
    );

async function ask(bytes: string, portal: Answerer, port: number = stand.port): Promise<Reply> {
  stand.answer(portal);
  const filled = bytes.replaceAll('{host}', stand.host).replaceAll('{cookie}', stand.cookieOf('high'));
  const length = filled.length - filled.indexOf('\r\n\r\n') - 4;
  const [reply] = await exchanged(port, filled.replaceAll('{length}', String(length)));
  if (reply === undefined) throw new Error('no answer');
  return reply;
}

describe('a header of the portal', () => {
  it.each([
    ['A080', 'Set-Cookie: __Host-palier=planted; Path=/; Secure'],
    ['A080', 'Set-Cookie: =__host-PALIER=planted'],
    ['A080', 'Palier-Assertion: eyJ'],
    ['A080', 'Clear-Site-Data: "*"'],
    ['A080', 'Strict-Transport-Security: max-age=0'],
    ['A080', 'Alt-Svc: h3="evil:443"'],
    ['A080', 'Connection: X-Secret'],
    ['A080', 'Trailer: X-Secret'],
    ['A122', 'Cache-Control: public, max-age=60'],
    ['A122', 'ETag: "person"'],
    ['A236', 'Expires: Thu, 01 Jan 2099 00:00:00 GMT'],
    ['A236', 'Age: 5'],
    ['A236', 'CDN-Cache-Control: public, max-age=600'],
    ['A236', 'Cloudflare-CDN-Cache-Control: max-age=600'],
    ['A236', 'Surrogate-Control: max-age=600'],
    ['A236', 'Edge-Control: cache-maxage=10m'],
    ['A236', 'X-Accel-Expires: 600'],
    ['A080', 'X-Accel-Redirect: /internal/patients'],
    ['A080', 'X-Sendfile: /etc/passwd'],
    ['A080', 'X-LIGHTTPD-Send-File: /etc/passwd'],
    ['A080', 'X-Reproxy-URL: http://127.0.0.1:8081/patients/1'],
    ['A094', 'Access-Control-Allow-Origin: https://evil.example'],
    ['A094', 'Access-Control-Allow-Credentials: true'],
  ])('%s "%s" stays behind on a page of persons', async (_id, line) => {
    const request = get(`/patients/${personOf(3)}`);
    const reply = await ask(request, saying('ok', line, 'X-Other: stays'));
    expect(reply.status).toBe(200);
    expect(reply.head).not.toContain(line);
    expect(reply.head).toMatch(/\r\ncache-control: no-store/i);
    expect(reply.head).toContain('X-Other: stays');
    // Control: the client of the portal itself gets it.
    expect((await ask(request, saying('ok', line), stand.portal.port)).head).toContain(line);
  });
});

describe('what is sent', () => {
  it('A116: is the body as it was judged, byte for byte', async () => {
    const body = ` { "nir" :\t"${personOf(4)}" }\r\n`;
    stand.portal.clear();
    await ask(post('/api/lookup', 'application/json', body), saying('{}'));
    const [request] = stand.portal.requests.filter((one) => !isWhoAmI(one));
    expect(request?.body.toString('latin1')).toBe(body);
  });

  it.each(['If-None-Match: "x"', 'If-Modified-Since: Tue, 10 Mar 2026 08:00:00 GMT', 'If-Match: *'])(
    'A088: leaves "%s" behind where persons are counted, and passes it elsewhere',
    async (line) => {
      for (const [target, passes] of [
        [`/patients/${personOf(4)}`, false],
        ['/notes/1', true],
      ] as const) {
        stand.portal.clear();
        await ask(get(target, line), saying('ok'));
        const [request] = stand.portal.requests.filter((one) => !isWhoAmI(one));
        expect(request?.raw.includes(line.split(':')[1] ?? '')).toBe(passes);
      }
    },
  );
});

describe('persons that only the answer names', () => {
  const numbers = (count: number, from = 0): readonly string[] =>
    Array.from({ length: count }, (_, index) => personOf(1000 + from + index));
  const people = (nirs: readonly string[]): string =>
    JSON.stringify({ people: nirs.map((nir) => ({ nir })) });
  const search = get('/patients?name=a');

  it('A110: are all in the ledger when the answer leaves', async () => {
    const since = stand.moment();
    const reply = await ask(search, saying(people(numbers(40)), 'Content-Type: application/json'));
    expect(reply.body).toContain(numbers(40).at(-1));
    expect(await stand.counted(since)).toEqual(new Set(numbers(40)));
  });

  it.each([
    ['A110', 'more than declared', people(numbers(101, 100)), 'Content-Type: application/json'],
    ['A112', 'in a coding nobody asked for', people(numbers(3, 300)), 'Content-Encoding: gzip'],
    [
      'A112',
      'in another shape',
      JSON.stringify({ persons: numbers(3, 300) }),
      'Content-Type: application/json',
    ],
    [
      'A109',
      'beside an error',
      `{"errors":[],"people":"${numbers(1, 300)[0]}"}`,
      'Content-Type: application/json',
    ],
  ])('%s: %s are withheld whole', async (_id, _what, body, line) => {
    const type = line.startsWith('Content-Type') ? [] : ['Content-Type: application/json'];
    const since = stand.moment();
    const reply = await ask(search, saying(body, line, ...type));
    expect([reply.status, /\d{13}/.test(reply.body)]).toEqual([502, false]);
    expect((await stand.counted(since)).size).toBe(0);
    // Control: straight from the portal the persons are there.
    expect(/\d{13}/.test((await ask(search, saying(body, line), stand.portal.port)).body)).toBe(true);
  });

  it.each([
    [422, true],
    [409, true],
    [500, true],
    [404, false],
    [410, false],
  ])('A113: on a page of status %i they are in the ledger: %s', async (status, named) => {
    const since = stand.moment();
    const nir = personOf(2000 + status);
    await ask(get(`/patients/${nir}`), (_request, socket) => {
      const body = `<form><input name="nir" value="${nir}"></form>`;
      socket.write(`HTTP/1.1 ${status} Status\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    expect((await stand.counted(since)).has(nir)).toBe(named);
  });

  it('A086: HEAD of a page of persons is counted like GET', async () => {
    const since = stand.moment();
    await ask(
      plain('HEAD', `/patients/${personOf(3000)}`),
      (_request, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'),
    );
    expect(await stand.counted(since)).toEqual(new Set([personOf(3000)]));
  });
});

describe('bytes that are no request', () => {
  const garbage = 'no request at all\r\n\r\n';
  const received = async (bytes: string): Promise<string> => {
    const client = await openRaw(stand.port);
    client.send(bytes.replaceAll('{host}', stand.host).replaceAll('{cookie}', stand.cookieOf('low')));
    await client.closed;
    return client.received();
  };

  it('are not answered in the middle of another answer: the connection ends (A041, A050)', async () => {
    stand.answer((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\nhalf of the answer, ');
      setTimeout(() => socket.write('and the other half..'), 200);
    });
    const client = await openRaw(stand.port);
    client.send(
      get('/notes/9').replaceAll('{host}', stand.host).replaceAll('{cookie}', stand.cookieOf('low')),
    );
    await client.receive((text) => text.includes('half of the answer'));
    client.send(garbage);
    await client.closed;
    expect(client.received()).not.toContain('HTTP/1.1 400');
  });

  it('are answered where nothing else is, and nothing of it may be kept', async () => {
    const text = await received(garbage);
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(text).toContain('\r\nCache-Control: no-store\r\n');
    expect(
      await received(`GET /notes/9 HTTP/1.1\r\nHost: {host}\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 431 /);
  });
});
