// From a document that has the right shape to a configuration that makes sense: routes compiled, classes filled,
// addresses resolved, and everything that contradicts itself told with the place it stands at.
import { acceptWords, type ProofKind, type Requirement } from '@palier/mfa-core';
import { parsePattern } from '../policy/pattern.ts';
import type { Condition, Route } from '../policy/route.ts';
import { budgetDefaults } from './budget-defaults.ts';
import type { BudgetClass } from './budget-settings.ts';
import type { Config, StoreAddress, UpstreamTarget } from './config.ts';
import type { IdentitySetting } from './identity-settings.ts';
import type { WrittenConfig } from './schema.ts';

/** Something that has the right shape and makes no sense. */
export interface Contradiction {
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly fix: string;
}

export interface Compiled {
  readonly config: Config;
  readonly contradictions: readonly Contradiction[];
}

/** `lineOf` gives the line of a route, for messages and `explain`. */
export function compileConfig(
  written: WrittenConfig,
  resolvePath: (path: string) => string,
  lineOf: (index: number) => number,
): Compiled {
  const upstreams = upstreamsOf(written);
  const defaultUpstream = [...upstreams.keys()][0] ?? 'default';
  const routes = written.routes.map((route, index) =>
    routeOf(route, defaultUpstream, lineOf(index), signOuts(written)),
  );
  const durable = storeOf(written.stores.durable, resolvePath);
  const config: Config = {
    ...written,
    upstreams,
    defaultUpstream,
    routes,
    hosts: new Set([written.origin.host, ...written.hosts]),
    identity: written.identity.map((source) => identityOf(source, defaultUpstream)),
    recordTypes: written.recordTypes.map((type) => ({
      ...type,
      length: typeof type.length === 'number' ? { from: type.length, to: type.length } : type.length,
    })),
    budgets: {
      classes: classesOf(written),
      organisation: written.budgets.organisation,
      fleet: written.budgets.fleet,
      canaries: undefined,
    },
    enrolment: { ...written.enrolment, attestationRoots: undefined },
    stores: {
      durable,
      shared: written.stores.shared === undefined ? durable : storeOf(written.stores.shared, resolvePath),
    },
    notify: { smtp: undefined, webhook: undefined, syslog: undefined },
    forwardHeaders: written.forwardHeaders.map((name) => name.toLowerCase()),
    forwardAuth: undefined,
  };
  return {
    config,
    contradictions: [
      ...routes.flatMap((route, index) => routeProblems(route, index, config)),
      ...overlaps(routes),
      ...wholeProblems(config),
    ],
  };
}

function signOuts(written: WrittenConfig): ReadonlySet<string> {
  return new Set(written.identity.flatMap((source) => source['portal-session'].signOut));
}

function upstreamsOf({ upstream }: WrittenConfig): ReadonlyMap<string, UpstreamTarget> {
  if (upstream instanceof URL)
    return new Map([['default', { url: upstream, ca: undefined, host: undefined }]]);
  return new Map(Object.entries(upstream));
}

function storeOf(text: string, resolvePath: (path: string) => string): StoreAddress {
  if (text === 'memory') return { kind: 'memory' };
  if (text.startsWith('sqlite:')) return { kind: 'sqlite', path: resolvePath(text.slice(7)) };
  const url = new URL(text);
  return { kind: url.protocol === 'postgres:' ? 'postgres' : 'redis', url, password: undefined };
}

function identityOf(
  { 'portal-session': session }: WrittenConfig['identity'][number],
  upstream: string,
): IdentitySetting {
  const {
    account,
    class: accountClass,
    organisation,
    groups,
    name,
    cookie,
    ask,
    cache,
    timeout,
    signIn,
  } = session;
  return {
    kind: 'portal-session',
    carrier: { kind: 'cookie', name: cookie },
    ask,
    cache,
    timeout,
    signIn,
    upstream: session.upstream ?? upstream,
    pointers: { account, class: accountClass, organisation, groups, name },
  };
}

type WrittenRoute = WrittenConfig['routes'][number];

function routeOf(route: WrittenRoute, upstream: string, line: number, signOut: ReadonlySet<string>): Route {
  const pattern = parsePattern(route.match);
  const { methods, segments } = 'problem' in pattern ? { methods: [], segments: [] } : pattern;
  const records = route.records ?? [];
  return {
    id: route.match,
    methods,
    segments,
    records,
    requirement: requirementOf(route.require),
    client: route.client,
    // On counted routes nothing undeclared passes: no declaration is an empty one.
    query:
      route.query ??
      (records.length > 0
        ? records.flatMap((rule) => (rule.from === 'query' ? [rule.name] : []))
        : undefined),
    body: route.body ?? defaultBody(records),
    upgrade: route.upgrade,
    bind: route.bind,
    upstream: route.upstream ?? upstream,
    fields: route.fields,
    conditions: conditionsOf(route.when),
    signsOut: signOut.has(route.match),
    line,
  };
}

function defaultBody(records: Route['records']): Route['body'] {
  if (records.some((rule) => rule.from === 'form'))
    return { types: ['application/x-www-form-urlencoded'], limit: 65_536 };
  return records.some((rule) => rule.from === 'json')
    ? { types: ['application/json'], limit: 65_536 }
    : undefined;
}

