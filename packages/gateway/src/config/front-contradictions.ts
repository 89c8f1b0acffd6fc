// What a front that asks before it forwards (forward-auth) cannot be relied on for: it keeps the body to itself, the
// answer does not come back through us, and its sockets are its own. A line that needs one of them is refused when it is
// loaded, or goes through the gateway itself (A073).
import type { Route } from '../policy/route.ts';
import type { Config } from './config.ts';
import type { Objection } from './issues.ts';

type Check = (route: Route, config: Config) => readonly [at: string, problem: string] | undefined;

/** One row, one thing a front does not show. */
const checks: readonly Check[] = [
  ({ records }) =>
    records.some(({ from }) => from === 'form' || from === 'json')
      ? ['records', 'are in the body, which a front that asks does not show']
      : undefined,
  ({ records }) =>
    records.some(({ from }) => from.startsWith('answer'))
      ? ['records', 'are in the answer, which does not come back through the gateway']
      : undefined,
  ({ records, methods }) =>
    records.some(({ from }) => from === 'path' || from === 'query') &&
    methods.some((method) => method !== 'GET')
      ? ['match', 'counts records of a method with a body, which could name another person unseen']
      : undefined,
  ({ upgrade }) =>
    upgrade === undefined
      ? undefined
      : ['upgrade', "cannot be cut at the session's end: the front holds both sockets"],
  ({ requirement, methods, client }) =>
    requirement.kind === 'step-up' && methods.includes('POST') && client !== 'program'
      ? ['client', 'may be a form, which a front that asks cannot hold until after the step-up']
      : undefined,
  ({ signIn, methods }) =>
    signIn === undefined || !methods.includes('POST')
      ? undefined
      : [
          signIn.kind === 'sign-in' ? 'login' : 'reset',
          'is judged by its body and its answer, which a front that asks does not show',
        ],
  ({ body, records, signIn }, { limits }) =>
    records.length === 0 &&
    signIn === undefined &&
    body !== undefined &&
    !(body.types.includes('*') && body.limit === limits.body)
      ? ['body', 'is limited, and a front that asks does not show it']
      : undefined,
];

const fix = 'write through: gateway, and let the front send this path to the gateway itself';

/** Nothing where no front asks, or where the line says that the gateway itself serves it. */
export function frontObjections(route: Route, index: number, config: Config): readonly Objection[] {
  if (config.forwardAuth === undefined || route.through === 'gateway') return [];
  return checks.flatMap((check) => {
    const found = check(route, config);
    return found === undefined ? [] : [{ path: ['routes', index, found[0]], problem: found[1], fix }];
  });
}
