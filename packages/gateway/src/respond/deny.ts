// Tells a client why not: a problem body for programs, a page for people, and for people whom a gesture helps the
// redirect to the step-up page, with an opaque way back.
import type { ServerResponse } from 'node:http';
import { type HeldForm, isWayBack, type Mfa, type Session } from '@palier/mfa-core';
import type { Denial } from '../gate/denial.ts';
import type { SignOut } from '../gate/leaving.ts';
import { sessionCookie, setSessionCookie } from '../gate/session-cookie.ts';
import { cookieValue } from '../request/cookies.ts';
import type { BodySource, CanonicalRequest } from '../request/request.ts';
import type { Openings } from '../step-up/openings.ts';
import { overtaken } from '../step-up/person.ts';
import type { Replaced } from '../stores/replaced-tokens.ts';
import { spokenLanguage } from './language.ts';
import { clientKind } from './negotiate.ts';
import { type Answer, answerTo, ownHeaders } from './respond.ts';
import { wayBackFrom } from './unreadable.ts';

export interface Denier {
  readonly mfa: Mfa;
  readonly openings: Openings;
  readonly replaced: Replaced;
  readonly origin: string;
  readonly signInPath: string | undefined;
  /** Where the portal signs people out; undefined where that is not known. */
  readonly signOut: SignOut | undefined;
  /** Whether anybody here can show a card. */
  readonly showsCards: boolean;
  /** Seals where the person goes on after our own sign-in page; undefined where the portal signs people in. */
  readonly onward: ((target: string) => string | undefined) | undefined;
}

/** Answers a denial. `request` is undefined when it never became canonical; then the client is taken for a program. */
export async function deny(
  denier: Denier,
  denial: Denial,
  request: CanonicalRequest | undefined,
  body: BodySource | undefined,
  response: ServerResponse,
): Promise<number> {
  const answer = await answerFor(denier, denial, request, body, response);
  response.writeHead(answer.status, answer.headers as Record<string, string | string[]>);
  response.end(request?.method === 'HEAD' ? undefined : answer.body);
  return answer.status;
}

/** The answer, for whoever sends it by another way; cookies it sets are on `response` too. */
export async function answerFor(
  denier: Denier,
  denial: Denial,
  request: CanonicalRequest | undefined,
  body: BodySource | undefined,
  response: ServerResponse,
): Promise<Answer> {
  const route = denial.kind === 'unavailable' ? undefined : denial.route;
  const client = request === undefined ? 'program' : clientKind(request, route);
  const language = spokenLanguage((name) => request?.headers.get(name));
  if (denial.kind === 'step-up' && client === 'page' && request !== undefined) {
    const redirect = await toStepUp(denier, denial, request, body, response);
    if (redirect !== undefined) return redirect;
  }
  return answerTo(denial, {
    client,
    language,
    stepUpUrl: `${denier.origin}/.palier/step-up`,
    breakGlassUrl: denier.showsCards ? `${denier.origin}/.palier/break-glass` : undefined,
    signOut: denier.signOut,
    signInPath: signInPathFor(denier, denial, request),
    goOn: goOnFor(denial, request),
    back: backFor(denier, denial, request),
  });
}

/** A link of our own page is followed at once: the browser says that it came from here. */
function goOnFor(denial: Denial, request: CanonicalRequest | undefined): string | undefined {
  const asks = denial.kind === 'refuse' && denial.refusal.reason === 'opened-from-elsewhere';
  return asks && request !== undefined && isWayBack(request.target) ? request.target : undefined;
}

/** Who mistyped a number goes back to where it was typed. */
function backFor(
  { origin }: Denier,
  denial: Denial,
  request: CanonicalRequest | undefined,
): string | undefined {
  const isMistyped = denial.kind === 'refuse' && denial.refusal.reason === 'record-id-malformed';
  return isMistyped && request !== undefined ? wayBackFrom(request, origin) : undefined;
}

