// Whether a route's requirement is met, and what is answered when it is not: a program gets 401 with the challenge of
// RFC 9470 and a problem body (RFC 9457); a page goes to the step-up page and comes back by an opaque ticket.
import {
  type AcceptWord,
  acceptWords,
  type ProofKind,
  type Shortfall,
  type StepUpRequirement,
} from '../assurance.ts';
import type { Mfa } from '../mfa.ts';
import { isWayBack } from '../resume.ts';
import { type Seconds, secondsOf } from '../time.ts';
import type { ApiAnswer, ApiRequest } from './api-request.ts';
import { problem } from './problems.ts';
import { sessionCookieOf } from './session-cookie.ts';
import { opened, type Visit, visitOf } from './visit.ts';

/** A length of time as people write it: `90s`, `15m`, `12h`, `7d`, or a number of seconds. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`;

/** The acr values of a site, weakest first (RFC 9470 section 3). */
export interface AcrNames {
  readonly mfa: string;
  readonly phr: string;
  readonly phrh: string;
}

/** What a route asks. A word, list or duration that makes no sense is a TypeError at start. */
export interface GuardSetting {
  readonly mfa: Mfa;
  /** What is accepted: one of the three words, or the kinds themselves. */
  readonly accept: AcceptWord | readonly [ProofKind, ...ProofKind[]];
  /** How old the proof may be. */
  readonly maxAge: Duration;
  /** Path of the page that asks for the second factor; a navigation is sent there. Without one it gets the problem. */
  readonly stepUpPage?: string;
  /** What the site calls its levels; default `mfa`, `phr`, `phrh`. */
  readonly acr?: AcrNames;
}

export interface Guard {
  /** Undefined when the request may pass. */
  check(request: ApiRequest, account: string | undefined): Promise<ApiAnswer | undefined>;
}

/** Checks the setting once; a duration or word that makes no sense is a TypeError at start. */
export function createGuard(setting: GuardSetting): Guard {
  const accept = typeof setting.accept === 'string' ? acceptWords[setting.accept] : setting.accept;
  if (accept === undefined || accept.length === 0)
    throw new TypeError('accept is second-factor, phishing-resistant, card or a list of kinds');
  if (setting.stepUpPage !== undefined && !setting.stepUpPage.startsWith('/'))
    throw new TypeError('stepUpPage is a path of this site');
  const requirement: StepUpRequirement = { kind: 'step-up', accept, maxAge: parseDuration(setting.maxAge) };
  return { check: (request, account) => check(setting, requirement, request, account) };
}

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

export function parseDuration(text: Duration): Seconds {
  if (typeof text === 'number') return secondsOf(text);
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined)
    throw new TypeError('a duration is a number with s, m, h or d behind it');
  return secondsOf(Number(number) * unitSeconds[unit as keyof typeof unitSeconds]);
}

async function check(
  setting: GuardSetting,
  requirement: StepUpRequirement,
  request: ApiRequest,
  account: string | undefined,
): Promise<ApiAnswer | undefined> {
  const visit = await visitOf(setting.mfa, request, account);
  if (visit === undefined) return problem('sign-in-required', request, {}, [['www-authenticate', 'Bearer']]);
  const shortfall = setting.mfa.assess(visit.session, requirement);
  if (shortfall === undefined) return undefined;
  const { stepUpPage } = setting;
  return stepUpPage !== undefined && isNavigation(request) && isWayBack(request.target)
    ? toStepUpPage(setting.mfa, request, visit, { stepUpPage, shortfall })
    : challenge(setting, requirement, request);
}

/** Sec-Fetch-Mode is the browser's word; older browsers say what they like to read. Only a GET can be gone back to. */
function isNavigation(request: ApiRequest): boolean {
  const mode = request.header('sec-fetch-mode');
  if (request.method !== 'GET') return false;
  return mode === undefined ? (request.header('accept') ?? '').includes('text/html') : mode === 'navigate';
}

interface WayBack {
  readonly stepUpPage: string;
  readonly shortfall: Shortfall;
}

async function toStepUpPage(
  mfa: Mfa,
  request: ApiRequest,
  visit: Visit,
  { stepUpPage, shortfall }: WayBack,
): Promise<ApiAnswer> {
  const fresh = visit.session === undefined ? await opened(mfa, request, visit.account) : undefined;
  const session = visit.session ?? fresh?.session;
  const ticket =
    session &&
    (await mfa.resume.hold(session, request.target, {
      requirement: shortfall.requirement,
      because: shortfall.reason,
    }));
  const location = `${stepUpPage}${stepUpPage.includes('?') ? '&' : '?'}resume=${ticket ?? ''}`;
  const cookie = fresh === undefined ? [] : [sessionCookieOf(fresh.token)];
  return {
    status: 303,
    headers: [['cache-control', 'no-store'], ['location', location], ...cookie],
    body: '',
  };
}

const defaultAcr: AcrNames = { mfa: 'mfa', phr: 'phr', phrh: 'phrh' };

function challenge(setting: GuardSetting, requirement: StepUpRequirement, request: ApiRequest): ApiAnswer {
  const acr = acrOf(requirement, setting.acr ?? defaultAcr);
  const maxAge = Math.floor(requirement.maxAge);
  const value = `Bearer error="insufficient_user_authentication", error_description="a fresh or stronger proof is required", acr_values="${acr}", max_age="${maxAge}"`;
  const where = setting.stepUpPage === undefined ? {} : { stepUpUrl: setting.stepUpPage };
  return problem('step-up-required', request, { acrValues: [acr], maxAge, ...where }, [
    ['www-authenticate', value],
  ]);
}

/** The acr value of the weakest kind that is accepted. */
function acrOf({ accept }: StepUpRequirement, names: AcrNames): string {
  if (accept.includes('totp') || accept.includes('recovery-code')) return names.mfa;
  return accept.includes('webauthn') ? names.phr : names.phrh;
}
