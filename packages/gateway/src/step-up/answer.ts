// How our pages answer: a page, a problem as a page, or a refusal for our script. Below /.palier/api/ programs ask: there
// nothing is a page, however it went wrong.
import type { Response } from 'express';
import type { SignOut } from '../gate/leaving.ts';
import { problems } from '../respond/problems.ts';
import type { Visit } from './person.ts';
import { problemPage } from './problem-page.ts';

export function sendPage(response: Response, status: number, markup: string): void {
  response
    .status(status)
    .set('cache-control', 'no-store')
    .set('referrer-policy', 'strict-origin')
    .type('html')
    .send(markup);
}

interface MoreOfProblem {
  /** Where it is not the row's own. */
  readonly status?: number;
  /** Where the portal signs out, for who is stopped. */
  readonly signOut?: SignOut | undefined;
}

/** A problem as a page, or for a program as its body (RFC 9457). */
export function sendProblem(
  response: Response,
  name: keyof typeof problems,
  language: Visit['language'],
  { status = problems[name].status, signOut }: MoreOfProblem = {},
): void {
  const problem = { ...problems[name], status };
  if (!isForPrograms(response))
    return void sendPage(response, status, problemPage(problem, language, undefined, { signOut }));
  const { title, detail } = problem[language];
  sendBody(response, { type: `urn:palier:problem:${problem.name}`, title, status, detail });
}

/** Whether the address asked for is one that programs call, whatever `Accept` says. */
export function isForPrograms({ req }: Response): boolean {
  return req.path.startsWith('/.palier/api/');
}

interface MoreOfRefusal {
  readonly retryAt?: number | undefined;
  /** What helps is something else than trying again. */
  readonly name?: 'refused' | 'right-too-weak';
}

/** A JSON refusal: RFC 9457, one public sentence, and no reason why a proof was not right. */
export function sendRefusal(
  response: Response,
  status: number,
  title: string,
  { retryAt, name = 'refused' }: MoreOfRefusal = {},
): void {
  const type = `urn:palier:problem:${name}`;
  sendBody(response, { type, title, status, ...(retryAt !== undefined && { retryAt }) });
}

function sendBody(
  response: Response,
  body: { readonly status: number; readonly [member: string]: unknown },
): void {
  response
    .status(body.status)
    .set('cache-control', 'no-store')
    .type('application/problem+json')
    .send(`${JSON.stringify(body)}\n`);
}