/** A page that was asked for is come back to after the sign-in. */
function signInPathFor(
  { signInPath, onward }: Denier,
  denial: Denial,
  request: CanonicalRequest | undefined,
): string | undefined {
  if (denial.kind !== 'sign-in' || request?.method !== 'GET') return signInPath;
  const sealed = onward?.(request.target);
  return sealed === undefined ? signInPath : `${signInPath}?to=${encodeURIComponent(sealed)}`;
}

type StepUpDenial = Denial & { readonly kind: 'step-up' };

/** 303 to the step-up page; undefined for a method that cannot be resumed by a page. */
async function toStepUp(
  denier: Denier,
  denial: StepUpDenial,
  request: CanonicalRequest,
  body: BodySource | undefined,
  response: ServerResponse,
): Promise<Answer | undefined> {
  const form =
    request.method === 'POST' && !isForeign(request, denier.origin)
      ? await heldForm(request, body)
      : undefined;
  const resumable = request.method === 'GET' || request.method === 'HEAD' || form !== undefined;
  if (!resumable || !isWayBack(request.target)) return undefined;
  const { session, because } = await sessionFor(denier, denial, request, response);
  const { requirement, again } = denial;
  const ticket = await denier.mfa.resume.hold(session, request.target, { requirement, because, again }, form);
  const cookies = response.getHeader('set-cookie');
  const setCookie = Array.isArray(cookies) ? { 'set-cookie': cookies } : {};
  return {
    status: 303,
    headers: { ...ownHeaders, ...setCookie, location: `/.palier/step-up?resume=${ticket}` },
    body: '',
  };
}

/** A form of another site is not kept: the person's gesture would send what somebody else filled in (A232). */
function isForeign({ headers }: CanonicalRequest, origin: string): boolean {
  const from = headers.get('origin');
  return (from !== undefined && from !== origin) || headers.get('sec-fetch-site') === 'cross-site';
}

/** The longest form that is held; a longer one is refused with a word, never cut. */
const heldFormLimit = 64 * 1024;

const formTypes = new Set(['application/x-www-form-urlencoded', 'multipart/form-data']);

/** A form of at most 64 KiB is kept; a longer one is not cut: the person gets the problem page and keeps the form open. */
async function heldForm(
  request: CanonicalRequest,
  body: BodySource | undefined,
): Promise<HeldForm | undefined> {
  const contentType = request.headers.get('content-type') ?? '';
  if (!formTypes.has(contentType.split(';')[0]?.trim().toLowerCase() ?? '')) return undefined;
  const bytes = await body?.read(heldFormLimit);
  return bytes instanceof Uint8Array && bytes.length <= heldFormLimit
    ? { contentType, body: bytes }
    : undefined;
}

async function sessionFor(
  denier: Denier,
  denial: StepUpDenial,
  request: CanonicalRequest,
  response: ServerResponse,
): Promise<{ readonly session: Session; readonly because: string }> {
  const { because } = denial;
  const cookie = cookieValue(request.headers.get('cookie'), sessionCookie);
  const known =
    cookie === undefined || cookie === 'duplicate' ? undefined : await denier.mfa.sessions.load(cookie);
  if (known !== undefined && known.account === denial.identity.account) return { session: known, because };
  const current = await justElevated(denier, cookie, denial);
  if (current !== undefined) return { session: current, because: overtaken };
  const { session, token } = await denier.openings(request, denial.identity);
  setSessionCookie(response, token);
  return { session, because };
}

/**
 * The session whose gesture overtook this request, for the way back alone: who has only the old token cannot use it. A new
 * session would come with a cookie, and the browser would lose the one the gesture ended with.
 */
async function justElevated(
  { mfa, replaced }: Denier,
  cookie: string | undefined,
  { identity }: StepUpDenial,
): Promise<Session | undefined> {
  const id = cookie === undefined ? undefined : replaced(cookie, identity.account);
  if (id === undefined) return undefined;
  return (await mfa.sessions.list(identity.account)).find((session) => session.id === id);
}
