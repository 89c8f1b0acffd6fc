// Turns a denial into an answer: status, headers and body. Pure. A program gets problem+json (RFC 9457) and, where a
// gesture helps, the challenge of RFC 9470; a person gets a page. Only `step-up/resume.ts` answers with a redirect to
// the step-up page, since that needs a session to bind the way back to.
import type { StepUpRequirement } from '@palier/mfa-core';
import type { Denial } from '../gate/denial.ts';
import type { SignOut } from '../gate/leaving.ts';
import type { Refusal } from '../request/request.ts';
import { problemPage } from '../step-up/problem-page.ts';
import type { ClientKind } from './negotiate.ts';
import { problemOf } from './problem-of.ts';
import type { Language, Problem } from './problems.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

export interface Manner {
  readonly client: ClientKind;
  readonly language: Language;
  /** Absolute address of the step-up page, for programs that can show it. */
  readonly stepUpUrl: string;
  /** Absolute address of the page where somebody with a card breaks the glass; undefined where no card can be shown. */
  readonly breakGlassUrl: string | undefined;
  /** What was asked for, where the person need only say that it was meant. */
  readonly goOn?: string | undefined;
  /** Where the person was, where going back there is what helps. */
  readonly back?: string | undefined;
  /** Where the portal signs people out, for who is stopped. */
  readonly signOut?: SignOut | undefined;
  /** Where the portal signs people in, when the configuration says. */
  readonly signInPath: string | undefined;
}

const policy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/** For the one page of these that goes back by script. */
const policyWithScript = `${policy}; script-src 'self'`;

/** Headers of every answer of our own: nothing of it may be kept, framed, sniffed or leak where it came from. */
export const ownHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'referrer-policy': 'strict-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  vary: 'Accept, Accept-Language, Cookie, Sec-Fetch-Mode, Sec-Fetch-Dest',
};

/** Caps on persons shown; guesses and misses are no care. */
const glassHelps: ReadonlySet<string> = new Set(['account', 'organisation', 'fleet', 'new-records']);

/** The answer to a denial. */
export function answerTo(denial: Denial, manner: Manner): Answer {
  const problem = problemOf(denial);
  const headers = { ...ownHeaders, ...headersOf(denial, problem) };
  if (manner.client === 'program') return programAnswer(denial, problem, headers, manner);
  if (denial.kind === 'sign-in' && manner.signInPath !== undefined) {
    return { status: 303, headers: { ...headers, location: manner.signInPath }, body: '' };
  }
  const body = problemPage(
    problem,
    manner.language,
    denial.kind === 'slow-down' ? denial.retryAfter : undefined,
    {
      urgent: denial.kind === 'slow-down' && glassHelps.has(denial.cap) && manner.breakGlassUrl !== undefined,
      goOn: manner.goOn,
      back: manner.back,
      signOut: manner.signOut,
    },
  );
  return {
    status: problem.status,
    headers: {
      ...headers,
      ...(manner.back !== undefined && { 'content-security-policy': policyWithScript }),
      'content-type': 'text/html; charset=utf-8',
    },
    body,
  };
}

function programAnswer(denial: Denial, problem: Problem, headers: Answer['headers'], manner: Manner): Answer {
  const words = problem[manner.language];
  const extras =
    denial.kind === 'step-up'
      ? {
          stepUpUrl: manner.stepUpUrl,
          acrValues: [acrOf(denial.requirement)],
          maxAge: denial.requirement.maxAge,
        }
      : {};
  const reason = denial.kind === 'refuse' ? reasonIn(denial.refusal) : {};
  const cap =
    denial.kind === 'slow-down'
      ? { cap: denial.cap, ...(glassHelps.has(denial.cap) && { breakGlassUrl: manner.breakGlassUrl }) }
      : {};
  const body = {
    type: `urn:palier:problem:${problem.name}`,
    title: words.title,
    status: problem.status,
    detail: words.detail,
    ...reason,
    ...cap,
    ...extras,
  };
  return {
    status: problem.status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: `${JSON.stringify(body)}\n`,
  };
}

/** What was wrong, and for a number what kind of number it should have been. */
function reasonIn({ reason, recordType }: Refusal): Readonly<Record<string, string>> {
  return { reason, ...(recordType !== undefined && { recordType }) };
}

function headersOf(denial: Denial, problem: Problem): Readonly<Record<string, string>> {
  if (denial.kind === 'step-up') return { 'www-authenticate': stepUpChallenge(denial.requirement) };
  if (denial.kind === 'sign-in') return { 'www-authenticate': 'Bearer' };
  if (denial.kind === 'slow-down')
    return { 'retry-after': String(Math.max(1, Math.ceil(denial.retryAfter))) };
  if (denial.kind === 'unavailable') return problem.status === 503 ? { 'retry-after': '5' } : {};
  return {
    ...(denial.refusal.allow && { allow: denial.refusal.allow.join(', ') }),
    ...(denial.refusal.close && { connection: 'close' }),
  };
}

/** RFC 9470 section 3: what was not enough, and what would be. */
export function stepUpChallenge(requirement: StepUpRequirement): string {
  return `Bearer error="insufficient_user_authentication", error_description="a fresh or stronger proof is required", acr_values="${acrOf(requirement)}", max_age="${Math.floor(requirement.maxAge)}"`;
}

/** The acr value that names what is asked: by the weakest kind that is accepted. */
export function acrOf(requirement: StepUpRequirement): 'mfa' | 'phr' | 'phrh' {
  const accepted = new Set(requirement.accept);
  if (accepted.has('totp') || accepted.has('recovery-code')) return 'mfa';
  return accepted.has('webauthn') ? 'phr' : 'phrh';
}
