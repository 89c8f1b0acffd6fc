// mfa-core in an Express 4 or 5 app. It needs nothing of Express itself: a middleware is a function of Node's request and
// response, so any version, and connect, will do. All decisions are in api/.
import type { IncomingMessage, ServerResponse } from 'node:http';
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

/** What Express adds to Node's request and is used here, when it is there. */
interface MountedRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly body?: unknown;
}

/** A function of Node’s request and response, as Express 4 and 5 and connect call it. */
export type Middleware<R> = (request: R, response: ServerResponse, next: (error?: unknown) => void) => void;

/** What a route asks, and who is signed in. */
export interface StepUpSetting<R> extends GuardSetting {
  readonly account: AccountOf<R>;
}

/**
 * Guards a route: `app.get('/patients/:nir', requireStepUp({ mfa, account, accept: 'second-factor', maxAge: '12h' }), ...)`.
 * Passes on only when the signed-in account has proved enough in this browser. Errors of a store go to `next`.
 * Put it on the route itself, not on a path prefix: `app.use('/patients', ...)` is skipped by other spellings of the path.
 */
export function requireStepUp<R extends IncomingMessage>(setting: StepUpSetting<R>): Middleware<R> {
  const guard = createGuard(setting);
  const check = async (request: R): Promise<ApiAnswer | undefined> =>
    guard.check(apiRequest(request), await setting.account(request));
  return (request, response, next) => {
    check(request).then((answer) => (answer === undefined ? next() : send(response, answer)), next);
  };
}

/** The library, and who is signed in. */
export interface CeremoniesSetting<R> {
  readonly mfa: Mfa;
  readonly account: AccountOf<R>;
  /** Told of exceptions; the person gets 503. Default: nobody. */
  readonly broken?: (error: unknown) => void;
}

/**
 * The ceremonies' JSON API, and the ready-made page at its root: `app.use('/mfa', ceremoniesRouter({ mfa, account }))`.
 * What is not its own goes to `next`.
 */
export function ceremoniesRouter<R extends IncomingMessage>(setting: CeremoniesSetting<R>): Middleware<R> {
  return (request, response, next) => {
    const asked = apiRequest(request);
    answerCeremony(setting.mfa, asked, async () => setting.account(request)).then(
      (answer) => (answer === undefined ? next() : send(response, answer)),
      (error: unknown) => {
        setting.broken?.(error);
        send(response, problem('unavailable', asked, {}, [['retry-after', '5']]));
      },
    );
  };
}

/** Ends the session of this browser and its cookie: to be called in the portal's own sign-out. */
export async function signOut(mfa: Mfa, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.appendHeader(...clearedSessionCookie);
  await endSessionOf(mfa, request.headers.cookie);
}

function apiRequest(request: MountedRequest): ApiRequest {
  const [path = '/'] = (request.url ?? '/').split('?');
  return {
    method: request.method ?? 'GET',
    path,
    target: request.originalUrl ?? request.url ?? '/',
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    body: (limit) => bodyOf(request, limit),
  };
}

/** The bytes; when a body parser of the app was here before, what it made of them. */
async function bodyOf(request: MountedRequest, limit: number): Promise<Uint8Array | 'too-large'> {
  if (request.body !== undefined && request.readableEnded) {
    const again = new TextEncoder().encode(JSON.stringify(request.body));
    return again.length > limit ? 'too-large' : again;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > limit) return 'too-large';
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Nothing when the app has answered by itself (a time limit, say): a second answer would throw where nobody catches. */
function send(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.end(body);
}
