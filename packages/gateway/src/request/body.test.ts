import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { bodySource } from './body.ts';
import type { Refusal } from './request.ts';

type Judged = Uint8Array | Refusal;
const open: (Server | Socket)[] = [];

afterEach(() => {
  for (const one of open.splice(0)) 'destroy' in one ? one.destroy() : one.close();
});

/** Sends raw bytes to a server that reads the body with `limit`, and gives both what it judged and what the client got. */
async function judged(
  limit: number,
  pieces: readonly (string | Buffer)[],
  patience = 1000,
): Promise<{ readonly body: Judged; readonly answer: string; readonly again: Judged }> {
  let told: (result: { readonly body: Judged; readonly again: Judged }) => void;
  const result = new Promise<{ readonly body: Judged; readonly again: Judged }>((resolve) => {
    told = resolve;
  });
  const server = createServer(async (incoming, response) => {
    const source = bodySource(
      incoming,
      {
        bodyLength: lengthOf(incoming),
        headers: new Map(Object.entries(incoming.headers) as [string, string][]),
      },
      patience,
    );
    const body = await source.read(limit);
    told({ body, again: await source.read(1) });
    response.writeHead(body instanceof Uint8Array ? 200 : body.status, { connection: 'close' }).end();
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  open.push(socket);
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve(text)).on('error', () => undefined);
  });
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (patience > 100 && pieces.at(-1) === '') socket.end();
  return { ...(await result), answer: (await answer).split('\r\n')[0] ?? '' };
}

function lengthOf(incoming: IncomingMessage): number | 'chunked' {
  return incoming.headers['transfer-encoding'] === undefined
    ? Number(incoming.headers['content-length'] ?? 0)
    : 'chunked';
}

const head = (...lines: readonly string[]): string =>
  `POST / HTTP/1.1\r\nHost: a\r\n${lines.join('\r\n')}\r\n\r\n`;

describe('a body that is read to be counted', () => {
  it('is read whole, once, however it is cut into packets (A056)', async () => {
    const { body, again, answer } = await judged(10, [head('Content-Length: 6'), 'ab', 'cd', 'ef']);
    expect(Buffer.from(body as Uint8Array).toString()).toBe('abcdef');
    expect(again).toBe(body);
    expect(answer).toBe('HTTP/1.1 200 OK');
  });

  it('may be as long as the limit and no byte longer', async () => {
    expect((await judged(4, [head('Content-Length: 4'), 'abcd'])).body).toHaveLength(4);
    expect((await judged(3, [head('Content-Length: 4')])).body).toMatchObject({ status: 413 });
  });

  it('A256: is refused while it comes when only its chunks tell how long it is, and the client is told', async () => {
    const { body, answer } = await judged(10, [
      head('Transfer-Encoding: chunked'),
      `8\r\n${'x'.repeat(8)}\r\n`,
      `8\r\n${'x'.repeat(8)}\r\n`,
    ]);
    expect(body).toMatchObject({ status: 413, reason: 'body-too-long', close: true });
    expect(answer).toBe('HTTP/1.1 413 Payload Too Large');
  });

  it('A256: is given up when it trickles, and the client is told', async () => {
    const { body, answer } = await judged(100, [head('Content-Length: 50'), 'x', 'x'], 60);
    expect(body).toMatchObject({ status: 408, reason: 'body-too-slow' });
    expect(answer).toBe('HTTP/1.1 408 Request Timeout');
  });

  it('A115: is refused when it ends before its length', async () => {
    expect((await judged(100, [head('Content-Length: 50'), 'short', ''])).body).toMatchObject({
      status: 400,
      reason: 'body-cut-short',
    });
  });

  it('A101, A119: is never decompressed', async () => {
    const zip = gzipSync('patientId=1');
    expect(
      (await judged(1000, [head('Content-Encoding: gzip', `Content-Length: ${zip.length}`), zip])).body,
    ).toMatchObject({ status: 415 });
    expect(
      (await judged(1000, [head('Content-Encoding: identity', 'Content-Length: 1'), 'x'])).body,
    ).toMatchObject({ status: 415 });
  });

  it('is empty without a word about its length', async () => {
    expect((await judged(10, [head()])).body).toHaveLength(0);
  });

  it('control: a reader without these bounds waits for as long as the sender likes', async () => {
    const waiting = judged(100, [head('Content-Length: 50'), 'x'], 60_000);
    const early = await Promise.race([
      waiting,
      new Promise((resolve) => setTimeout(resolve, 200, 'still waiting')),
    ]);
    expect(early).toBe('still waiting');
    for (const one of open) if ('destroy' in one) one.destroy();
    expect((await waiting).body).toMatchObject({ reason: 'body-cut-short' });
  });
});
