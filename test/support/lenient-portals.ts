// How portals of other stacks would understand a request that was written down: whose page they would open and which
// persons they would show. Each reading forgives something else; a gateway is safe in front of all of them or of none.

import type { Recorded } from './recorder-upstream.ts';

/** What a portal makes of a request. */
export interface Understood {
  readonly method: string;
  /** The path it routes by. */
  readonly path: string;
  /** Numbers of persons it would show, thirteen digits each. */
  readonly persons: readonly string[];
}

export type Reading = (request: Recorded) => Understood;

/** One row, one kind of forgiveness. */
export const readings: Readonly<Record<string, Reading>> = {
  strict: (request) => understood(request, { path: split(request.target)[0] }),
  // Cuts `;name=value` off every segment, then decodes.
  tomcat: (request) =>
    understood(request, { path: resolved(decoded(split(request.target)[0].replace(/;[^/]*/g, ''))) }),
  // `;` also ends a parameter; header names fold `_` and `.`.
  wsgi: (request) =>
    understood(request, {
      path: decoded(split(request.target)[0]),
      query: split(request.target)[1].replaceAll(';', '&'),
    }),
  'nginx-merge': (request) =>
    understood(request, { path: resolved(decoded(split(request.target)[0]).replace(/\/{2,}/g, '/')) }),
  iis: (request) =>
    understood(request, {
      path: resolved(decoded(split(request.target)[0]).replaceAll('\\', '/'))
        .toLowerCase()
        .split('/')
        .map((segment) => segment.replace(/[. ]+$/, ''))
        .join('/'),
    }),
  'double-decode': (request) =>
    understood(request, { path: resolved(decoded(decoded(split(request.target)[0]))) }),
  // Whoever says in a header which page or method is meant is believed.
  override: (request) => {
    const [path, query] = split(
      headerOf(request, 'x-original-url') ?? headerOf(request, 'x-rewrite-url') ?? request.target,
    );
    const method =
      headerOf(request, 'x-http-method-override') ??
      new URLSearchParams(query).get('_method') ??
      request.method;
    return understood(request, { path, method: method.toUpperCase() });
  },
  // Takes any body for JSON, the first of two equal names wins.
  'fhir-json': (request) =>
    understood(request, { path: split(request.target)[0], body: firstWins(text(request.body)) }),
  // Takes a list or a batch apart, wherever it stands.
  batch: (request) => understood(request, { path: split(request.target)[0], body: text(request.body) }),
};

/** Whether the page shows persons in this portal, and so must not be opened by who may not. */
export function isGuarded({ path }: Understood): boolean {
  const [, first = '', second = ''] = path.toLowerCase().split('/');
  return (
    ['patients', 'lookup', 'aat'].includes(first) || (first === 'api' && ['lookup', 'batch'].includes(second))
  );
}

interface Parts {
  readonly path: string;
  readonly query?: string;
  readonly method?: string;
  readonly body?: string;
}

function understood(request: Recorded, { path, query, method, body }: Parts): Understood {
  const opened: Understood = { method: method ?? request.method, path, persons: [] };
  if (!isGuarded(opened)) return opened;
  const words = [
    ...path.split('/').slice(2),
    ...parameters(query ?? split(request.target)[1]),
    ...parameters(text(request.body)),
    ...(body ?? text(request.body)).split(/["'\\[\]{},:=&|\s]/),
  ];
  const numbers = words
    .map((word) => decoded(word).replace(/[\s.-]/g, ''))
    .filter((word) => /^\d{13}(\d\d)?$/.test(word));
  return { ...opened, persons: [...new Set(numbers.map((word) => word.slice(0, 13)))] };
}

function split(target: string): readonly [path: string, query: string] {
  const origin = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  const bare = origin.split('#')[0] ?? '';
  const mark = bare.indexOf('?');
  return mark === -1 ? [bare, ''] : [bare.slice(0, mark), bare.slice(mark + 1)];
}

function parameters(query: string): readonly string[] {
  return [...new URLSearchParams(query).values()];
}

/** Unescapes what can be unescaped and leaves the rest, as most do. */
function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function resolved(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return kept[0] === '' ? kept.join('/') : `/${kept.join('/')}`;
}

function firstWins(body: string): string {
  const seen = new Set<string>();
  return body.replace(/"([^"\\]*)"\s*:\s*("[^"]*"|[^,}]*)/g, (pair, name: string) => {
    if (seen.has(name)) return '';
    seen.add(name);
    return pair;
  });
}

function headerOf(request: Recorded, name: string): string | undefined {
  return request.headers.find(([field]) => field.toLowerCase() === name)?.[1];
}

function text(body: Buffer): string {
  return body.toString('latin1');
}
