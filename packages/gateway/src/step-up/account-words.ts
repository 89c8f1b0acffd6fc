// What a person is told of their own keys, codes and sessions beyond what texts.ts has room for: what helps where a button
// would not, and the question before recovery codes go.
import type { Language } from '../respond/problems.ts';

export interface AccountWords {
  /** Beside the last one that proves something. */
  readonly lastFactor: string;
  /** The same where only codes are held: what a code adds is no reason to let another one go. */
  readonly lastByCode: string;
  readonly makeCodes: string;
  /** Before recovery codes are removed, and the button that does. */
  readonly sureOfCodes: string;
  readonly removeCodes: string;
  /** On the step-up page, for who has lost what they confirm with. */
  readonly lost: string;
}

export const accountWords: Readonly<Record<Language, AccountWords>> = {
  fr: {
    lastFactor: 'pour la retirer, ajoutez-en d’abord une autre',
    lastByCode: 'pour la retirer, ajoutez-en d’abord une autre avec un ticket',
    makeCodes: 'Faire des codes de secours',
    sureOfCodes:
      'Vos codes de secours ne marcheront plus. Sans eux, si vous perdez votre appareil, il vous faudra un ticket de l’administrateur du portail.',
    removeCodes: 'Retirer mes codes de secours',
    lost: 'Sans appareil ni code de secours, demandez un ticket d’inscription à l’administrateur du portail\u00a0: il permet d’ajouter une autre clé ou application.',
  },
  en: {
    lastFactor: 'to remove it, add another one first',
    lastByCode: 'to remove it, add another one with a ticket first',
    makeCodes: 'Make recovery codes',
    sureOfCodes:
      'Your recovery codes will work no more. Without them, should you lose your device, you will need a ticket from the portal’s administrator.',
    removeCodes: 'Remove my recovery codes',
    lost: 'With neither device nor recovery code, ask the portal’s administrator for an enrolment ticket: with it you add another key or app.',
  },
};
