// Reads `GET /patients/{nir}/droits` and `GET,HEAD /public/**`. Whole segments only: nothing here can be unanchored,
// greedy or slow (A016, A017, A022).
import { parseTarget } from '../request/target.ts';
import type { PatternSegment } from './route.ts';

export interface Pattern {
  /** Upper case, without HEAD, which goes with GET. */
  readonly methods: readonly string[];
  readonly segments: readonly PatternSegment[];
}

type Problem = { readonly problem: string };

const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A pattern, or a sentence that says what is wrong with it. */
export function parsePattern(text: string): Pattern | Problem {
  const [verbs = '', path, ...more] = text.split(' ');
  if (path === undefined || more.length > 0) {
    return { problem: 'write it as "METHOD /path", for example "GET /patients/{nir}"' };
  }
  const given = verbs.split(',');
  if (given.includes('HEAD') && !given.includes('GET')) return { problem: 'HEAD goes with GET: write GET' };
  const named = given.filter((verb) => verb !== 'HEAD');
  const unknown = named.find((verb) => !methods.has(verb));
  if (unknown !== undefined) {
    return {
      problem: `unknown method "${unknown}"; known are ${[...methods].join(', ')}, and HEAD goes with GET`,
    };
  }
  const segments = parsePath(path);
  return 'problem' in segments ? segments : { methods: [...new Set(named)], segments };
}

function parsePath(path: string): readonly PatternSegment[] | Problem {
  if (!path.startsWith('/')) return { problem: 'a path begins with "/"' };
  const pieces = path.slice(1).split('/');
  const segments: PatternSegment[] = [];
  for (const [index, piece] of pieces.entries()) {
    const segment = parseSegment(piece, index === pieces.length - 1);
    if ('problem' in segment) return segment;
    segments.push(segment);
  }
  const names = segments.flatMap((segment) => (segment.kind === 'parameter' ? [segment.name] : []));
  return new Set(names).size === names.length ? segments : { problem: 'a {name} may occur once' };
}

function parseSegment(piece: string, isLast: boolean): PatternSegment | Problem {
  if (piece === '**') return isLast ? { kind: 'rest' } : { problem: '"**" may only be the last segment' };
  const name = /^\{([a-z][A-Za-z0-9]{0,30})\}$/.exec(piece)?.[1];
  if (name !== undefined) return { kind: 'parameter', name };
  if (piece === '')
    return isLast ? { kind: 'literal', text: '' } : { problem: 'an empty segment ("//") never matches' };
  // A literal that no canonical request can have would be a line that protects nothing.
  const target = parseTarget(`/${piece}`);
  if ('refused' in target || target.query !== undefined) {
    return {
      problem: `"${piece}" is no segment: write a literal as it stands in an address, {name}, or ** at the end`,
    };
  }
  return { kind: 'literal', text: target.segments[0] ?? '' };
}
