// Which of the gateway's own verbs a gateway whose clock is off may not use, beside those of mfa-core (underClockCheck
// there): what is counted, guessed at a sign-in and bound to one. Stopping and forgiving stay open, whatever the hour. It
// stands in front of what was read a moment ago too.
import { underClockCheck } from '@palier/mfa-core';
import type { OpenStores } from './open-stores.ts';

/** The same stores; those verbs reject while the clocks are too far apart. */
export function underClock(stores: OpenStores): OpenStores {
  const { budget, clockCheck } = stores;
  const { guesses, watched } = stores.signIns;
  const sound =
    <Words extends readonly unknown[], Answer>(verb: (...words: Words) => Promise<Answer>) =>
    async (...words: Words): Promise<Answer> => {
      await clockCheck.demand();
      return verb(...words);
    };
  return {
    ...stores,
    budget: { ...budget, consume: sound(budget.consume) },
    mfa: underClockCheck(stores.mfa, clockCheck),
    // A guess made at another hour keeps honest people waiting until then; a binding that looks too old is swept.
    signIns: {
      guesses: { ...guesses, reserve: sound(guesses.reserve) },
      watched: { ...watched, bind: sound(watched.bind), find: sound(watched.find) },
    },
    probe: sound(stores.probe),
  };
}
