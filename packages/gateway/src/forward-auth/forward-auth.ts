// Answers fronts that ask before they forward: nginx, HAProxy, Caddy and Traefik on forward-auth, Envoy on ext-authz. A
// thin adapter: who may ask is peers.ts, what is asked spellings.ts, the decision gate/decide.ts. Whatever breaks is a
// refusal, since a front lets through what was answered with 2xx and nothing else.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Secret } from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import { brokenLine, decisionLine, type Front, noteRefusal } from '../front.ts';
import type { Denial } from '../gate/denial.ts';
import { sessionCookie } from '../gate/session-cookie.ts';
import { compilePolicy } from '../policy/policy.ts';
import type { Route } from '../policy/route.ts';
import { canonicalise } from '../request/canonical.ts';
import { withoutCookies } from '../request/cookies.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { answerFor } from '../respond/deny.ts';
import { type Answer, ownHeaders } from '../respond/respond.ts';
import { ask } from './ask.ts';
import { type PeerCheck, peerCheck } from './peers.ts';
import { openAnswer, sealAnswer } from './sealed-answer.ts';
import { type FrontName, type Question, readQuestion } from './spellings.ts';

export type ForwardAuth = (incoming: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Where nginx fetches the answer whose seal it was given. */
const answerPath = '/.palier/forward-auth/answer';

/** Undefined where the configuration has no forward-auth. `key` seals answers for nginx. */
export function createForwardAuth(config: Config, front: Front, key: Secret): ForwardAuth | undefined {
  if (config.forwardAuth === undefined) return undefined;
  const mayAsk = peerCheck(config.forwardAuth);
  const routes = config.routes.map((route) => (route.through === 'gateway' ? closed(route) : route));
  const gate = { ...front.desk.gate, policy: compilePolicy(routes, config.defaultUpstream) };
  // Who asks says for whom: a header of the client's own would say it a second time.
  const edge = { ...front.edge, clientAddress: undefined };
  const asked: Front = { ...front, edge, desk: { ...front.desk, gate } };
  return async (incoming, response) => {
    try {
      if (isStranger(mayAsk, incoming, front)) return end(response, 403);
      if (incoming.url === answerPath) return handOver(incoming, response, key);
      const question = readQuestion(incoming);
      if (question === undefined) return end(response, 404);
      await answer(asked, question, response, key);
    } catch (error) {
      front.log(brokenLine(error));
      if (response.headersSent) response.destroy();
      else end(response, 503);
    }
  };
}

/** Goes through the gateway itself; a front that asks about it was not told so. Nobody's address is in an empty list. */
function closed(route: Route): Route {
  return { ...route, conditions: [{ kind: 'network', anyOf: [] }, ...route.conditions] };
}

function isStranger(mayAsk: PeerCheck, incoming: IncomingMessage, front: Front): boolean {
  const why = mayAsk(incoming);
  if (why === undefined) return false;
  front.log({ kind: 'front-refused', reason: why, peer: incoming.socket.remoteAddress });
  return true;
}

async function answer(
  front: Front,
  { front: name, asked }: Question,
  response: ServerResponse,
  key: Secret,
): Promise<void> {
  const request = 'status' in asked ? asked : canonicalise(asked, front.edge);
  if ('status' in request) {
    const { status, reason } = request;
    front.log({ kind: 'decision', outcome: `refuse:${reason}`, status, front: name });
    const denial: Denial = { kind: 'refuse', refusal: request, route: undefined };
    noteRefusal(front, denial);
    return tell(await answerFor(front.denier, denial, undefined, undefined, response), name, response, key);
  }
  const outcome = await ask(front.desk, request).catch((error: unknown): Denial => {
    front.log(brokenLine(error, request));
    return { kind: 'unavailable', reason: 'dependency' };
  });
  if (outcome.kind === 'permitted') {
    const { terms } = outcome;
    const passed = { denial: undefined, status: 200, terms };
    front.log({ ...decisionLine(request, passed, 200, front.desk.gate.policy), front: name });
    return end(response, 200, forPortal(request, outcome.assertion));
  }
  const told = await answerFor(front.denier, outcome, request, undefined, response);
  const served = { denial: outcome, status: told.status, terms: undefined };
  noteRefusal(front, outcome);
  front.log({ ...decisionLine(request, served, told.status, front.desk.gate.policy), front: name });
  tell(withoutBody(absolute(told, front.denier.origin), request), name, response, key);
}

/**
 * What the front sets on the request before it forwards it. Always there, if only as nothing: a front that copies it then
 * overwrites whatever the client sent (A070). Our own cookies are not for the portal (A079).
 */
function forPortal({ headers }: CanonicalRequest, assertion: string | undefined): Answer['headers'] {
  const cookie = withoutCookies(headers.get('cookie') ?? '', sessionCookie);
  return { 'palier-assertion': assertion ?? '', cookie: cookie ?? '' };
}

/** Traefik resolves a relative address against our own; the client must not see that. */
function absolute(told: Answer, origin: string): Answer {
  const { location } = told.headers;
  if (typeof location !== 'string' || !location.startsWith('/')) return told;
  return { ...told, headers: { ...told.headers, location: `${origin}${location}` } };
}

function withoutBody(told: Answer, { method }: CanonicalRequest): Answer {
  return method === 'HEAD' ? { ...told, body: '' } : told;
}

/** In clear for fronts that pass it on as it is; sealed in a 401 for nginx. */
function tell(told: Answer, name: FrontName, response: ServerResponse, key: Secret): void {
  // A doubt about the client's framing is the front's to act on; this connection is the front's own.
  const { connection: _connection, ...headers } = told.headers;
  if (name !== 'nginx') return void write(response, { ...told, headers });
  const cookies = [response.getHeader('set-cookie') ?? []].flat().map(String);
  response.removeHeader('set-cookie');
  const all = cookies.length === 0 ? headers : { ...headers, 'set-cookie': cookies };
  end(response, 401, { 'palier-answer': sealAnswer({ ...told, headers: all }, key) });
}

function handOver(incoming: IncomingMessage, response: ServerResponse, key: Secret): void {
  const given = incoming.headersDistinct['palier-answer'];
  const told = given?.length === 1 ? openAnswer(given[0] ?? '', key) : undefined;
  if (told === undefined) return void end(response, 503);
  write(response, told);
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers as Record<string, string | string[]>);
  response.end(body);
}

function end(response: ServerResponse, status: number, headers: Answer['headers'] = {}): void {
  const length = { 'content-length': '0', ...(status === 503 && { 'retry-after': '5' }) };
  write(response, { status, headers: { ...ownHeaders, ...length, ...headers }, body: '' });
}
