// The least a web framework must give and take: both adapters (express.ts, web.ts) translate to these two shapes, and
// everything that is decided about HTTP is decided on them.

export interface ApiRequest {
  /** Upper case. */
  readonly method: string;
  /** Below the place the router is mounted at, with `/` first and without the query. */
  readonly path: string;
  /** Path and query as the browser sent them, from the root of the site: where a page goes on. */
  readonly target: string;
  /** One header by its lower-case name; several of one name joined by `, `. */
  header(name: string): string | undefined;
  /** The body, unless it is longer than `limit` bytes. Read at most once. */
  body(limit: number): Promise<Uint8Array | 'too-large'>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Nothing of these answers may be kept by a cache or guessed into another type. */
const always: ApiAnswer['headers'] = [
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
];

export function answer(
  status: number,
  type: string,
  body: unknown,
  more: ApiAnswer['headers'] = [],
): ApiAnswer {
  return { status, headers: [...always, ['content-type', type], ...more], body: `${JSON.stringify(body)}\n` };
}

export function ok(body: unknown, more: ApiAnswer['headers'] = []): ApiAnswer {
  return answer(200, 'application/json', body, more);
}

/** French unless the browser puts English first: no weighing of q-values for two languages. */
export function languageOf(request: ApiRequest): 'fr' | 'en' {
  return /^\s*en\b/i.test(request.header('accept-language') ?? '') ? 'en' : 'fr';
}
