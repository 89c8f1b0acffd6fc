// How our pages answer: a page, a problem as a page, or a refusal for our script.
import type { Response } from 'express';
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

export function sendProblem(
  response: Response,
  name: keyof typeof problems,
  language: Visit['language'],
): void {
  sendPage(response, problems[name].status, problemPage(problems[name], language, undefined));
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
  const body = {
    type: `urn:palier:problem:${name}`,
    title,
    status,
    ...(retryAt !== undefined && { retryAt }),
  };
  response
    .status(status)
    .set('cache-control', 'no-store')
    .type('application/problem+json')
    .send(`${JSON.stringify(body)}\n`);
}
