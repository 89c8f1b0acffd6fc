// Which routes sign in or reset at the portal: where a line says so, and where an identity source watches. What a line
// leaves out (the field, the cookie) comes from the sources; what nobody says is an objection.
import { compilePolicy, matchRoute } from '../policy/policy.ts';
import type { Route, SignInRule } from '../policy/route.ts';
import { parseTarget } from '../request/target.ts';
import type { IdentitySetting, LoginWatchedSetting } from './identity-settings.ts';
import type { Objection } from './issues.ts';
import type { WrittenRoute } from './schema-routes.ts';
import { type WrittenSignIn, watchedSignIn } from './schema-sign-in.ts';

export interface CompiledSignIns {
  readonly routes: readonly Route[];
  readonly objections: readonly Objection[];
}

export function compileSignIns(
  routes: readonly Route[],
  written: readonly WrittenRoute[],
  identity: readonly IdentitySetting[],
): CompiledSignIns {
  const objections: Objection[] = [];
  const watched = new Map<Route, LoginWatchedSetting>();
  for (const [index, setting] of identity.entries()) {
    if (setting.kind !== 'login-watched') continue;
    const route = postRoute(routes, setting.post);
    if (route?.requirement.kind === 'open') watched.set(route, setting);
    else
      objections.push({
        path: ['identity', index, setting.kind, 'post'],
        problem: `POST ${setting.post} is not an open route: nobody could sign in`,
        fix: `add { match: POST ${setting.post}, require: open }`,
        overAll: true,
      });
  }
  const compiled = routes.map((route, index): Route => {
    const { login, reset } = written[index] ?? {};
    const line = login ?? reset;
    if (login !== undefined && reset !== undefined)
      objections.push({
        path: ['routes', index, 'reset'],
        problem: 'stands beside login',
        fix: 'make two lines of it',
      });
    const source = watched.get(route);
    const signIn = line ?? (source === undefined ? undefined : watchedSignIn);
    if (signIn === undefined) return route;
    const rule = ruleOf(signIn, source, identity);
    const flaws = flawsOf(route, rule, signIn, source);
    objections.push(...flaws.map(([at, problem, fix]) => ({ path: ['routes', index, at], problem, fix })));
    const body = { types: [typeOf(rule)], limit: bodyLimit, members: 'any' } as const;
    return { ...route, signIn: rule, ...(route.methods.includes('POST') && { body }) };
  });
  return { routes: alsoByGet(compiled), objections };
}

/** The page of the form, on a line of its own: a portal may sign in by its address too, so guesses count there. */
function alsoByGet(routes: readonly Route[]): readonly Route[] {
  const rules = new Map<string, SignInRule>();
  for (const { signIn, segments } of routes)
    if (signIn !== undefined) rules.set(JSON.stringify(segments), signIn);
  return routes.map((route) => {
    const signIn = route.signIn ?? rules.get(JSON.stringify(route.segments));
    return signIn === undefined || !route.methods.includes('GET') ? route : { ...route, signIn };
  });
}

/** Longest body of a sign-in. */
const bodyLimit = 16 * 1024;

function typeOf({ typed }: SignInRule): string {
  return typed?.from === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
}

function postRoute(routes: readonly Route[], path: string): Route | undefined {
  const target = parseTarget(path);
  if ('refused' in target) return undefined;
  const found = matchRoute(compilePolicy(routes, 'default'), { method: 'POST', segments: target.segments });
  return 'route' in found ? found.route : undefined;
}

function ruleOf(
  signIn: WrittenSignIn,
  source: LoginWatchedSetting | undefined,
  identity: readonly IdentitySetting[],
): SignInRule {
  const given = signIn.success ?? { status: [302, 303], cookie: undefined, location: undefined };
  const success =
    source === undefined
      ? { ...given, cookie: given.cookie ?? cookieOf(identity) }
      : { ...source.success, cookie: source.cookie };
  const typed = signIn.typed ?? (source && { from: 'form', name: source.field });
  return { ...signIn, typed, success };
}

/** The cookie in which the first source that uses one finds the credential. */
function cookieOf(identity: readonly IdentitySetting[]): string | undefined {
  const cookies = identity.flatMap((one) => {
    if (one.kind === 'login-watched') return [one.cookie];
    return 'carrier' in one && one.carrier.kind === 'cookie' ? [one.carrier.name] : [];
  });
  return cookies[0];
}

type Flaw = readonly [at: 'login' | 'reset' | 'match' | 'body', problem: string, fix: string];

function flawsOf(
  { methods, requirement, records }: Route,
  { kind, typed, success: marks }: SignInRule,
  { typed: typedHere, success }: WrittenSignIn,
  source: LoginWatchedSetting | undefined,
): readonly Flaw[] {
  const at = kind === 'sign-in' ? 'login' : 'reset';
  const checks: readonly (readonly [boolean, Flaw])[] = [
    [
      methods.includes('POST'),
      ['match', 'signs in with a method that posts nothing', 'write match: POST ...'],
    ],
    [
      requirement.kind === 'open',
      [at, 'is on a route that asks who somebody is first', 'write require: open'],
    ],
    [records.length === 0, [at, 'is on a route that shows records', 'make two lines of it']],
    [
      kind === 'reset' || typed !== undefined,
      [at, 'does not say where the login is typed', 'write field: <name of the form field>'],
    ],
    [
      kind === 'reset' || marks.cookie !== undefined || success !== undefined,
      [
        at,
        'has no cookie by which a sign-in that worked could be told',
        'write success: { status: <what only a right password is answered with> }',
      ],
    ],
    [
      source === undefined || (kind === 'sign-in' && typedHere === undefined && success === undefined),
      [
        at,
        'says again, and maybe otherwise, what the login-watched source says',
        'leave out field, pointer and success here',
      ],
    ],
  ];
  return checks.filter(([sound]) => !sound).map(([, flaw]) => flaw);
}
