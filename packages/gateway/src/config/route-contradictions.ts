// What one line of policy cannot mean. Above all: a line that promises to count what cannot be counted is refused when
// it is loaded, not when somebody looks (A073, A086, A104, A112).
import type { RecordRule } from '../budget/record-rule.ts';
import type { BodyRule, Route } from '../policy/route.ts';
import { isNamedByRequest } from './compile-routes.ts';
import type { Config } from './config.ts';
import type { Objection } from './issues.ts';
import { meantOf } from './nearest.ts';

type Check = (
  route: Route,
  config: Config,
) => readonly (readonly [at: string, problem: string, fix: string])[];

export const builtInTypes: readonly string[] = ['nir', 'rpps', 'finess'];

/** One row, one thing that may be wrong. */
const checks: readonly Check[] = [
  ({ segments }) =>
    segments[0]?.kind === 'literal' && segments[0].text === '.palier'
      ? [['match', "is below /.palier/, which is the gateway's own", 'take another path']]
      : [],
  ({ records, requirement }) =>
    records.length > 0 && requirement.kind !== 'step-up'
      ? [
          [
            'require',
            'shows records without a second factor',
            'write require: { accept: second-factor, maxAge: 12h }',
          ],
        ]
      : [],
  ({ upstream }, { upstreams }) =>
    upstreams.has(upstream)
      ? []
      : [['upstream', `there is no upstream "${upstream}"`, meantOf(upstream, [...upstreams.keys()])]],
  ({ upgrade, records }) =>
    upgrade !== undefined && records.length > 0
      ? [
          [
            'upgrade',
            'cannot be counted: nobody reads the messages of a WebSocket',
            'leave out records, or the upgrade',
          ],
        ]
      : [],
  ({ upgrade, methods }) =>
    upgrade !== undefined && methods.join() !== 'GET'
      ? [['upgrade', 'is asked for with GET and no other method', 'write match: GET ...']]
      : [],
  ({ records, methods }) =>
    records.length > 0 && methods.includes('OPTIONS')
      ? [['match', 'counts records of OPTIONS, which shows none', 'declare OPTIONS on a line of its own']]
      : [],
  ({ records }, config) => records.flatMap((rule) => typeProblem(rule, config)),
  (route) => route.records.flatMap((rule) => placeProblem(rule, route)),
  ({ records }) =>
    records.some((rule) => rule.from === 'form') && records.some((rule) => rule.from === 'json')
      ? [['records', 'are in a form and in JSON: a body is one of them', 'make two lines of it']]
      : [],
  ({ body, methods }) =>
    body !== undefined &&
    !body.types.includes('*') &&
    methods.every((method) => method === 'GET' || method === 'OPTIONS')
      ? [['body', 'belongs to a method that has none', 'leave it out']]
      : [],
  ({ body, records }) =>
    (records.length > 0 ? (body?.types ?? []) : []).flatMap((type) => bodyProblem(type, records)),
  ({ body }) =>
    body?.types.length === 0 && !isNone(body)
      ? [['body', 'has no type', 'write types: [application/json], or what the portal takes']]
      : [],
  ({ body, records }) =>
    isNone(body) && records.some(({ from }) => from === 'form' || from === 'json')
      ? [['body', 'is none, and the persons stand in one', 'leave it out']]
      : [],
  ({ body, records }) => (body === undefined ? [] : membersProblem(body, records)),
  ({ conditions, requirement }) =>
    requirement.kind === 'open' && conditions.some(({ kind }) => kind === 'class' || kind === 'group')
      ? [['when', 'asks who somebody is on an open route', 'write require: signed-in']]
      : [],
];

/** `body: none`, as it is compiled. */
function isNone(body: BodyRule | undefined): boolean {
  return body?.types.length === 0 && body.limit === 0;
}

export function routeObjections(route: Route, index: number, config: Config): readonly Objection[] {
  return checks
    .flatMap((check) => check(route, config))
    .map(([at, problem, fix]) => ({ path: ['routes', index, at], problem, fix }));
}

function typeProblem(rule: RecordRule, { recordTypes }: Config): ReturnType<Check> {
  const known = [...builtInTypes, ...recordTypes.map(({ name }) => name)];
  return known.includes(rule.as)
    ? []
    : [
        [
          'records',
          `there is no record type "${rule.as}"`,
          `${meantOf(rule.as, known)}; declare others under recordTypes`,
        ],
      ];
}

function placeProblem(rule: RecordRule, { segments, methods, query }: Route): ReturnType<Check> {
  switch (rule.from) {
    case 'path':
      return segments.some((segment) => segment.kind === 'parameter' && segment.name === rule.name)
        ? []
        : [['records', `the pattern has no {${rule.name}}`, `write {${rule.name}} in match`]];
    case 'query':
      return query?.includes(rule.name) === false
        ? [['query', `does not declare "${rule.name}", where the record is`, `add ${rule.name}`]]
        : [];
    case 'form':
    case 'json':
      return methods.includes('GET')
        ? [
            [
              'records',
              'are in a body, and a GET has none',
              'take them from path or query, or declare POST alone',
            ],
          ]
        : [];
    default:
      return [];
  }
}

/** A list of members must be one that can be checked, and where it decides it must be written. */
function membersProblem({ types, members }: BodyRule, records: readonly RecordRule[]): ReturnType<Check> {
  if (members === 'any') return [];
  if (!isNamedByRequest(records))
    return [['body', 'lists members, but its request names no person', 'leave members out']];
  const unreadable = types.find((type) => type !== formType && !isJsonType(type));
  if (unreadable !== undefined)
    return [
      ['body', `${unreadable} cannot be read for its members`, 'write members: any if it can name no person'],
    ];
  const isCounted = records.some((rule) => rule.from === 'form' || rule.from === 'json');
  return isCounted || members.length > 0
    ? []
    : [
        [
          'body',
          'could name another person than the one counted',
          'write members: [the names it may have], or members: any',
        ],
      ];
}

const formType = 'application/x-www-form-urlencoded';

function isJsonType(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}

/** On counted routes a body is of a type whose every reader sees the same (A100, A104). */
function bodyProblem(type: string, records: readonly RecordRule[]): ReturnType<Check> {
  if (type.startsWith('multipart/'))
    return [
      ['body', 'is multipart on a counted route: there are too many ways to read one', 'use a form or JSON'],
    ];
  if (records.some((rule) => rule.from === 'form') && type !== formType)
    return [['body', `${type} is no form, where the record is`, 'write application/x-www-form-urlencoded']];
  return records.some((rule) => rule.from === 'json') && !isJsonType(type)
    ? [['body', `${type} is no JSON, where the record is`, 'write application/json']]
    : [];
}
