// A browser without a screen: one connection pool, cookies kept and sent as a browser would on localhost, the
// headers of a navigation, a form post or a script's fetch. Follows redirects only when told to.

import { request } from 'node:http';
import { type Form, formsOf } from './forms.ts';

/** What came back. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Where a redirect leads; empty for none. */
  readonly location: string;
  readonly forms: readonly Form[];
}

/** A browser on one origin. */
export interface Browser {
  readonly cookies: Map<string, string>;
  /** Goes to an address, as a typed address or a link does. */
  go(target: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
  /** Goes there and wherever redirects lead, at most ten times. */
  follow(target: string): Promise<Page>;
  /** Posts a form as a person on the origin does. */
  post(
    target: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Page>;
  /** Calls as a script on the origin does; a value is sent as JSON. */
  call(target: string, value?: unknown): Promise<Page>;
}

interface Sent {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const navigation = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'fr',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
} as const;

/** Opens a browser; its requests go to the loopback whatever the origin is called. */
export function openBrowser(origin: URL): Browser {
  const cookies = new Map<string, string>();
  const send = async (sent: Sent): Promise<Page> => {
    const page = await exchange(origin, cookies, sent);
    keep(cookies, page.headers['set-cookie']);
    return page;
  };
  const own = { origin: origin.origin, 'sec-fetch-site': 'same-origin' };
  const go: Browser['go'] = (target, headers = {}) =>
    send({ method: 'GET', target, headers: { ...navigation, 'sec-fetch-site': 'same-origin', ...headers } });
  return {
    cookies,
    go,
    async follow(target) {
      let page = await go(target);
      for (let hops = 0; page.location !== '' && hops < 10; hops += 1) page = await go(page.location);
      return page;
    },
    post: (target, fields, more = {}) =>
      send({
        method: 'POST',
        target,
        headers: { ...navigation, ...own, 'content-type': 'application/x-www-form-urlencoded', ...more },
        body: new URLSearchParams(fields).toString(),
      }),
    call: (target, value) =>
      send({
        method: value === undefined ? 'GET' : 'POST',
        target,
        headers: {
          ...own,
          accept: 'application/json',
          'sec-fetch-mode': 'cors',
          ...(value !== undefined && { 'content-type': 'application/json' }),
        },
        ...(value !== undefined && { body: JSON.stringify(value) }),
      }),
  };
}

function exchange(origin: URL, cookies: ReadonlyMap<string, string>, sent: Sent): Promise<Page> {
  const { method, target, body } = sent;
  const pairs = [...cookies].map(([name, value]) => `${name}=${value}`);
  const headers = {
    host: origin.host,
    ...sent.headers,
    ...(pairs.length > 0 && { cookie: pairs.join('; ') }),
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
  };
  return new Promise((resolve, reject) => {
    const sending = request({
      host: '127.0.0.1',
      port: origin.port,
      method,
      path: target,
      headers,
      agent: false,
    });
    sending.on('error', reject);
    sending.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        const location = response.headers.location ?? '';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          location,
          forms: formsOf(text),
        });
      });
    });
    sending.end(body);
  });
}

// Browsers keep Secure cookies of http://localhost, so Secure is not looked at here.
function keep(cookies: Map<string, string>, set: string | string[] | undefined): void {
  for (const cookie of [set ?? []].flat()) {
    const [pair = ''] = cookie.split(';');
    const mark = pair.indexOf('=');
    if (/;\s*max-age=0(;|$)/i.test(cookie)) cookies.delete(pair.slice(0, mark));
    else cookies.set(pair.slice(0, mark), pair.slice(mark + 1));
  }
}
