// The WebSocket handshake (RFC 6455 section 4), judged on both sides: what the client asks before it is sent, and
// whether a 101 answers exactly that. What flows afterwards is not read.
import { createHash } from 'node:crypto';
import type { OutgoingHead } from './exchange.ts';

/** RFC 6455 section 1.3. */
const suffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The value that proves the portal understood the key. */
export function acceptFor(key: string): string {
  return createHash('sha1')
    .update(key + suffix)
    .digest('base64');
}

/** Whether the client's part is sound: version 13, a key of 16 bytes, protocols that are tokens and occur once. */
export function isSoundHandshake(headers: ReadonlyMap<string, string>): boolean {
  const key = headers.get('sec-websocket-key') ?? '';
  const protocols = listOf(headers.get('sec-websocket-protocol'));
  const named = protocols.every((name) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/.test(name));
  return (
    headers.get('sec-websocket-version') === '13' &&
    /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(key) &&
    named &&
    new Set(protocols).size === protocols.length
  );
}

/** What is wrong with a 101, or undefined. It may choose among what was asked, and nothing else. */
export function switchFlaw(
  asked: OutgoingHead,
  answer: readonly (readonly [string, string])[],
): string | undefined {
  const all = (name: string): string[] =>
    answer.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);
  const wanted = (name: string): string | undefined => fieldOf(asked.headers, name);
  const [accept, ...more] = all('sec-websocket-accept');
  if (all('upgrade').join().toLowerCase() !== 'websocket') return 'upgrade';
  if (!listOf(all('connection').join().toLowerCase()).includes('upgrade')) return 'connection';
  if (more.length > 0 || accept !== acceptFor(wanted('sec-websocket-key') ?? '')) return 'accept';
  const protocols = all('sec-websocket-protocol');
  const offered = listOf(wanted('sec-websocket-protocol'));
  if (protocols.length > 1 || !protocols.every((name) => offered.includes(name))) return 'protocol';
  const extensions = listOf(wanted('sec-websocket-extensions')).map(nameOf);
  const chosen = listOf(all('sec-websocket-extensions').join()).map(nameOf);
  return chosen.every((name) => extensions.includes(name)) ? undefined : 'extension';
}

function fieldOf(flat: readonly string[], name: string): string | undefined {
  const at = flat.findIndex((field, place) => place % 2 === 0 && field.toLowerCase() === name);
  return at === -1 ? undefined : flat[at + 1];
}

function listOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function nameOf(extension: string): string {
  return (extension.split(';')[0] ?? '').trim();
}
