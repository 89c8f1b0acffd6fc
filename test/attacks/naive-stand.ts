// The negative control: a forwarder as many were written. It judges the first line it is sent with a test on its text,
// counts with the parsers at hand, says who the person is in a header, and passes everything on as it came.

import { type AddressInfo, connect, createServer } from 'node:net';
import { instantOf } from '@palier/mfa-core';
import { type Answerer, echo, startRecorder } from '../support/recorder-upstream.ts';
import type { Line, Stand } from './stand.ts';

const end = '\r\n';

/** Starts it before a recorder of its own. */
export async function startNaiveStand(): Promise<Stand> {
  const log: Line[] = [];
  const counted = new Set<string>();
  const portal = await startRecorder();
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', (first: Buffer) => {
      const text = first.toString('latin1');
      const head = text.split('\r\n\r\n')[0] ?? '';
      const level = /level=(\w+)/.exec(head)?.[1] ?? 'anon';
      if (isGuarded(head) && level !== 'high') {
        client.end(`HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n`);
        return;
      }
      const person = level === 'high' ? personIn(text) : undefined;
      if (person !== undefined) counted.add(person);
      log.push({ kind: 'decision', outcome: 'forward', records: person === undefined ? 0 : 1 });
      const upstream = connect(portal.port, '127.0.0.1');
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
      upstream.write(Buffer.from(withIdentity(text, level), 'latin1'));
      client.pipe(upstream);
      upstream.pipe(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = (with_: Answerer): void => portal.answer(with_);
  answer(echo);
  return {
    host: `localhost:${port}`,
    port,
    portal,
    log,
    cookieOf: (actor) => `level=${actor}`,
    loginOf: (actor) => actor,
    portalCookie: 'level=',
    secrets: [],
    moment: () => {
      counted.clear();
      return instantOf(0);
    },
    counted: async () => new Set(counted),
    verified: async (assertion) =>
      assertion.startsWith('signed-') ? { sub: assertion.slice(7) } : undefined,
    answer,
    close: async () => {
      server.close();
      await portal.close();
    },
  };
}

/** The prefix of the path, for the methods one thinks of. */
function isGuarded(head: string): boolean {
  const [method = '', target = ''] = head.split(' ');
  const guards = ['/patients', '/lookup', '/api/lookup', '/api/batch', '/aat'];
  return ['GET', 'POST'].includes(method) && guards.some((path) => target.startsWith(path));
}

/** The person the parsers at hand find: the last of two names wins, a missing one is nobody. */
function personIn(text: string): string | undefined {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const target = head.split(' ')[1] ?? '';
  if (target.startsWith('/patients/')) return target.split(/[/?]/)[2]?.slice(0, 13);
  if (target.startsWith('/lookup') && body === '')
    return new URLSearchParams(target.split('?')[1]).get('nir') ?? undefined;
  if (/content-type: application\/json\r/i.test(`${head}\r`)) {
    try {
      const value: unknown = JSON.parse(body);
      return typeof value === 'object' && value !== null && 'nir' in value
        ? String(value.nir).slice(0, 13)
        : undefined;
    } catch {
      return undefined;
    }
  }
  return Object.fromEntries(new URLSearchParams(body))['nir']?.slice(0, 13);
}

/** Its word on the person, first, so that what follows can say otherwise; then what Connection names is taken out. */
function withIdentity(text: string, level: string): string {
  const [line = '', ...rest] = text.split(end);
  const isOpen = /^\w+ \/(public\/|login|logout)/.test(line);
  const word = level === 'anon' || isOpen ? [] : [`Palier-Assertion: signed-${level}`];
  const nominated = (/^connection:(.*)$/im.exec(text)?.[1] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  const headEnd = rest.indexOf('');
  const fields = [...word, ...rest.slice(0, headEnd)].filter(
    (field) => !nominated.includes((field.split(':')[0] ?? '').toLowerCase()) || /^upgrade:/i.test(field),
  );
  return [line, ...fields, ...rest.slice(headEnd)].join(end);
}
