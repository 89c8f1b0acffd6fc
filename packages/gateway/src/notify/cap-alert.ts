// The operator's sentence for a cap that refuses somebody, once a day for each account and cap: it may be a thief, or honest
// work that outgrew its numbers.
import type { ReachedCap } from '../budget/watch.ts';
import type { Alert } from './alert.ts';
import type { Sentence } from './sentence.ts';
import { shellWord } from './shell-word.ts';

type Words = (reached: ReachedCap) => Sentence;

const words: Readonly<Record<ReachedCap['cap'], Words>> = {
  account: ({ account, class: kind, most }) => ({
    fr: `Compte ${account} (${kind}) : ${most} personnes en 24 heures, le plafond de ce compte ; les suivantes sont refusées.`,
    en: `Account ${account} (${kind}): ${most} persons in 24 hours, the cap of this account; further ones are refused.`,
  }),
  'new-records': ({ account, class: kind, most }) => ({
    fr: `Compte ${account} (${kind}) : ${most} personnes jamais vues en 30 jours, le plafond de ce compte ; d’autres nouvelles sont refusées, les connues non.`,
    en: `Account ${account} (${kind}): ${most} persons never seen before in 30 days, the cap of this account; further new ones are refused, known ones are not.`,
  }),
  codes: ({ account, class: kind, most }) => ({
    fr: `Compte ${account} (${kind}) : ${most} personnes par des codes en 24 heures, tout ce que des codes montrent ; la suite demande une clé ou une carte.`,
    en: `Account ${account} (${kind}): ${most} persons by codes in 24 hours, all that codes show; going on takes a key or a card.`,
  }),
};

export function capAlert(reached: ReachedCap): Alert {
  const { account, cap, at } = reached;
  const { fr, en } = words[cap](reached);
  const lock = `palier account lock ${shellWord(account)}`;
  return {
    name: `cap.${cap}`,
    at,
    account,
    severity: 'note',
    sentence: {
      fr: `${fr} Travail honnête, et souvent ? docs/observe-first.md, point 4. Sinon : ${lock}`,
      en: `${en} Honest work, and often? docs/observe-first.md, point 4. Otherwise: ${lock}`,
    },
  };
}
