// What has the right shape and makes no sense together: between a line and the rest of the configuration, and between
// the settings. Told all at once, each with the place and a way out. Between lines: policy/overlap.ts.
import { policyProblems } from '../policy/overlap.ts';
import { compilePolicy, matchRoute } from '../policy/policy.ts';
import { parseTarget } from '../request/target.ts';
import { ofAccountWords } from './account-words.ts';
import { ofBudgets } from './budget-contradictions.ts';
import { ofCards } from './card-contradictions.ts';
import type { Config } from './config.ts';
import { frontObjections } from './front-contradictions.ts';
import type { IdentitySetting } from './identity-settings.ts';
import { type Objection, objection, overAll, type Path } from './issues.ts';
import { didYouMean, meantOf } from './nearest.ts';
import { signInPage } from './oidc-settings.ts';
import { ofProviders, providersOf } from './provider-contradictions.ts';
import { routeObjections } from './route-contradictions.ts';
import type { WrittenConfig } from './schema.ts';
import { ofStorePairs } from './store-contradictions.ts';
import { ofUpstreams } from './upstream-contradictions.ts';

export function contradictions(config: Config, written: WrittenConfig): readonly Objection[] {
  return [
    ...config.routes.flatMap((route, index) => routeObjections(route, index, config)),
    ...config.routes.flatMap((route, index) => frontObjections(route, index, config)),
    ...betweenRoutes(config, written),
    ...ofIdentity(config, written),
    ...ofProviders(config),
    ...ofCards(config),
    ...ofBudgets(config),
    ...ofAccountWords(config, written),
    ...ofPlaces(config),
    ...ofStorePairs(config.stores),
    ...ofUpstreams(config),
    ...ofPromises(config),
  ];
}

function betweenRoutes(config: Config, written: WrittenConfig): readonly Objection[] {
  const allowed = new Set(config.routes.filter((_, index) => written.routes[index]?.overlaps === 'allowed'));
  const indexes = new Map(config.routes.map((route, index) => [route, index]));
  return policyProblems(config.routes, allowed).map(({ route, problem, fix }) =>
    objection(['routes', indexes.get(route) ?? 0, 'match'], problem, fix),
  );
}

