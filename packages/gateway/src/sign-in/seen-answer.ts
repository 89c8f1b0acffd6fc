// What becomes of an answer that the sign-in guard and the identity sources have seen.
import type { ServerResponse } from 'node:http';
import type { PermitTerms } from '../gate/permit.ts';
import type { Watcher } from '../identity/sources.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { clientKind } from '../respond/negotiate.ts';
import { ownHeaders } from '../respond/respond.ts';
import type { EqualAnswer, SignInGuard } from './guard.ts';

export interface SeenAnswer {
  /** Set-Cookie lines of ours. */
  readonly cookies: readonly string[];
  /** What is said instead of the portal's answer. */
  readonly equal: EqualAnswer | undefined;
}

const nothing: SeenAnswer = { cookies: [], equal: undefined };

/** The sources that watch bind first: the guard then asks them who has signed in. Where nobody waits, it is said at once. */
export function seenAnswers(
  guard: SignInGuard,
  watchers: readonly Watcher[],
): (terms: PermitTerms, exchange: Exchange) => Promise<SeenAnswer> | SeenAnswer {
  return (terms, exchange) => {
    const waiting: Promise<void>[] = [];
    for (const watch of watchers) {
      const watched = watch(terms, exchange);
      if (watched !== undefined) waiting.push(watched);
    }
    if (waiting.length === 0 && terms.signIn === undefined) return nothing;
    const judged = (): Promise<SeenAnswer> | SeenAnswer =>
      terms.signIn === undefined ? nothing : guard.answered(terms.signIn, terms, exchange);
    return Promise.all(waiting).then(judged);
  };
}

/** A person is led to the one page; a program hears that it is nobody, or that the reset was taken. */
export function tellEqually({ location }: EqualAnswer, terms: PermitTerms, response: ServerResponse): number {
  const { matched, request, signIn } = terms;
  const isPage = clientKind(request, matched.route) === 'page';
  const status = isPage ? 303 : signIn?.rule.kind === 'reset' ? 202 : 401;
  response.writeHead(status, { ...ownHeaders, ...(isPage && { location }), 'content-length': 0 });
  response.end();
  return status;
}
