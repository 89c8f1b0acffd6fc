// The contract of `exchange.ts`, kept by both clients: every case runs on ours and on node's. The portal is a recorder
// on a raw socket that may break HTTP in any way; what matters is what reaches a client, and on which socket.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openRaw } from '../../../../test/support/raw-client.ts';
import {
  echo,
  hostileAnswerer,
  hostileAnswers,
  type Recorder,
  startRecorder,
} from '../../../../test/support/recorder-upstream.ts';
import { type Exchange, type OutgoingHead, type Upstream, UpstreamError } from './exchange.ts';
import { createUpstream } from './upstream.ts';

const clients = ['own', 'node-http'] as const;
const get = (target: string): OutgoingHead => ({ method: 'GET', target, headers: ['Host', 'portal.test'] });

async function textOf(exchange: Exchange): Promise<string> {
  const bytes = await exchange.collect(1_000_000);
  return bytes === 'too-large' ? bytes : Buffer.from(bytes).toString('latin1');
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'fulfilled';
  } catch (error) {
    return error instanceof UpstreamError ? error.code : String(error);
  }
}

/** A gateway without a gate: every request goes through, on the socket it came on. */
async function startFront(upstream: Upstream): Promise<{ server: Server; port: number }> {
  const server = createServer(async (incoming, response) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const flat = ['Host', 'portal.test'];
    if (headers['content-length']) flat.push('Content-Length', headers['content-length']);
    if (headers['transfer-encoding']) flat.push('Transfer-Encoding', 'chunked');
    const hasBody = flat.length > 2;
    try {
      const exchange = await upstream.send(
        { method, target: url, headers: flat },
        hasBody ? incoming : undefined,
        incoming.socket,
      );
      const length = exchange.headers.filter(([name]) => name.toLowerCase() === 'content-length').flat();
      response.writeHead(exchange.status, length);
      await exchange.relay(response);
    } catch (error) {
      response.writeHead(error instanceof UpstreamError && error.code === 'timeout' ? 504 : 502).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

const moment = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each(clients)('the %s client', (client) => {
  let recorder: Recorder;
  let upstream: Upstream;
  const open = (timeoutMilliseconds = 2000, mostSockets = 16): Upstream =>
    createUpstream({ url: recorder.url, timeoutMilliseconds, mostSockets, client });

  beforeEach(async () => {
    recorder = await startRecorder();
    upstream = open();
  });
  afterEach(async () => {
    upstream.close();
    await recorder.close();
  });

  describe('sends', () => {
    it('exactly the target and the headers it was given, in their order', async () => {
      const target = "/a%20b/~c;d=(e)/f'g?h=i&h=j&%6B=%2f+|[]";
      const headers = ['Host', 'portal.test', 'x-b', '2', 'X-A', '1', 'cookie', 'a=b; c="d;e"'];
      await textOf(await upstream.send({ method: 'GET', target, headers }, undefined));
      const [line, ...fields] = recorder.requests[0]?.raw.split('\r\n') ?? [];
      expect(line).toBe(`GET ${target} HTTP/1.1`);
      const sent = fields.filter((field) => field !== '' && !field.toLowerCase().startsWith('connection:'));
      expect(sent).toEqual(['Host: portal.test', 'x-b: 2', 'X-A: 1', 'cookie: a=b; c="d;e"']);
    });

    it('a body that was read, byte for byte', async () => {
      const body = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251);
      const head = {
        method: 'POST',
        target: '/',
        headers: ['Host', 'p', 'Content-Length', String(body.length)],
      };
      await textOf(await upstream.send(head, body));
      expect(recorder.requests[0]?.body.equals(body)).toBe(true);
    });

    it.each([
      ['a length', 'Content-Length: 11\r\n\r\nhello world'],
      ['chunks', 'Transfer-Encoding: chunked\r\n\r\n6;x=y\r\nhello \r\n5\r\nworld\r\n0\r\nX-T: 1\r\n\r\n'],
    ])('a body still on the socket under %s, without extensions and trailers', async (_name, rest) => {
      const front = await startFront(upstream);
      const raw = await openRaw(front.port);
      raw.send(`POST /up HTTP/1.1\r\nHost: x\r\n${rest}`);
      expect((await raw.answer()).status).toBe(200);
      const [request] = recorder.requests;
      expect(request?.body.toString()).toBe('hello world');
      expect(request?.raw).not.toMatch(/x=y|X-T/);
      raw.abort();
      front.server.close();
    });

    it('nothing that could become two heads', async () => {
      const split = { ...get('/'), headers: ['Host', 'p', 'X-Name', 'a\r\nX-Evil: 1'] };
      await expect(upstream.send(split, undefined)).rejects.toThrow(TypeError);
      await expect(upstream.send(get('/ HTTP/1.1\r\nX: y'), undefined)).rejects.toThrow(TypeError);
      await expect(upstream.send({ ...get('/'), method: 'GET /x' }, undefined)).rejects.toThrow(TypeError);
      await expect(upstream.send({ ...get('/'), headers: ['X_Y', '1'] }, undefined)).rejects.toThrow(
        TypeError,
      );
      expect(recorder.requests).toHaveLength(0);
    });
  });

  describe('reads', () => {
    const answers: readonly (readonly [string, string, string, string])[] = [
      ['a length', 'GET', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', '200 hello'],
      ['no reason', 'GET', 'HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello', '200 hello'],
      [
        'chunks with extensions and trailers',
        'GET',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2;a=b\r\nhe\r\n003\r\nllo\r\n0\r\nX-T: 1\r\n\r\n',
        '200 hello',
      ],
      ['no body', 'GET', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', '404 '],
      ['a 204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', '204 '],
      ['a 304 that names a length', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', '304 '],
      ['an answer to HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', '200 '],
      [
        'interim answers before the final one',
        'GET',
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
        '200 hello',
      ],
      [
        'a part',
        'GET',
        'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/9\r\nContent-Length: 5\r\n\r\nhello',
        '206 hello',
      ],
      [
        'Latin-1 in a value',
        'GET',
        'HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nContent-Length: 0\r\n\r\n',
        '200 ',
      ],
    ];

    it.each(answers)('%s', async (_name, method, bytes, expected) => {
      recorder.answer((_request, socket) => void socket.write(bytes, 'latin1'));
      for (let round = 0; round < 2; round += 1) {
        const exchange = await upstream.send({ ...get('/'), method }, undefined);
        expect(`${exchange.status} ${await textOf(exchange)}`).toBe(expected);
      }
      expect(recorder.bytes).toHaveLength(1);
    });

    it('every one of them the same when each byte comes alone', async () => {
      let bytes = '';
      recorder.answer(async (_request, socket) => {
        for (const byte of bytes) {
          socket.write(byte, 'latin1');
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
      for (const [, method, whole, expected] of answers) {
        bytes = whole;
        const exchange = await upstream.send({ ...get('/'), method }, undefined);
        expect(`${exchange.status} ${await textOf(exchange)}`).toBe(expected);
      }
    });

    it.each([
      ['without a length', 'HTTP/1.1 200 OK\r\n\r\nhello'],
      ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
      ['that closes', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello'],
    ])('an answer %s, and uses the connection no more', async (_name, bytes) => {
      recorder.answer((_request, socket) => void socket.end(bytes));
      expect(await textOf(await upstream.send(get('/1'), undefined))).toBe('hello');
      expect(await textOf(await upstream.send(get('/2'), undefined))).toBe('hello');
      expect(recorder.requests.map(({ connection }) => connection)).toEqual([1, 2]);
    });

    it('no more than the limit it is given, and closes behind it', async () => {
      recorder.answer((_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        for (let count = 0; count < 50; count += 1) socket.write(`400\r\n${'x'.repeat(1024)}\r\n`);
      });
      const exchange = await upstream.send(get('/'), undefined);
      expect(await exchange.collect(10_000)).toBe('too-large');
      await vi.waitFor(() => expect(recorder.open()).toBe(0), 5000);
    });
  });

  describe('meets a portal that answers', () => {
    it.each(hostileAnswers)(
      '$name: nobody gets what was not an answer to them',
      { timeout: 20_000 },
      async (hostile) => {
        const patient = open(500);
        recorder.answer(hostileAnswerer(hostile));
        const whole = patient
          .send({ ...get('/hostile'), method: hostile.method ?? 'GET' }, undefined)
          .then(textOf);
        const outcome = await whole.catch((error: unknown) => error);
        if (hostile.expect === 'first') {
          if (typeof outcome === 'string') expect(['ok', '']).toContain(outcome);
          else expect(outcome).toBeInstanceOf(UpstreamError);
        } else expect(outcome).toBeInstanceOf(UpstreamError);
        recorder.answer(echo);
        for (const target of ['/honest/1', '/honest/2', '/honest/3']) {
          const honest = await patient.send(get(target), undefined);
          expect(JSON.parse(await textOf(honest))).toMatchObject({ target });
        }
        expect(
          recorder.requests
            .filter(({ target }) => target.startsWith('/honest'))
            .every(({ connection }) => connection > 1),
        ).toBe(true);
        patient.close();
      },
    );

    it('a second time when nobody asked: the waiting bytes meet no request (A049)', async () => {
      await textOf(await upstream.send(get('/first'), undefined));
      recorder.answer((_request, socket) => {
        echo(_request, socket);
        setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nINJECTED'), 20);
      });
      await textOf(await upstream.send(get('/second'), undefined));
      await vi.waitFor(() => expect(recorder.open()).toBe(0), 5000);
      recorder.answer(echo);
      const third = await textOf(await upstream.send(get('/third'), undefined));
      expect(JSON.parse(third)).toMatchObject({ target: '/third' });
    });
  });

  describe('ends', () => {
    it('refused connections as unreachable', async () => {
      const { url } = recorder;
      await recorder.close();
      const nowhere = createUpstream({ url, timeoutMilliseconds: 500, mostSockets: 2, client });
      expect(await codeOf(nowhere.send(get('/'), undefined))).toBe('unreachable');
      nowhere.close();
      recorder = await startRecorder();
    });

    it('silence before the head as a timeout, and closes', async () => {
      const hasty = open(200);
      recorder.answer(() => undefined);
      expect(await codeOf(hasty.send(get('/'), undefined))).toBe('timeout');
      await vi.waitFor(() => expect(recorder.open()).toBe(0), 5000);
      hasty.close();
    });

    it('silence in the body as an error, never as an end', async () => {
      const hasty = open(200);
      recorder.answer(
        (_request, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
      );
      expect(await codeOf(hasty.send(get('/'), undefined).then(textOf))).toBe('timeout');
      hasty.close();
    });

    it('no event stream for being silent', async () => {
      const hasty = open(200);
      const front = await startFront(hasty);
      recorder.answer((_request, socket) => {
        socket.write(
          'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\none\n\n\r\n',
        );
        setTimeout(() => socket.write('5\r\ntwo\n\n\r\n'), 700);
      });
      const raw = await openRaw(front.port);
      raw.send('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
      await raw.receive((text) => text.includes('two'));
      raw.abort();
      hasty.close();
      front.server.close();
    });

    it('what is under way when it is closed', async () => {
      recorder.answer(() => undefined);
      const pending = codeOf(upstream.send(get('/'), undefined));
      await moment(50);
      upstream.close();
      expect(await pending).toBe('unreachable');
    });

    it('nothing that is under way or still comes when it is retired, and keeps no socket after that', async () => {
      let finish = (): void => undefined;
      recorder.answer((request, socket) => {
        if (request.target === '/slow') {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf');
          finish = () => void socket.write('half');
        } else echo(request, socket);
      });
      const slow = await upstream.send(get('/slow'), undefined);
      await textOf(await upstream.send(get('/before'), undefined));
      upstream.retire();
      const late = await upstream.send(get('/late'), undefined);
      expect(await textOf(late)).toContain('/late');
      finish();
      expect(await textOf(slow)).toBe('halfhalf');
      await expect.poll(() => recorder.open()).toBe(0);
    });

    it('an abort that comes too late without touching the next exchange (A047)', async () => {
      const first = await upstream.send(get('/first'), undefined);
      await textOf(first);
      const second = upstream.send(get('/second'), undefined);
      first.abort();
      expect(JSON.parse(await textOf(await second))).toMatchObject({ target: '/second' });
      expect(recorder.bytes).toHaveLength(1);
    });
  });

  describe('keeps connections', () => {
    it('within its bound; whoever finds none free waits', async () => {
      const narrow = open(2000, 3);
      recorder.answer((request, socket) => void setTimeout(() => echo(request, socket), 5));
      const targets = Array.from({ length: 40 }, (_, at) => `/${at}`);
      const answers = await Promise.all(
        targets.map(async (target) => textOf(await narrow.send(get(target), undefined))),
      );
      expect(answers.map((answer) => (JSON.parse(answer) as { target: string }).target)).toEqual(targets);
      expect(recorder.bytes).toHaveLength(3);
      narrow.close();
    });

    it('and sends a GET once more when the portal closed just then, but no POST', async () => {
      const closing = (): void =>
        recorder.answer((request, socket) => (request.turn > 1 ? socket.destroy() : echo(request, socket)));
      closing();
      await textOf(await upstream.send(get('/warm'), undefined));
      expect(JSON.parse(await textOf(await upstream.send(get('/again'), undefined)))).toMatchObject({
        target: '/again',
      });
      recorder.answer(echo);
      await textOf(await upstream.send(get('/warm'), undefined));
      closing();
      const post = { method: 'POST', target: '/once', headers: ['Host', 'p', 'Content-Length', '2'] };
      expect(await codeOf(upstream.send(post, new Uint8Array(2)))).toBe('unreachable');
      expect(recorder.requests.map(({ target }) => target)).toEqual([
        '/warm',
        '/again',
        '/again',
        '/warm',
        '/once',
      ]);
    });

    it('and never sends a request twice that is good for one arrival', async () => {
      recorder.answer((request, socket) => (request.turn > 1 ? socket.destroy() : echo(request, socket)));
      await textOf(await upstream.send(get('/warm'), undefined));
      expect(await codeOf(upstream.send({ ...get('/counted'), once: true }, undefined))).toBe('unreachable');
      expect(recorder.requests.map(({ target }) => target)).toEqual(['/warm', '/counted']);
    });

    it('never after an answer that came before the body was sent (A049)', async () => {
      const front = await startFront(upstream);
      recorder.answerHeads(
        (_head, socket) => void socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'),
      );
      const raw = await openRaw(front.port);
      raw.send('POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\npart');
      expect((await raw.answer()).status).toBe(413);
      recorder.answerHeads(undefined);
      expect(JSON.parse(await textOf(await upstream.send(get('/next'), undefined)))).toMatchObject({
        target: '/next',
      });
      expect(recorder.requests.map(({ connection }) => connection)).toEqual([2]);
      raw.abort();
      front.server.close();
    });
  });

  describe('with clients that leave', () => {
    it('gives up an exchange nobody waits for within a second', async () => {
      const front = await startFront(upstream);
      recorder.answer(() => undefined);
      const raw = await openRaw(front.port);
      raw.send('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
      await moment(100);
      expect(recorder.open()).toBe(1);
      raw.abort();
      await moment(700);
      expect(recorder.open()).toBe(0);
      front.server.close();
    });

    it('in the middle of a body, at any byte: no half request meets the next one (A046)', {
      timeout: 30_000,
    }, async () => {
      const front = await startFront(upstream);
      const request = `POST /cut HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n${'GET /smuggled HTTP/1.1\r\nHost: portal\r\n\r\n'.slice(0, 40)}`;
      for (let cut = 1; cut < request.length; cut += 1) {
        const raw = await openRaw(front.port);
        raw.send(request.slice(0, cut));
        await moment(2);
        if (cut % 2 === 0) raw.abort();
        else raw.socket.end();
        const honest = await upstream.send(get(`/honest/${cut}`), undefined);
        expect(JSON.parse(await textOf(honest))).toMatchObject({ target: `/honest/${cut}` });
      }
      expect(
        recorder.requests.filter(({ target }) => target !== '/cut' && !target.startsWith('/honest')),
      ).toEqual([]);
      front.server.close();
    });

    it('a thousand times in the middle of answers: a thousand honest ones get their own (A047)', {
      timeout: 60_000,
    }, async () => {
      const front = await startFront(upstream);
      recorder.answer((request, socket) => {
        if (request.target.startsWith('/honest')) return echo(request, socket);
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(20_000)}`);
        setTimeout(() => socket.write('y'.repeat(180_000)), 1);
      });
      const leave = async (at: number): Promise<void> => {
        const raw = await openRaw(front.port);
        raw.send(`GET /left/${at} HTTP/1.1\r\nHost: x\r\n\r\n`);
        if (at % 3 !== 0) await raw.receive((text) => text.length > 100).catch(() => undefined);
        raw.abort();
      };
      for (let at = 0; at < 1000; at += 10)
        await Promise.all(Array.from({ length: 10 }, (_, more) => leave(at + more)));
      for (let at = 0; at < 1000; at += 20) {
        const targets = Array.from({ length: 20 }, (_, more) => `/honest/${at + more}`);
        const answers = await Promise.all(
          targets.map(async (target) => textOf(await upstream.send(get(target), undefined))),
        );
        expect(answers.map((answer) => (JSON.parse(answer) as { target: string }).target)).toEqual(targets);
      }
      front.server.close();
    });
  });

  it('lets a slow client slow the portal, instead of keeping the answer in memory', {
    timeout: 30_000,
  }, async () => {
    const front = await startFront(upstream);
    const total = 64 * 1024 * 1024;
    let written = 0;
    recorder.answer((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
      const piece = Buffer.alloc(65_536, 'x');
      const more = (): void => {
        while (written < total && socket.write(piece)) written += piece.length;
        written += piece.length;
      };
      socket.on('drain', more);
      more();
    });
    const raw = await openRaw(front.port);
    raw.socket.pause();
    raw.send('GET /big HTTP/1.1\r\nHost: x\r\n\r\n');
    await moment(600);
    // Kernel buffers on both sides of both sockets hold a few MiB; an answer kept in memory would be all of it.
    expect(written).toBeLessThan(total / 3);
    const paused = written;
    let received = 0;
    raw.socket.removeAllListeners('data').on('data', (part: Buffer) => {
      received += part.length;
    });
    raw.socket.resume();
    while (received < total) await moment(20);
    expect(written).toBeGreaterThan(paused);
    raw.abort();
    front.server.close();
  });
});

describe('a client that reads answers one after the other on one socket', () => {
  it('gives the second answer to the next request (negative control)', async () => {
    const recorder = await startRecorder(
      hostileAnswerer(hostileAnswers[0] ?? { name: '', bytes: '', expect: 'first' }),
    );
    const naive = await openRaw(recorder.port);
    naive.send('GET /attacker HTTP/1.1\r\nHost: x\r\n\r\n');
    expect((await naive.answer()).body).toBe('ok');
    naive.send('GET /victim HTTP/1.1\r\nHost: x\r\n\r\n');
    expect((await naive.answer()).body).toBe('INJECTED');
    naive.abort();
    await recorder.close();
  });
});