function ofIdentity(config: Config, written: WrittenConfig): readonly Objection[] {
  const routes = config.routes.map(({ id }) => id);
  return config.identity.flatMap((setting, index) => {
    const path = ['identity', index, setting.kind];
    const unknown = (written.identity[index]?.signOut ?? []).filter((pattern) => !routes.includes(pattern));
    return [
      ...unknown.map((pattern) =>
        overAll(
          objection(
            [...path, 'signOut'],
            `no route is written "${pattern}"`,
            didYouMean(pattern, routes) ?? 'declare it under routes, in the same words',
          ),
        ),
      ),
      ...(setting.signIn === undefined || setting.signIn === signInPage || isOpen(config, setting.signIn)
        ? []
        : [
            overAll(
              objection(
                [...path, 'signIn'],
                `GET ${setting.signIn} is not an open route: nobody could sign in`,
                `add { match: GET ${setting.signIn}, require: open }`,
              ),
            ),
          ]),
      ...(setting.kind !== 'portal-session' || config.upstreams.has(setting.upstream)
        ? []
        : [
            objection(
              [...path, 'upstream'],
              `there is no upstream "${setting.upstream}"`,
              meantOf(setting.upstream, [...config.upstreams.keys()]),
            ),
          ]),
      ...jwtObjections(setting, path),
      ...(setting.kind !== 'login-watched' || config.forwardAuth === undefined
        ? []
        : [
            objection(
              path,
              'learns from every answer of the portal, and those to a front that asks do not come back here',
              'leave out forwardAuth, or use another source',
            ),
          ]),
    ];
  });
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whoever can change keys on their way can sign as anybody. */
function jwtObjections(setting: IdentitySetting, path: Path): readonly Objection[] {
  if (setting.kind !== 'jwt') return [];
  const plain =
    setting.jwks.kind === 'url' &&
    setting.jwks.url.protocol === 'http:' &&
    !loopback.has(setting.jwks.url.hostname);
  return [
    ...(plain
      ? [
          objection(
            [...path, 'jwks', 'url'],
            'is http: whoever sits on the way could put a key of theirs among them',
            'write https://..., or fetch the keys into a file',
          ),
        ]
      : []),
    ...(setting.refresh <= setting.stale
      ? []
      : [objection([...path, 'stale'], 'is shorter than refresh', 'make it longer')]),
  ];
}

function isOpen(config: Config, path: string): boolean {
  const target = parseTarget(path);
  if ('refused' in target) return false;
  const found = matchRoute(compilePolicy(config.routes, config.defaultUpstream), {
    method: 'GET',
    segments: target.segments,
  });
  return 'route' in found && found.route.requirement.kind === 'open';
}

/** Listeners that would be the same one: health on the clients' port is a bypass with a friendly name (A068). */
function ofPlaces(config: Config): readonly Objection[] {
  const places: readonly (readonly [Path, { readonly host: string; readonly port: number } | undefined])[] = [
    [['listen'], config.listen],
    [['healthListen'], config.healthListen],
    [['forwardAuth', 'listen'], config.forwardAuth?.listen],
    ...config.identity.map(
      (setting, index) =>
        [
          ['identity', index, setting.kind, 'listen'],
          'listen' in setting ? setting.listen : undefined,
        ] as const,
    ),
  ];
  const seen = new Map<string, Path>();
  return places.flatMap(([path, address]) => {
    if (address === undefined || address.port === 0) return [];
    const name = `${address.host}:${address.port}`;
    const before = seen.get(name);
    seen.set(name, path);
    return before === undefined
      ? []
      : [objection(path, `is the address of ${before.join('.')} too`, 'give it a port of its own')];
  });
}

function ofPromises(config: Config): readonly Objection[] {
  const local = config.origin.hostname === 'localhost';
  const [durable, shared] = [config.stores.durable.kind, config.stores.shared.kind];
  const checks: readonly (readonly [boolean, Objection])[] = [
    [
      config.origin.protocol === 'https:' || local,
      objection(
        ['origin'],
        'is http: passkeys and secure cookies need https',
        'write https://..., or http://localhost for a try',
      ),
    ],
    [
      config.ledger.sealTo !== undefined || config.mode === 'observe',
      objection(
        ['ledger'],
        'has no sealTo: nobody could say who was seen',
        'write sealTo: ledger-public.jwk (palier init makes it)',
      ),
    ],
    [
      config.foreignLinks.counted === 'follow' || config.forwardAuth === undefined,
      objection(
        ['foreignLinks', 'counted'],
        'is ask, and a front that asks may not show the page with the question',
        'write follow, or let every counted path go through the gateway itself and leave out forwardAuth',
      ),
    ],
    [
      config.foreignLinks.counted === 'ask' || config.foreignLinks.except.length === 0,
      objection(
        ['foreignLinks', 'except'],
        'excepts from nothing: every link is followed',
        'write counted: ask, or leave except out',
      ),
    ],
    [
      config.sessions.idle <= config.sessions.lifetime,
      objection(['sessions', 'idle'], 'is longer than sessions.lifetime', 'make it shorter'),
    ],
    [
      durable !== 'memory' || local || config.mode === 'observe',
      objection(['stores', 'durable'], 'forgets every factor at a restart', 'write sqlite:palier.db'),
    ],
    [
      config.notify.smtp?.address === undefined || config.notify.smtp.contact !== undefined,
      objection(
        ['notify', 'smtp', 'address'],
        'tells people what happened and not whom to call',
        'add contact: a telephone number or a desk',
      ),
    ],
    [
      durable !== 'sqlite' || shared !== 'memory' || local || config.mode === 'observe',
      objection(
        ['stores', 'shared'],
        'forgets at a restart what each account has seen',
        'leave it out: the file of durable counts too',
      ),
    ],
    [
      !config.enrolment.first.includes('card') || config.enrolment.first.length > 1 || hasCards(config),
      objection(
        ['enrolment', 'first'],
        'asks for a card and no identity source reads cards',
        'add ticket, or a client-certificate or oidc source',
      ),
    ],
  ];
  return checks.filter(([sound]) => !sound).map(([, told]) => told);
}

function hasCards(config: Config): boolean {
  return (
    config.identity.some((one) => one.kind === 'client-certificate') ||
    providersOf(config).some(({ card }) => card.length > 0)
  );
}
