// Makes unsound requests of sound and unsound ones: a byte or a token put in, taken out, doubled or moved, lines swapped,
// boundaries shifted (A058). Everything follows from the seed.

/** A stream of numbers from a seed (mulberry32), in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What means something to one parser or another. */
const tokens: readonly string[] = [
  ...[
    '\r\n',
    '\r',
    '\n',
    '\r\n\r\n',
    ' ',
    '\t',
    '\0',
    ':',
    ';',
    ',',
    '=',
    '&',
    '?',
    '#',
    '/',
    '//',
    '\\',
    '%',
    '%2f',
    '%2F',
  ],
  ...[
    '.',
    '..',
    '/../',
    '/./',
    '%2e',
    '%00',
    '%0d%0a',
    ';x=y',
    '\x0b',
    '\x7f',
    '\xff',
    '"',
    '*',
    '{',
    '}',
    '[',
    ']',
    '0',
    '1',
  ],
  ...[
    'chunked',
    'identity',
    'Transfer-Encoding: chunked\r\n',
    'Content-Length: 0\r\n',
    'Content-Length: 5\r\n',
  ],
  ...[
    '0\r\n\r\n',
    '5\r\nhello\r\n0\r\n\r\n',
    'Host: evil\r\n',
    'Connection: close\r\n',
    'Connection: Upgrade\r\n',
  ],
  ...['Upgrade: websocket\r\n', 'Expect: 100-continue\r\n', 'X-Original-URL: /patients/1990199999001\r\n'],
  ...[
    'Palier-Assertion: x\r\n',
    'Palier_Assertion: x\r\n',
    'X-Forwarded-Host: evil\r\n',
    'Trailer: x\r\n',
    'TE: trailers\r\n',
  ],
  ...[
    'HTTP/1.1',
    'HTTP/1.0',
    'HTTP/2.0',
    'GET ',
    'POST ',
    'HEAD ',
    'OPTIONS ',
    'PATCH ',
    'http://evil',
    '/patients/',
  ],
  ...[
    '/public/',
    '/lookup?nir=',
    'nir=1990299999002',
    '&nir[]=1990299999002',
    '"nir":"1990299999002"',
    ',"nir":1',
    'NIR',
    '_method=GET',
  ],
  ...[
    'Content-Type: text/plain\r\n',
    'Content-Encoding: gzip\r\n',
    '; charset=utf-16',
    'Range: bytes=0-1\r\n',
    'Cookie: a=b\r\n',
  ],
];

type Mutation = (text: string, random: () => number, others: readonly string[]) => string;

const place = (text: string, random: () => number): number => Math.floor(random() * (text.length + 1));
const one = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;

const mutations: readonly Mutation[] = [
  (text, random) => insert(text, place(text, random), one(tokens, random)),
  (text, random) => insert(text, place(text, random), String.fromCharCode(Math.floor(random() * 256))),
  (text, random) => {
    const at = place(text, random);
    return text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 4));
  },
  (text, random) => {
    const at = place(text, random);
    return text.slice(0, at) + one(tokens, random) + text.slice(at + 1);
  },
  // A token at the place of another boundary: line ends and separators.
  (text, random) => {
    const boundaries = [...text.matchAll(/\r\n|[ :;,/?&=]/g)].map(({ index }) => index);
    const at = boundaries.length === 0 ? 0 : one(boundaries, random);
    return insert(text, random() < 0.5 ? at : at + 1, one(tokens, random));
  },
  (text, random) => onLines(text, (lines) => lines.toSpliced(Math.floor(random() * lines.length), 1)),
  (text, random) =>
    onLines(text, (lines) => {
      const line = one(lines, random);
      return lines.toSpliced(Math.floor(random() * lines.length), 0, random() < 0.5 ? line : swapCase(line));
    }),
  (text, random) =>
    onLines(text, (lines) => {
      const [from, to] = [Math.floor(random() * lines.length), Math.floor(random() * lines.length)];
      return lines.map((line, index) =>
        index === from ? (lines[to] ?? '') : index === to ? (lines[from] ?? '') : line,
      );
    }),
  (text, random, others) => text + one(others, random),
  (text, random, others) => {
    const other = one(others, random);
    return text.slice(0, place(text, random)) + other.slice(place(other, random));
  },
  (text, random) =>
    text.replace(
      /content-length: (\d+)/i,
      (_, length: string) => `Content-Length: ${Number(length) + Math.floor(random() * 5) - 2}`,
    ),
  (text, random) => {
    const at = place(text, random);
    return text.slice(0, at) + swapCase(text.slice(at, at + 8)) + text.slice(at + 8);
  },
];

/** One to four mutations of a request. */
export function mutated(text: string, random: () => number, others: readonly string[]): string {
  let result = text;
  for (let count = 1 + Math.floor(random() * random() * 4); count > 0; count -= 1)
    result = one(mutations, random)(result, random, others);
  return result.slice(0, 60_000);
}

function insert(text: string, at: number, token: string): string {
  return text.slice(0, at) + token + text.slice(at);
}

function onLines(text: string, change: (lines: readonly string[]) => readonly string[]): string {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return text;
  return change(text.slice(0, end).split('\r\n')).join('\r\n') + text.slice(end);
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