function requirementOf(require: WrittenRoute['require']): Requirement {
  if (typeof require === 'string') return { kind: require };
  const { accept, maxAge } = require;
  const [first, ...rest]: readonly ProofKind[] = typeof accept === 'string' ? acceptWords[accept] : accept;
  return first === undefined
    ? { kind: 'step-up', accept: ['card'], maxAge }
    : { kind: 'step-up', accept: [first, ...rest], maxAge };
}

function conditionsOf(when: WrittenRoute['when']): readonly Condition[] {
  if (when === undefined) return [];
  const { class: classes, group, network, hours } = when;
  return [
    ...(classes === undefined ? [] : [{ kind: 'class', anyOf: classes } as const]),
    ...(group === undefined ? [] : [{ kind: 'group', anyOf: group } as const]),
    ...(network === undefined ? [] : [{ kind: 'network', anyOf: network } as const]),
    ...(hours === undefined ? [] : [{ kind: 'time', ...hours } as const]),
  ];
}

/** Declared classes fill up from the built-in one of their name, or from `default`. */
function classesOf({ budgets }: WrittenConfig): ReadonlyMap<string, BudgetClass> {
  const classes = new Map(budgetDefaults);
  const base = (name: string): BudgetClass | undefined =>
    budgetDefaults.get(name) ?? budgetDefaults.get('default');
  for (const [name, given] of Object.entries(budgets.classes)) {
    const from = base(name);
    if (from === undefined) continue;
    const { code, key, day, newRecords, misses } = given;
    classes.set(name, {
      code: code === 'none' ? undefined : (code ?? from.code),
      key: key ?? from.key,
      day: day ?? from.day,
      newRecords: newRecords ?? from.newRecords,
      misses: misses ?? from.misses,
    });
  }
  return classes;
}

function routeProblems(route: Route, index: number, config: Config): readonly Contradiction[] {
  const path = ['routes', index];
  const known = new Set(['nir', 'rpps', 'finess', ...config.recordTypes.map(({ name }) => name)]);
  const parameters = new Set(
    route.segments.flatMap((segment) => (segment.kind === 'parameter' ? [segment.name] : [])),
  );
  const problems: Contradiction[] = [];
  const tell = (at: readonly (string | number)[], problem: string, fix: string): void =>
    void problems.push({ path: [...path, ...at], problem, fix });
  if (route.records.length > 0 && route.requirement.kind !== 'step-up')
    tell(
      ['require'],
      'shows records without a second factor',
      'write require: { accept: second-factor, maxAge: 12h }',
    );
  if (!config.upstreams.has(route.upstream))
    tell(
      ['upstream'],
      `there is no upstream "${route.upstream}"`,
      `known: ${[...config.upstreams.keys()].join(', ')}`,
    );
  if (route.upgrade !== undefined && route.records.length > 0)
    tell(['upgrade'], 'the messages of a WebSocket cannot be counted', 'leave out records, or the upgrade');
  for (const rule of route.records) {
    if (!known.has(rule.as))
      tell(
        ['records'],
        `there is no record type "${rule.as}"`,
        `known: ${[...known].join(', ')}; declare others under recordTypes`,
      );
    if (rule.from === 'path' && !parameters.has(rule.name))
      tell(['records'], `the pattern has no {${rule.name}}`, `write {${rule.name}} in match`);
    if ((rule.from === 'form' || rule.from === 'json') && !route.methods.some((method) => method !== 'GET'))
      tell(['records'], 'a GET has no body', 'take the record from path or query');
  }
  return problems;
}

/** Two routes of one shape and method can not both be meant. */
function overlaps(routes: readonly Route[]): readonly Contradiction[] {
  const seen = new Map<string, number>();
  return routes.flatMap((route, index) =>
    route.methods.flatMap((method) => {
      const shape = `${method} /${route.segments.map((segment) => (segment.kind === 'literal' ? segment.text : segment.kind === 'rest' ? '**' : '{}')).join('/')}`;
      const before = seen.get(shape);
      seen.set(shape, index);
      return before === undefined
        ? []
        : [
            {
              path: ['routes', index, 'match'],
              problem: `says the same as the route on line ${routes[before]?.line}`,
              fix: 'keep one of the two',
            },
          ];
    }),
  );
}

function wholeProblems(config: Config): readonly Contradiction[] {
  const local = config.origin.hostname === 'localhost';
  return [
    ...(config.origin.protocol === 'http:' && !local
      ? [
          {
            path: ['origin'],
            problem: 'is http: passkeys and secure cookies need https',
            fix: 'write https://…, or http://localhost for a try',
          },
        ]
      : []),
    ...(config.ledger.sealTo === undefined && config.mode === 'enforce'
      ? [
          {
            path: ['ledger'],
            problem: 'has no sealTo: nobody could say who was seen',
            fix: 'write sealTo: ledger-public.jwk (palier init makes it)',
          },
        ]
      : []),
    ...(config.sessions.idle > config.sessions.lifetime
      ? [{ path: ['sessions', 'idle'], problem: 'is longer than sessions.lifetime', fix: 'make it shorter' }]
      : []),
  ];
}
