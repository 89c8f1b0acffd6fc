// What a person is told of factors that cannot be changed with what was just shown, and of the one a new app replaces.
import type { Language } from '../respond/problems.ts';

export interface RemovalWords {
  readonly notByCode: string;
  /** Beside one of the list, around the name of what was shown when it was added: whose code removes it, where one does. */
  readonly addedWith: readonly [open: string, close: string];
  /** On the last page of an enrolment by ticket or card: what lets another one go holds for five minutes. */
  readonly replaces: string;
  readonly toFactors: string;
}

export const removalWords: Readonly<Record<Language, RemovalWords>> = {
  fr: {
    notByCode:
      'Un code peut être volé sur un faux site\u00a0: il ne retire et ne renomme que ce qui vient d’un code de sa propre application\u00a0; pour le reste, montrez une clé ou une carte, ajoutez d’abord une clé ou une application avec un ticket, ou demandez à l’administrateur du portail.',
    addedWith: ['ajouté avec «\u00a0', '\u00a0»'],
    replaces:
      'Elle en remplace une autre, ou quelqu’un a quitté l’équipe\u00a0? Retirez l’ancienne dans les 5 minutes\u00a0: ensuite, un code n’y suffira plus.',
    toFactors: 'Mes clés et applications',
  },
  en: {
    notByCode:
      'A code can be phished, so it removes and renames only what comes from a code of its own app; for the rest show a key or a card, add a key or an app with a ticket first, or ask the portal’s administrator.',
    addedWith: ['added with “', '”'],
    replaces:
      'Does it replace another one, or has somebody left the team? Remove the old one within 5 minutes: after that, a code is not enough.',
    toFactors: 'My keys and apps',
  },
};
