// mfa-core over the web-standard Request and Response: Hono, Next-style route functions, Fastify through its adapters,
// workers. All decisions are in api/.
import type { ApiAnswer, ApiRequest } from './api/api-request.ts';
import { answerCeremony } from './api/ceremonies.ts';
import { createGuard, type GuardSetting } from './api/guard.ts';
import { problem } from './api/problems.ts';
import { clearedSessionCookie } from './api/session-cookie.ts';
import { type AccountOf, endSessionOf } from './api/visit.ts';
import type { Mfa } from './mfa.ts';

export type { AcrNames, Duration, GuardSetting } from './api/guard.ts';
export { sessionCookie } from './api/session-cookie.ts';
export type { AccountOf } from './api/visit.ts';

/** What a route asks, and who is signed in. */
export interface StepUpSetting extends GuardSetting {
  readonly account: AccountOf<Request>;
}

/** Gives the answer to send when the request must not pass, and nothing when it may. Rejects when a store is broken. */
export function requireStepUp(setting: StepUpSetting): (request: Request) => Promise<Response | undefined> {
  const guard = createGuard(setting);
  return async (request) => {
    const refusal = await guard.check(apiRequest(request, ''), await setting.account(request));
    return refusal && responseOf(refusal);
  };
}

/** The library, where its API lives, and who is signed in. */
export interface CeremoniesSetting {
  readonly mfa: Mfa;
  readonly account: AccountOf<Request>;
  /** Where the API lives: `/api/mfa`. */
  readonly path: string;
  /** Told of exceptions; the person gets 503. Default: nobody. */
  readonly broken?: (error: unknown) => void;
}

/** The ceremonies' JSON API below `path`, and the ready-made page at `path/`; every request gets an answer. */
export function ceremonies(setting: CeremoniesSetting): (request: Request) => Promise<Response> {
  const { mfa, path, account, broken } = setting;
  if (!/^(\/[\w-]+)+$/.test(path)) throw new TypeError('path is like /api/mfa');
  return async (request) => {
    const asked = apiRequest(request, path);
    try {
      const answer = await answerCeremony(mfa, asked, async () => account(request));
      return responseOf(answer ?? problem('not-found', asked));
    } catch (error) {
      broken?.(error);
      return responseOf(problem('unavailable', asked, {}, [['retry-after', '5']]));
    }
  };
}

/** Ends the session of this browser; `headers` gets the cookie that clears ours. For the portal's own sign-out. */
export async function signOut(mfa: Mfa, request: Request, headers: Headers): Promise<void> {
  headers.append(...clearedSessionCookie);
  await endSessionOf(mfa, request.headers.get('cookie') ?? undefined);
}

function apiRequest(request: Request, below: string): ApiRequest {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    path: pathBelow(pathname, below),
    target: `${pathname}${search}`,
    header: (name) => request.headers.get(name) ?? undefined,
    body: (limit) => bodyOf(request, limit),
  };
}

/** Empty for a path elsewhere, which is no path of ours. */
function pathBelow(pathname: string, below: string): string {
  if (pathname === below) return '/';
  return pathname.startsWith(`${below}/`) ? pathname.slice(below.length) : '';
}

async function bodyOf(request: Request, limit: number): Promise<Uint8Array | 'too-large'> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) return 'too-large';
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function responseOf({ status, headers, body }: ApiAnswer): Response {
  return new Response(body === '' ? null : body, {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  });
}
