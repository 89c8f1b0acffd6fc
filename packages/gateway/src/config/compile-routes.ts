// From lines of policy as written to routes: what a line does not say gets its safe meaning here.
import type { RecordRule } from '../budget/record-rule.ts';
import { parsePattern } from '../policy/pattern.ts';
import type { BodyRule, Condition, Route } from '../policy/route.ts';
import type { WrittenConditions, WrittenRoute } from './schema-routes.ts';

export interface RouteSurroundings {
  readonly defaultUpstream: string;
  /** Patterns of routes that end the portal's session. */
  readonly signOut: ReadonlySet<string>;
  /** Bytes a body may have where a line does not say. */
  readonly bodyLimit: number;
  readonly lineOf: (index: number) => number;
}

export function compileRoute(written: WrittenRoute, index: number, around: RouteSurroundings): Route {
  const pattern = parsePattern(written.match);
  if ('problem' in pattern) throw new TypeError('a pattern that the schema did not check');
  const { records } = written;
  return {
    id: written.match,
    ...pattern,
    requirement: written.require,
    records,
    client: written.client,
    // On counted routes nothing undeclared passes: no declaration is an empty one (A106).
    query: written.query ?? (records.length === 0 ? undefined : namesFrom(records, 'query')),
    ...(written.query === undefined && records.length > 0 && { queryLeftOut: true }),
    body: bodyOf(written, around.bodyLimit),
    upgrade: written.upgrade,
    bind: written.bind,
    upstream: written.upstream ?? around.defaultUpstream,
    through: written.through,
    fields: written.fields,
    conditions: written.when === undefined ? [] : conditionsOf(written.when),
    signsOut: around.signOut.has(written.match),
    line: around.lineOf(index),
  };
}

function namesFrom(records: readonly RecordRule[], from: 'query' | 'form'): readonly string[] {
  return records.flatMap((rule) => (rule.from === from ? [rule.name] : []));
}

const countedBody = 65_536;

/** Where a line names persons by its request, a body holds nothing beside them unless the line says so. */
function bodyOf({ records, body }: WrittenRoute, limit: number): Route['body'] {
  const usual = usualBody(records, limit);
  if (body === undefined) return usual;
  if (body === 'none') return noBody;
  const members = body.members ?? (isNamedByRequest(records) ? [] : 'any');
  return { types: body.types ?? usual?.types ?? [], limit: body.limit, members };
}

/** Said, so that nobody is asked whether it was forgotten. */
const noBody: BodyRule = { types: [], limit: 0, members: 'any' };

/** A body that must be read to count has the type its rule can read; elsewhere any type up to the general limit. */
function usualBody(records: readonly RecordRule[], limit: number): Route['body'] {
  const counted = { limit: countedBody, members: [] };
  if (records.some((rule) => rule.from === 'form'))
    return { types: ['application/x-www-form-urlencoded'], ...counted };
  if (records.some((rule) => rule.from === 'json')) return { types: ['application/json'], ...counted };
  return records.length === 0 ? { types: ['*'], limit, members: 'any' } : undefined;
}

/** Whether a rule looks into the request; where only the answer is read, what was asked does not matter. */
export function isNamedByRequest(records: readonly RecordRule[]): boolean {
  return records.some((rule) => !rule.from.startsWith('answer'));
}

function conditionsOf(when: WrittenConditions): readonly Condition[] {
  const conditions: (Condition | undefined)[] = [
    when.class && { kind: 'class', anyOf: when.class },
    when.group && { kind: 'group', anyOf: when.group },
    when.network && { kind: 'network', anyOf: when.network },
    when.hours && { kind: 'time', ...when.hours },
  ];
  return conditions.filter((condition) => condition !== undefined);
}
