// An upstream that writes down every byte it is sent and answers whatever a test wants, sound or not. A net server with
// a reader of its own, so that nothing between the wire and the log forgives or repairs. How a lenient portal would
// understand what was written down is `lenient-portals.ts`.

import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One request as it came. */
export interface Recorded {
  /** Which connection, counted from 1 in the order they were opened. */
  readonly connection: number;
  /** Which request on it, counted from 1. */
  readonly turn: number;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** Every byte of it, as Latin-1. */
  readonly raw: string;
}

/** Answers a request by writing on the socket; it may write nonsense, late, or nothing. */
export type Answerer = (request: Recorded, socket: Socket) => void;

export interface Recorder {
  readonly port: number;
  readonly url: URL;
  /** Whole requests in the order they ended. */
  readonly requests: readonly Recorded[];
  /** What came on each connection, the parts of requests that never ended included. */
  readonly bytes: readonly Buffer[];
  /** Connections open now. */
  open(): number;
  /** Forgets what was written down. */
  clear(): void;
  answer(with_: Answerer): void;
  /** Called when a head is here and its body is not: for answers before their time. */
  answerHeads(with_: ((head: string, socket: Socket) => void) | undefined): void;
  close(): Promise<void>;
}

/** Names the request in the answer's body, so that an answer given to another client shows (A047). */
export const echo: Answerer = (request, socket) => {
  const body = JSON.stringify({ method: request.method, target: request.target, turn: request.turn });
  const length = request.method === 'HEAD' ? '' : body;
  socket.write(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${length}`,
  );
};

/** Listens on a free port of the loopback. */
export async function startRecorder(answerer: Answerer = echo): Promise<Recorder> {
  const requests: Recorded[] = [];
  const bytes: Buffer[] = [];
  const sockets = new Set<Socket>();
  let current = answerer;
  let early: ((head: string, socket: Socket) => void) | undefined;
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = bytes.push(Buffer.alloc(0));
    let rest: Buffer = Buffer.alloc(0);
    let turn = 0;
    let announced = false;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    socket.on('data', (part: Buffer) => {
      bytes[connection - 1] = Buffer.concat([bytes[connection - 1] ?? Buffer.alloc(0), part]);
      rest = Buffer.concat([rest, part]);
      for (;;) {
        const found = takeRequest(rest);
        const headEnd = rest.indexOf('\r\n\r\n');
        if (!announced && headEnd !== -1 && early !== undefined) {
          announced = true;
          early(rest.toString('latin1', 0, headEnd), socket);
        }
        if (found === undefined) return;
        turn += 1;
        announced = false;
        rest = rest.subarray(found.raw.length);
        const request = { ...found, connection, turn };
        requests.push(request);
        current(request, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: new URL(`http://127.0.0.1:${port}`),
    requests,
    bytes,
    open: () => sockets.size,
    clear: () => {
      requests.length = 0;
    },
    answer: (with_) => {
      current = with_;
    },
    answerHeads: (with_) => {
      early = with_;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

type Found = Omit<Recorded, 'connection' | 'turn'>;

/** The first whole request of the bytes. Chunked wins over a length, as RFC 9112 section 6.3 has it. */
export function takeRequest(bytes: Buffer): Found | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [line = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const [method = '', target = ''] = line.split(' ');
  const headers = lines.map((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1).trim()] as const;
  });
  const value = (name: string): string | undefined =>
    headers.find(([field]) => field.toLowerCase() === name)?.[1];
  const chunked = value('transfer-encoding')?.toLowerCase().includes('chunked') === true;
  const length = Number(value('content-length') ?? 0);
  const body = chunked ? takeChunks(bytes, end + 4) : takeLength(bytes, end + 4, length);
  if (body === undefined) return undefined;
  return { method, target, headers, body: body.bytes, raw: bytes.toString('latin1', 0, body.end) };
}

interface Taken {
  readonly bytes: Buffer;
  readonly end: number;
}

function takeLength(bytes: Buffer, from: number, length: number): Taken | undefined {
  if (!Number.isSafeInteger(length) || length < 0) return undefined;
  const end = from + length;
  return bytes.length < end ? undefined : { bytes: Buffer.from(bytes.subarray(from, end)), end };
}

function takeChunks(bytes: Buffer, from: number): Taken | undefined {
  const parts: Buffer[] = [];
  for (let at = from; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const next = line + 2 + size + 2;
    if (!(size >= 0) || bytes.length < next) return undefined;
    if (size === 0) return { bytes: Buffer.concat(parts), end: next };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}

/** The values of a header, whatever the case of its name. */
export function valuesOf(request: Pick<Recorded, 'headers'>, name: string): readonly string[] {
  return request.headers
    .filter(([field]) => field.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}

/** An answer that breaks HTTP, and what an honest client may make of it at most. */
export interface HostileAnswer {
  readonly name: string;
  readonly bytes: string | ((socket: Socket) => void);
  /** The method it answers; GET unless said. */
  readonly method?: 'HEAD';
  /**
   * `refuse`: 502. `first`: the first answer in it is sound and may be given, if what follows reaches nobody. `cut`: it
   * begins soundly and must end as an error, so that a part never passes for the whole.
   */
  readonly expect: 'refuse' | 'first' | 'cut';
}

const ok = 'HTTP/1.1 200 OK\r\n';
const injected = `${ok}Content-Length: 8\r\n\r\nINJECTED`;

/** A050, A257 and the cases of RFC 9112 sections 6 and 7 that readers differ on. */
export const hostileAnswers: readonly HostileAnswer[] = [
  {
    name: 'two answers to one request',
    bytes: `${ok}Content-Length: 2\r\n\r\nok${injected}`,
    expect: 'first',
  },
  { name: 'bytes behind the body', bytes: `${ok}Content-Length: 2\r\n\r\nokEXTRA`, expect: 'first' },
  {
    name: 'bytes behind a chunked body',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n${injected}`,
    expect: 'first',
  },
  {
    name: 'a length and a coding',
    bytes: `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    expect: 'refuse',
  },
  {
    name: 'two lengths',
    bytes: `${ok}Content-Length: 2\r\nContent-Length: 10\r\n\r\nok`,
    expect: 'refuse',
  },
  { name: 'a list of lengths', bytes: `${ok}Content-Length: 2, 10\r\n\r\nok`, expect: 'refuse' },
  { name: 'a negative length', bytes: `${ok}Content-Length: -2\r\n\r\nok`, expect: 'refuse' },
  { name: 'a hexadecimal length', bytes: `${ok}Content-Length: 0x2\r\n\r\nok`, expect: 'refuse' },
  { name: 'a length with a sign', bytes: `${ok}Content-Length: +2\r\n\r\nok`, expect: 'refuse' },
  {
    name: 'a chunked body cut in a chunk',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\nff\r\nok`,
    expect: 'cut',
  },
  {
    name: 'a chunk size that is no number',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n`,
    expect: 'cut',
  },
  {
    name: 'a chunk longer than its size',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n`,
    expect: 'cut',
  },
  {
    name: 'a chunk size beyond counting',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nok`,
    expect: 'cut',
  },
  { name: 'a body cut before its length', bytes: `${ok}Content-Length: 10\r\n\r\nok`, expect: 'cut' },
  { name: 'a head that never ends', bytes: `${ok}Content-Type: text/plain\r\n`, expect: 'refuse' },
  { name: 'a header of 1 MiB', bytes: `${ok}X: ${'x'.repeat(1_048_576)}\r\n\r\n`, expect: 'refuse' },
  {
    name: 'endless headers',
    bytes: (socket) => drip(socket, ok, 'X-More: x\r\n'.repeat(50)),
    expect: 'refuse',
  },
  {
    name: 'a flood of interim answers',
    bytes: 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(500),
    expect: 'refuse',
  },
  {
    name: 'an endless row of interim answers',
    bytes: (socket) => drip(socket, '', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(10)),
    expect: 'refuse',
  },
  {
    name: 'a switch nobody asked for',
    bytes: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    expect: 'refuse',
  },
  { name: 'no status line', bytes: 'hello\r\n\r\n', expect: 'refuse' },
  { name: 'a status of two digits', bytes: 'HTTP/1.1 20 OK\r\n\r\n', expect: 'refuse' },
  { name: 'another protocol', bytes: 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n', expect: 'refuse' },
  { name: 'a name with a space', bytes: `${ok}Content-Length : 2\r\n\r\nok`, expect: 'refuse' },
  { name: 'a line without a colon', bytes: `${ok}nonsense\r\nContent-Length: 2\r\n\r\nok`, expect: 'refuse' },
  { name: 'a NUL in a value', bytes: `${ok}X: a\0b\r\nContent-Length: 2\r\n\r\nok`, expect: 'refuse' },
  { name: 'a 204 with a body', bytes: `HTTP/1.1 204 No Content\r\n\r\n${injected}`, expect: 'first' },
  { name: 'a 304 with a body', bytes: `HTTP/1.1 304 Not Modified\r\n\r\n${injected}`, expect: 'first' },
  { name: 'a body behind the answer to HEAD', bytes: injected, method: 'HEAD', expect: 'first' },
  { name: 'nothing at all', bytes: '', expect: 'refuse' },
];

/** Writes a beginning and then the same again and again until the other side has had enough. */
function drip(socket: Socket, first: string, again: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(again), 1);
  socket.on('close', () => clearInterval(timer));
}

/** Answers with it, and closes behind what has no end of its own. */
export function hostileAnswerer(hostile: HostileAnswer): Answerer {
  return (_request, socket) => {
    if (typeof hostile.bytes === 'function') hostile.bytes(socket);
    else {
      socket.write(hostile.bytes, 'latin1');
      if (hostile.expect !== 'first') socket.end();
    }
  };
}
