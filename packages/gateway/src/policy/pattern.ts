// Reads `GET /patients/{nir}/droits` and `GET,HEAD /public/**`. Whole segments only: nothing here can be unanchored,
// greedy or slow (A016, A017, A022).
import type { PatternSegment } from './route.ts';

export interface Pattern {
  readonly methods: readonly string[];
  readonly segments: readonly PatternSegment[];
}

const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A pattern, or a sentence that says what is wrong with it. */
export function parsePattern(text: string): Pattern | { readonly problem: string } {
  const [verbs = '', path, ...more] = text.trim().split(/\s+/);
  if (path === undefined || more.length > 0) return { problem: 'write it as "METHOD /path", for example "GET /patients/{nir}"' };
  const named = verbs.split(',').map((verb) => (verb === 'HEAD' ? 'GET' : verb));
  const unknown = named.find((verb) => !methods.has(verb));
  if (unknown !== undefined) return { problem: `unknown method "${unknown}"; known are ${[...methods].join(', ')} (HEAD goes with GET)` };
  const segments = parsePath(path);
  return 'problem' in segments ? segments : { methods: [...new Set(named)], segments };
}

function parsePath(path: string): readonly PatternSegment[] | { readonly problem: string } {
  if (!path.startsWith('/')) return { problem: 'a path begins with "/"' };
  const pieces = path.slice(1).split('/');
  const segments = pieces.map((piece) => parseSegment(piece));
  const bad = segments.findIndex((segment) => segment === undefined);
  if (bad !== -1) return { problem: `"${pieces[bad]}" is no segment: write a literal, {name} or ** (no *, no regular expression, no escapes)` };
  const sound = segments.filter((segment) => segment !== undefined);
  const rest = sound.findIndex((segment) => segment.kind === 'rest');
  if (rest !== -1 && rest !== sound.length - 1) return { problem: '"**" may only be the last segment' };
  const names = sound.flatMap((segment) => (segment.kind === 'parameter' ? [segment.name] : []));
  return new Set(names).size === names.length ? sound : { problem: 'a {name} may occur once' };
}

function parseSegment(piece: string): PatternSegment | undefined {
  if (piece === '**') return { kind: 'rest' };
  const name = /^\{([a-z][A-Za-z0-9]{0,30})\}$/.exec(piece)?.[1];
  if (name !== undefined) return { kind: 'parameter', name };
  return /^[A-Za-z0-9\-._~!$&'()+,=:@]*$/.test(piece) && piece !== '.' && piece !== '..' ? { kind: 'literal', text: piece } : undefined;
}
