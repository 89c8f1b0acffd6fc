// The operator's sentence for what happened to an account's factors. What a person reads is mfa-core's notices.
import type { FactorId, MfaEvent } from '@palier/mfa-core';
import type { Sentence } from './sentence.ts';
import { shellWord } from './shell-word.ts';

type Words = readonly [fr: string, en: string];

const plain: Partial<Record<MfaEvent['type'], Words>> = {
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

type Locked = MfaEvent & { readonly type: 'locked' };

/** Whoever guesses has the password, and at the ceiling shuts the owner out until a ticket comes. */
function guessed({ account, failures, ceiling }: Locked): Words {
  const lock = `palier account lock ${shellWord(account)}`;
  const [fr, en] = isHalfway({ failures, ceiling })
    ? [
        ` Qui les saisit a le mot de passe : appelez son titulaire et faites changer ce mot de passe. Pour arrêter ce compte : ${lock}`,
        ` Whoever types them has the password: call its owner, and have that password changed. To stop the account: ${lock}`,
      ]
    : ['', ''];
  return [
    `${failures} codes faux de suite ; les essais sont ralentis. Au ${ceiling}e, ses applications et ses codes de secours sont désactivés, et il faudra un ticket.${fr}`,
    `${failures} wrong codes in a row; attempts are slowed down. At ${ceiling} its apps and recovery codes are disabled, and a ticket is needed.${en}`,
  ];
}

/** Once on the way to the ceiling: an hour a guess by then, so there is a day or more left to act. */
function isHalfway({ failures, ceiling }: Pick<Locked, 'failures' | 'ceiling'>): boolean {
  return failures === Math.ceil(ceiling / 2);
}

/** Whether somebody should look now. */
export function isForSomebody(event: MfaEvent): boolean {
  return event.type === 'locked' && isHalfway(event);
}

function wordsOf(event: MfaEvent): Words | undefined {
  if (event.type === 'locked') return guessed(event);
  if (event.type !== 'factor-enrolled') return plain[event.type];
  return event.boundBy === 'code' ? addedByCode(event.account, event.factor.id) : plain[event.type];
}

export function eventSentence(event: MfaEvent): Sentence | undefined {
  const { account } = event;
  const words = wordsOf(event);
  return words && { fr: `Compte ${account} : ${words[0]}`, en: `Account ${account}: ${words[1]}` };
}
