// Which verbs a gateway whose clock is off may not use: those that judge or write by its own time what other gateways
// count, prove and remember. What ends, revokes and stops stays open, whatever the hour. It stands in front of what was
// read a moment ago too: a session that looks too old is ended for all.
import type { OpenStores } from './open-stores.ts';

/** The same stores; those verbs reject while the clocks are too far apart. */
export function underClock(stores: OpenStores): OpenStores {
  const { budget, clockCheck } = stores;
  const { sessions, tickets } = stores.mfa;
  const { guesses, watched } = stores.signIns;
  const sound =
    <Words extends readonly unknown[], Answer>(verb: (...words: Words) => Promise<Answer>) =>
    async (...words: Words): Promise<Answer> => {
      clockCheck.demand();
      return verb(...words);
    };
  return {
    ...stores,
    budget: { ...budget, consume: sound(budget.consume) },
    mfa: {
      ...stores.mfa,
      // Every ceremony and every change of factors begins with reading a session.
      sessions: {
        ...sessions,
        create: sound(sessions.create),
        load: sound(sessions.load),
        replace: sound(sessions.replace),
        touch: sound(sessions.touch),
      },
      tickets: { ...tickets, issue: sound(tickets.issue) },
    },
    // A guess made at another hour keeps honest people waiting until then; a binding that looks too old is swept.
    signIns: {
      guesses: { ...guesses, reserve: sound(guesses.reserve) },
      watched: { ...watched, bind: sound(watched.bind), find: sound(watched.find) },
    },
    probe: sound(stores.probe),
  };
}
