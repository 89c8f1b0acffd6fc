// The child's end of the pipe to its parent: a clock that the parent moves, and questions that it answers. The clock
// goes into a constructor; nothing that comes over HTTP can move it.

import { type Clock, instantOf, systemClock } from '@palier/mfa-core';
import type { Question } from '../processes.ts';

/** Answers what it knows; undefined for what it does not. */
export type Respond = (question: Question) => unknown;

/** A clock that stands still between two questions `{ now }`; without a start the one on the wall, which goes by itself. */
export function movedClock(start: number | undefined): Clock & { move(to: number): void } {
  if (start === undefined) return { ...systemClock, move: () => {} };
  let now = instantOf(start);
  return {
    now: () => now,
    move: (to) => {
      now = instantOf(to);
    },
  };
}

/** Answers the parent's questions until it is gone; then the program ends too. */
export function answerParent(clock: ReturnType<typeof movedClock>, respond: Respond = () => undefined): void {
  process.on('message', (message) => {
    const { id, question } = message as { readonly id: number; readonly question: Question };
    const { now } = question;
    if (typeof now === 'number') clock.move(now);
    Promise.resolve()
      .then(() => respond(question))
      .then(
        (value) => process.send?.({ id, value }),
        (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : 'failed' }),
      );
  });
  process.once('disconnect', () => process.exit(0));
}
