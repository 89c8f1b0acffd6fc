// Connections that are held without being used, a cookie under a second name, and where somebody is: attacks on the door
// that need more than one request. Each has a control without the defence.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../examples/portal/free-port.ts';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import { personOf } from '../support/ledger-folder.ts';
import { seat } from '../support/professional.ts';
import { openRaw } from '../support/raw-client.ts';
import { echo, startRecorder, valuesOf } from '../support/recorder-upstream.ts';
import { exchanged } from './run.ts';
import { type GatewayStand, sessionOf, startStand } from './stand.ts';

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const handshake = (host: string): string =>
  `GET /live HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;

/** A stranger who asks for a WebSocket, is refused, says one thing more, and never hangs up. */
async function lingering(port: number, host: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => socket.once('end', resolve));
  socket.resume().write(handshake(host));
  await ended;
  await new Promise((resolve) => socket.write('x', resolve));
  await pause(100);
  return socket;
}

const answers = async (port: number, host: string): Promise<boolean> => {
  const client = await openRaw(port);
  client.send(`GET /public/a HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const answered = await client.answer(500).then(
    () => true,
    () => false,
  );
  client.abort();
  return answered;
};

describe('A255: a stranger who is refused a WebSocket', () => {
  it('and never hangs up, or vanishes, holds no connection: the next ones get in', async () => {
    const stand = await startStand('limits: { connections: 4 }\n');
    const held: Socket[] = [];
    try {
      for (let count = 0; count < 4; count += 1) held.push(await lingering(stand.port, stand.host));
      expect(await answers(stand.port, stand.host)).toBe(false);
      await expect.poll(() => answers(stand.port, stand.host), { timeout: 5000, interval: 500 }).toBe(true);
    } finally {
      for (const socket of held) socket.destroy();
      const begun = Date.now();
      await stand.close();
      expect(Date.now() - begun).toBeLessThan(5000);
    }
  });

  it('control: where the socket is only ended, it stays open after the client is gone', async () => {
    const server = createServer();
    server.on('upgrade', (_incoming, socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 401 Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const sockets: Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    (await lingering(port, 'localhost')).destroy();
    await pause(2500);
    expect(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(1);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

it('A085: a WebSocket outlives the time for requests, however silent both ends are', async () => {
  const stand = await startStand('limits: { upstreamTime: 1s }\n');
  try {
    stand.answer((_request, socket) => {
      // The accept of the key above (RFC 6455 section 4.2.2).
      const accept = createHash('sha1')
        .update('AAAAAAAAAAAAAAAAAAAAAA==258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
        .digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      setTimeout(() => socket.write('late'), 4000);
    });
    const client = await openRaw(stand.port);
    const words = `Origin: ${stand.origin.origin}\r\nCookie: ${stand.cookieOf('low')}\r\n\r\n`;
    client.send(handshake(stand.host).replace(/\r\n$/, words));
    expect(await client.receive((text) => text.endsWith('late'), 6000)).toContain('101 Switching');
    client.abort();
  } finally {
    await stand.close();
  }
});

describe('A255: a client that asks for much and reads nothing', () => {
  const askings = 12;
  const length = 1_000_000;

  /** Bytes that arrive after so long without reading. */
  async function taken(stand: GatewayStand, silence: number): Promise<number> {
    const people = [{ nir: personOf(3), note: 'x'.repeat(length) }];
    const body = JSON.stringify({ people });
    stand.answer((_request, socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    });
    const socket = connect({ port: stand.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    const asking = `GET /patients?name=a HTTP/1.1\r\nHost: ${stand.host}\r\nCookie: ${stand.cookieOf('high')}\r\n\r\n`;
    socket.write(asking.repeat(askings));
    await pause(silence);
    let bytes = 0;
    socket.on('data', (part) => {
      bytes += part.length;
    });
    await pause(1500);
    socket.destroy();
    return bytes;
  }

  it('loses the connection, and what waited for it is dropped', async () => {
    const stand = await startStand('limits: { upstreamTime: 1s }\n');
    try {
      expect(await taken(stand, 5000)).toBeLessThan(askings * length);
    } finally {
      await stand.close();
    }
  });

  it('control: with a longer patience it gets all of it, however late', async () => {
    const stand = await startStand('limits: { upstreamTime: 30s }\n');
    try {
      expect(await taken(stand, 5000)).toBeGreaterThan(askings * length);
    } finally {
      await stand.close();
    }
  });
});

describe('A208: the portal’s cookie under a second name', () => {
  let stand: GatewayStand;
  beforeAll(async () => {
    stand = await startStand();
  });
  afterAll(() => stand.close());

  const statusWith = async (cookie: string): Promise<number> => {
    const text = `GET /patients/${personOf(5)} HTTP/1.1\r\nHost: ${stand.host}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`;
    const [reply] = await exchanged(stand.port, text);
    return reply?.status ?? 0;
  };

  // Somebody with a factor of his own, and the password of `low`: the gateway counts and asks for the one, and a portal
  // that finds the second name first shows what the other may see.
  const stolen = sessionOf('pharmacie-01');
  const sent: readonly (readonly [string, (own: string) => string])[] = [
    ['in another case', (own) => `portalsid=${stolen}; ${own}`],
    ['behind a comma', (own) => `a=1, PORTALSID=${stolen}; ${own}`],
    ['inside of quotes', (own) => `a="PORTALSID=${stolen}"; ${own}`],
    ['with an escape', (own) => `%50ORTALSID=${stolen}; ${own}`],
    ['behind its own', (own) => `${own}; Portalsid=${stolen}`],
  ];

  it.each(sent)('%s makes nobody known, and nothing reaches the portal', async (_how, cookieOf) => {
    const before = stand.portal.requests.length;
    expect(await statusWith(cookieOf(stand.cookieOf('high')))).toBe(401);
    expect(stand.portal.requests.slice(before).map(({ target }) => target)).not.toContain(
      `/patients/${personOf(5)}`,
    );
    // Control: without it the same person sees the page.
    expect(await statusWith(stand.cookieOf('high'))).toBe(200);
  });

  it('control: a reader in the manner of ASP, and one that splits at commas, find the stolen one', () => {
    const lenient = (cookie: string): string | undefined =>
      cookie
        .split(/[;,"]/)
        .map((pair) => pair.trim().split('='))
        .find(([name = '']) => decodeURIComponent(name).toUpperCase() === 'PORTALSID')?.[1];
    const found = sent.slice(0, 4).map(([, cookieOf]) => lenient(cookieOf(stand.cookieOf('high'))));
    expect(new Set(found)).toEqual(new Set([stolen]));
  });

  it('leaves other cookies alone whose names or values only hold it', async () => {
    const beside = `connect.PORTALSID=1; PORTALSID2=2; a=PORTALSID; b=x%2CPORTALSID=3; ${stand.cookieOf('high')}`;
    expect(await statusWith(beside)).toBe(200);
  });
});

describe('A199: a request that a gesture overtook', () => {
  let stand: GatewayStand;
  beforeAll(async () => {
    stand = await startStand();
  });
  afterAll(() => stand.close());

  const ours = (headers: Readonly<Record<string, string | string[] | undefined>>): readonly string[] =>
    [headers['set-cookie'] ?? []].flat().filter((line) => line.startsWith('__Host-palier='));

  it('takes nothing from the new cookie: no other is set, and its way back leads where it was going', async () => {
    const person = seat(stand, 'pharmacie-21');
    person.browser.cookies.set('PORTALSID', sessionOf('pharmacie-21'));
    await person.browser.go('/.palier/step-up');
    const before = person.browser.cookies.get('__Host-palier') ?? '';
    await person.enrolApp();
    const late = seat(stand, 'pharmacie-21');
    for (const [name, value] of person.browser.cookies) late.browser.cookies.set(name, value);
    late.browser.cookies.set('__Host-palier', before);
    const stopped = await late.browser.go(`/patients/${personOf(6)}`);
    expect([stopped.status, ours(stopped.headers)]).toEqual([303, []]);
    // The browser has the new cookie by then: nothing was lost, and the stopped tab finds its way back.
    expect((await person.browser.call(`/patients/${personOf(6)}`)).status).toBe(200);
    stand.clock.advance(60);
    // No second gesture is asked for: the page leads on by itself, once.
    const page = await person.browser.go(stopped.location);
    expect([page.status, page.location]).toEqual([303, `/patients/${personOf(6)}`]);
    expect((await person.browser.go(page.location)).text).toContain(personOf(6));
    expect((await person.browser.go(stopped.location)).status).toBe(200);
    // With the old one alone it leads nowhere, and our own pages say nothing of the session either.
    late.browser.cookies.set('__Host-palier', before);
    const other = await late.browser.go(`/patients/${personOf(7)}`);
    const thief = await late.browser.go(other.location);
    expect([other.status, ours(other.headers), ours(thief.headers)]).toEqual([303, [], []]);
    expect(thief.text).not.toContain(personOf(7));
    const session = await late.browser.call('/.palier/api/session');
    expect([JSON.parse(session.text).proofs, ours(session.headers)]).toEqual([[], []]);
    expect((await late.browser.call(`/patients/${personOf(6)}`)).status).toBe(401);
  });

  it('control: a token that was never replaced gets a cookie, which would have taken its place', async () => {
    const person = seat(stand, 'pharmacie-22');
    person.browser.cookies.set('PORTALSID', sessionOf('pharmacie-22'));
    person.browser.cookies.set('__Host-palier', `stk_${'A'.repeat(43)}`);
    const stopped = await person.browser.go(`/patients/${personOf(6)}`);
    expect([stopped.status, ours(stopped.headers).length]).toEqual([303, 1]);
  });
});

describe('A064: where somebody is, behind a front', () => {
  const settings = (from: string): string => `
identity:
  - portal-session: { cookie: PORTALSID, ask: /api/me, account: /login }
${from}
routes:
  - { match: GET /ward, require: open, when: { network: [10.20.0.0/16] } }
  - { match: GET /here, require: open, when: { network: [127.0.0.0/8] } }
stores: { durable: memory }
`;
  const ask = async (front: FrontOf, target: string, header = ''): Promise<number> => {
    const [reply] = await exchanged(
      front.port,
      `GET ${target} HTTP/1.1\r\nHost: ${front.origin.host}\r\n${header}Connection: close\r\n\r\n`,
    );
    return reply?.status ?? 0;
  };
  const from = (address: string): string => `X-Forwarded-For: ${address}\r\n`;

  it('is what a listed front wrote last, for conditions, for the log and for the portal', async () => {
    const portal = await startRecorder();
    portal.answer(echo);
    const listed = 'clientAddress: { header: X-Forwarded-For, from: [127.0.0.1] }';
    const front = await startFrontOf(Number(portal.url.port), settings(listed));
    try {
      expect(await ask(front, '/ward', from('10.20.3.4'))).toBe(200);
      expect(portal.requests.flatMap((one) => valuesOf(one, 'x-forwarded-for'))).toEqual(['10.20.3.4']);
      expect(front.log.at(-1)).toMatchObject({ outcome: 'forward', peer: '10.20.3.4' });
      expect(await ask(front, '/ward', from('10.20.3.4, 203.0.113.9'))).toBe(403);
      for (const unsaid of ['', from('unknown'), from('10.20.3.4,'), from('10.20.3.4:80')])
        expect([await ask(front, '/ward', unsaid), await ask(front, '/here', unsaid)]).toEqual([403, 403]);
    } finally {
      await front.close();
      await portal.close();
    }
  });

  it('control: where no front is listed nobody’s word counts, and everybody is the front', async () => {
    const portal = await startRecorder();
    portal.answer(echo);
    const front = await startFrontOf(Number(portal.url.port), settings(''));
    try {
      expect(await ask(front, '/ward', from('10.20.3.4'))).toBe(403);
      expect(await ask(front, '/here', from('203.0.113.9'))).toBe(200);
    } finally {
      await front.close();
      await portal.close();
    }
  });
});
