// What a route gives back, as a value; write-answer.ts puts it on the wire.

import type { ServerResponse } from 'node:http';
import { type Html, markupOf } from '../pages/html.ts';

/** An answer whose body is known, or one that goes on until either side ends it. */
export type Answer =
  | { readonly kind: 'text'; readonly status: number; readonly headers: Headers; readonly body: string }
  | {
      readonly kind: 'stream';
      readonly headers: Headers;
      readonly start: (response: ServerResponse) => void;
    };

type Headers = Readonly<Record<string, string>>;

/** Answers with a page. */
export function page(status: number, html: Html, headers: Headers = {}): Answer {
  return text(status, 'text/html; charset=utf-8', markupOf(html), headers);
}

/** Answers with a value as JSON. */
export function json(status: number, value: unknown, headers: Headers = {}): Answer {
  return text(status, 'application/json; charset=utf-8', JSON.stringify(value), headers);
}

/** Answers with a text of any type. */
export function text(status: number, type: string, body: string, headers: Headers = {}): Answer {
  return { kind: 'text', status, headers: { ...headers, 'Content-Type': type }, body };
}

/** Sends the browser on to a local path with a GET. */
export function seeOther(path: string, headers: Headers = {}): Answer {
  return { kind: 'text', status: 303, headers: { ...headers, Location: path }, body: '' };
}
