// The operator's sentence for what happened to an account's factors. What a person reads is mfa-core's notices.
import type { FactorId, MfaEvent } from '@palier/mfa-core';
import type { Sentence } from './sentence.ts';
import { shellWord } from './shell-word.ts';

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

/** A code can be phished, and what it bound gives codes from then on: the one of these that may need somebody. */
function addedByCode(account: string, factor: FactorId): Words {
  const named = shellWord(account);
  const [lock, remove] = [`palier account lock ${named}`, `palier account remove-factor ${named} ${factor}`];
  return [
    `un facteur a été ajouté avec un code, qui a pu être volé. Appelez son titulaire. Pas lui : ${lock}, puis, pour retirer ce facteur, ${remove} ; ce que ce compte a d’autre : palier account show ${named}`,
    `a factor was added with a code, which may have been phished. Call its owner. Not them: ${lock}; then, to remove that factor, ${remove} ; what else the account holds: palier account show ${named}`,
  ];
}

function wordsOf(event: MfaEvent): Words | undefined {
  if (event.type !== 'factor-enrolled') return plain[event.type];
  return event.boundBy === 'code' ? addedByCode(event.account, event.factor.id) : plain[event.type];
}

export function eventSentence(event: MfaEvent): Sentence | undefined {
  const { account } = event;
  const words = wordsOf(event);
  return words && { fr: `Compte ${account} : ${words[0]}`, en: `Account ${account}: ${words[1]}` };
}
