// Whose records a logged request asked for, by the routes of the configuration: the same table of routes and the same
// canonical forms as the gateway's. A log shows the target only, so records that stand in a body or an answer cannot be
// counted from it; their routes are named in the report.
import { hash, randomBytes } from 'node:crypto';
import { recordTypes } from '../budget/record-types.ts';
import type { Config } from '../config/config.ts';
import { compilePolicy, matchRoute } from '../policy/policy.ts';
import type { Matched } from '../policy/route.ts';
import { parseQuery } from '../request/query.ts';
import { parseTarget } from '../request/target.ts';
import type { LoggedRequest } from './line-reader.ts';

/**
 * A tag of a person: 48 bits of a hash under a key that never leaves this process and is gone with it. That two persons
 * share one has a chance of one in 10^14.
 */
export type Tag = number;

export type LookedUp =
  | { readonly kind: 'records'; readonly tags: readonly Tag[]; readonly miss: boolean }
  /** Not a look-up: another route, or none. */
  | { readonly kind: 'other' }
  /** A counted route whose records the log does not show. */
  | { readonly kind: 'hidden'; readonly route: string }
  /** A counted route where no record could be read. */
  | { readonly kind: 'unreadable' };

const other: LookedUp = { kind: 'other' };
const unreadable: LookedUp = { kind: 'unreadable' };

/** Answers with a status from 200 to 304 showed a record; 404 and 410 showed that nobody is there; others nothing. */
export function lookUpReader(config: Config): (request: LoggedRequest) => LookedUp {
  const policy = compilePolicy(config.routes, config.defaultUpstream);
  const types = recordTypes(config.recordTypes);
  const key = randomBytes(32).toString('hex');
  const tagOf = (type: string, text: string): Tag | undefined => {
    const id = types.get(type)?.(text);
    return id === undefined ? undefined : hash('sha256', `${key}${type}:${id}`, 'buffer').readUIntBE(0, 6);
  };
  return ({ method, target, status }) => {
    const miss = status === 404 || status === 410;
    if (!miss && (status < 200 || status > 304)) return other;
    const parsed = parseTarget(target);
    if ('refused' in parsed) return other;
    const matched = matchRoute(policy, { method, segments: parsed.segments });
    if ('refusal' in matched || matched.route.records.length === 0) return other;
    const texts = textsOf(matched, parsed.query);
    if (texts === undefined) return { kind: 'hidden', route: matched.route.id };
    const tags = texts.map(([type, text]) => tagOf(type, text)).filter((tag) => tag !== undefined);
    if (tags.length === 0) return unreadable;
    return { kind: 'records', tags: [...new Set(tags)], miss };
  };
}

/** The texts in path and query; undefined when the route declares none there. */
function textsOf(
  { route, parameters }: Matched,
  query: string | undefined,
): readonly (readonly [type: string, text: string])[] | undefined {
  const shown = route.records.filter((rule) => rule.from === 'path' || rule.from === 'query');
  if (shown.length === 0) return undefined;
  const pairs = parseQuery(query ?? '');
  return shown.flatMap((rule): readonly (readonly [string, string])[] => {
    if (rule.from === 'path') return [[rule.as, parameters.get(rule.name) ?? '']];
    if (rule.from !== 'query' || 'refused' in pairs) return [];
    return pairs.flatMap(([name, value]) => (name === rule.name ? [[rule.as, value] as const] : []));
  });
}
