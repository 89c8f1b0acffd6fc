// The operator's sentence for what happened to an account's factors. What a person reads is mfa-core's notices.
import type { MfaEvent } from '@palier/mfa-core';
import type { Sentence } from './alert.ts';

type Words = readonly [fr: string, en: string];

const plain: Partial<Record<MfaEvent['type'], Words>> = {
  locked: [
    'plusieurs codes faux de suite ; les essais sont ralentis.',
    'several wrong codes in a row; attempts are slowed down.',
  ],
  'factors-disabled': [
    'des facteurs ont été désactivés ; il faudra un ticket.',
    'factors were disabled; a ticket is needed.',
  ],
  'factor-enrolled': ['un facteur a été inscrit.', 'a factor was enrolled.'],
  'factor-removed': ['un facteur a été retiré.', 'a factor was removed.'],
  'recovery-codes-replaced': ['de nouveaux codes de secours ont été faits.', 'new recovery codes were made.'],
  'recovery-code-used': ['un code de secours a été utilisé.', 'a recovery code was used.'],
  'ticket-issued': ['un ticket d’inscription a été émis.', 'an enrolment ticket was issued.'],
  'ticket-used': ['un ticket d’inscription a été utilisé.', 'an enrolment ticket was used.'],
  'ticket-revoked': ['un ticket d’inscription a été révoqué.', 'an enrolment ticket was revoked.'],
  'counter-went-back': [
    'une clé de sécurité a été refusée : elle a peut-être été copiée.',
    'a security key was refused: it may have been copied.',
  ],
};

export function eventSentence({ type, account }: MfaEvent): Sentence | undefined {
  const words = plain[type];
  return words && { fr: `Compte ${account} : ${words[0]}`, en: `Account ${account}: ${words[1]}` };
}
