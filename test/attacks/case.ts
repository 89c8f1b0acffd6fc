// What a case of the catalogue is: bytes to send, as whom, and what may become of them. Data only; `run.ts` plays them.

import type { Answerer } from '../support/recorder-upstream.ts';

/** Nobody, a password, a password and a gesture, and another person with both. */
export type Actor = 'anon' | 'low' | 'high';

export interface AttackCase {
  /** The catalogue's id: `A001`. */
  readonly id: string;
  /** What is tried, and where one id has several spellings, which. */
  readonly title: string;
  /** Whose cookies stand for `{cookie}`; `low` unless said. */
  readonly actor?: Actor;
  /**
   * The bytes of each connection, one after the other. `{host}`, `{cookie}`, `{nir}` and `{nir2}` are filled in; `{length}`
   * is the number of bytes behind the head.
   */
  readonly send: readonly string[];
  /** Where to cut the bytes into packets; `each` byte alone. */
  readonly cut?: 'each' | readonly number[];
  /** How the portal answers; an echo unless said. */
  readonly portal?: Answerer;
  /**
   * Statuses of the answers, in order, over all connections; 0 for a connection closed without one. `refused` (unless
   * said): every answer is a refusal, or there is none.
   */
  readonly expect?: 'refused' | 'allowed' | readonly (number | readonly number[])[];
  /** Requests at the portal; none unless said. */
  readonly atPortal?: number;
  /**
   * Why the same bytes harm nobody behind a forwarder that judges the first line and passes the rest on; undefined when
   * they do, which is then tested.
   */
  readonly harmless?: string;
  /** Milliseconds to wait before judging, for what comes to light late. */
  readonly settle?: number;
  /** The case is about answers that a cache or a browser may keep. */
  readonly keeps?: boolean;
}

const end = '\r\n';

/** A request without a body. */
export function get(target: string, ...fields: readonly string[]): string {
  return plain('GET', target, fields);
}

export function plain(method: string, target: string, fields: readonly string[] = []): string {
  return [`${method} ${target} HTTP/1.1`, 'Host: {host}', 'Cookie: {cookie}', ...fields, '', ''].join(end);
}

/** A request with a body under its true length, unless a field says another. */
export function post(target: string, type: string, body: string, ...fields: readonly string[]): string {
  const length = fields.some((field) => /^(content-length|transfer-encoding)\b/i.test(field))
    ? []
    : ['Content-Length: {length}'];
  const typed = type === '' ? [] : [`Content-Type: ${type}`];
  return [
    `POST ${target} HTTP/1.1`,
    'Host: {host}',
    'Cookie: {cookie}',
    ...typed,
    ...length,
    ...fields,
    '',
    body,
  ].join(end);
}

export const form = 'application/x-www-form-urlencoded';
export const json = 'application/json';

/** One case for each target, sent by GET. */
export function spellings(
  id: string,
  title: string,
  targets: readonly string[],
  more: Partial<AttackCase> = {},
): readonly AttackCase[] {
  return targets.map((target) => ({ id, title: `${title}: ${shown(target)}`, send: [get(target)], ...more }));
}

/** One case for each list of header fields, on the same target. */
export function fields(
  id: string,
  title: string,
  target: string,
  lists: readonly (readonly string[])[],
  more: Partial<AttackCase> = {},
): readonly AttackCase[] {
  return lists.map((list) => ({
    id,
    title: `${title}: ${shown(list.join(' | '))}`,
    send: [get(target, ...list)],
    ...more,
  }));
}

/** Bytes as a name of a test can show them. */
export function shown(text: string): string {
  const visible = [...text]
    .map((one) => (/[\x20-\x7e]/.test(one) ? one : JSON.stringify(one).slice(1, -1)))
    .join('');
  return visible.length > 90 ? `${visible.slice(0, 60)}... (${text.length})` : visible;
}
