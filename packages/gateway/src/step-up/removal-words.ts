// What a person is told of factors that cannot be changed with what was just shown, and of the one a new app replaces.
import type { Language } from '../respond/problems.ts';

export interface RemovalWords {
  readonly notByCode: string;
  readonly lastFactor: string;
  /** On the last page of an enrolment by ticket or card: what lets another one go holds for five minutes. */
  readonly replaces: string;
  readonly toFactors: string;
}

export const removalWords: Readonly<Record<Language, RemovalWords>> = {
  fr: {
    notByCode:
      'Un code peut être volé sur un faux site\u00a0: il ne retire et ne renomme que ce qu’un code a ajouté après sa propre application\u00a0; pour le reste, montrez une clé ou une carte, ajoutez d’abord une clé ou une application avec un ticket, ou demandez à l’administrateur du portail.',
    lastFactor: 'seul l’administrateur du portail la retire',
    replaces:
      'Elle en remplace une autre, ou quelqu’un a quitté l’équipe\u00a0? Retirez l’ancienne dans les 5 minutes\u00a0: ensuite, un code n’y suffira plus.',
    toFactors: 'Mes clés et applications',
  },
  en: {
    notByCode:
      'A code can be phished, so it removes and renames only what a code added after its own app; for the rest show a key or a card, add a key or an app with a ticket first, or ask the portal’s administrator.',
    lastFactor: 'only the portal’s administrator removes it',
    replaces:
      'Does it replace another one, or has somebody left the team? Remove the old one within 5 minutes: after that, a code is not enough.',
    toFactors: 'My keys and apps',
  },
};
