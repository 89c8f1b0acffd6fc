// What the operator is told, over whatever channel: one sentence a tired person understands, in both languages. Numbers
// and accounts, never a person whose record was seen.
import type { Instant, MfaEvent } from '@palier/mfa-core';
import type { Alarm } from '../budget/alarm.ts';
import type { CircleFull } from '../budget/circles.ts';
import type { BrokenGlass } from '../budget/exemption.ts';
import type { Stop } from '../stops/stop.ts';
import { eventSentence } from './event-sentences.ts';

export interface Sentence {
  readonly fr: string;
  readonly en: string;
}

export interface Alert {
  /** `alarm.novelty`, `stop.class`, `event.factor-enrolled`...: for rules in a SIEM. */
  readonly name: string;
  readonly at: Instant;
  readonly account: string | undefined;
  /** `page`: somebody should look now; it also goes by mail. */
  readonly severity: 'page' | 'note';
  readonly sentence: Sentence;
}

/** Novelty and tempo ask for a gesture and need nobody, unless it does not come (paging.ts). A canary needs somebody. */
export function alarmAlert({ kind, account, raisedAt, sentence }: Alarm): Alert {
  return {
    name: `alarm.${kind}`,
    at: raisedAt,
    account,
    severity: kind === 'canary' ? 'page' : 'note',
    sentence: {
      fr: `Compte ${account} : ${sentence.fr} Sa prochaine consultation demande une clé ou une carte ; rien n’est bloqué.`,
      en: `Account ${account}: ${sentence.en} Its next look-up asks for a key or a card; nothing is blocked.`,
    },
  };
}

export function unansweredAlert({ kind, account, sentence }: Alarm, at: Instant, minutes: number): Alert {
  return {
    name: `unanswered.${kind}`,
    at,
    account,
    severity: 'page',
    sentence: {
      fr: `Compte ${account} : personne n’a fait le geste demandé il y a ${minutes} minutes. ${sentence.fr} Pour arrêter ce compte : palier account lock ${account}`,
      en: `Account ${account}: nobody made the gesture asked for ${minutes} minutes ago. ${sentence.en} To stop the account: palier account lock ${account}`,
    },
  };
}

/** Whoever holds the key and works through strangers to the cap: the gesture was made, and only a human can judge. */
export function cappedAlert({ account, sentence }: Alarm, at: Instant): Alert {
  return {
    name: 'capped.novelty',
    at,
    account,
    severity: 'page',
    sentence: {
      fr: `Compte ${account} : plafond atteint le jour d’une alerte. ${sentence.fr} Pour arrêter ce compte : palier account lock ${account}`,
      en: `Account ${account}: a cap was reached on the day of an alarm. ${sentence.en} To stop the account: palier account lock ${account}`,
    },
  };
}

export function glassAlert({ account, at, records }: BrokenGlass): Alert {
  return {
    name: 'glass.broken',
    at,
    account,
    severity: 'page',
    sentence: {
      fr: `Compte ${account} : bris de glace, ${records} personnes de plus. Lisez le motif : palier review list`,
      en: `Account ${account}: the glass was broken, ${records} persons more. Read the reason: palier review list`,
    },
  };
}

/** Honest people wait for what somebody else was shown: only the operator can tell who should not have been. */
export function circleFullAlert({ cap, name, most, accounts, at }: CircleFull): Alert {
  const shares = most.map(({ account, records }) => `${account} (${records})`).join(', ') || '?';
  const first = most[0]?.account ?? '...';
  const [fr, en] =
    name === undefined ? ['de tous les comptes', 'of all accounts'] : [`de ${name}`, `of ${name}`];
  return {
    name: `full.${cap}`,
    at,
    account: most[0]?.account,
    severity: 'page',
    sentence: {
      fr: `Le plafond du jour ${fr} est atteint : personne n’y voit plus de nouveau dossier. Les plus grands de ${accounts} comptes : ${shares}. Si ce n’est pas normal : palier account lock ${first}, puis relevez budgets.${cap} et rechargez.`,
      en: `The cap of the day ${en} is reached: nobody there is shown another record. The largest of ${accounts} accounts: ${shares}. If that is not in order: palier account lock ${first}, then raise budgets.${cap} and reload.`,
    },
  };
}

export function countsLostAlert(at: Instant): Alert {
  return {
    name: 'counts.lost',
    at,
    account: undefined,
    severity: 'page',
    sentence: {
      fr: 'Redis a perdu les comptes : plus aucun dossier n’est montré. Pour recommencer à compter : palier budget renew',
      en: 'Redis lost the counts: no record is shown any more. To begin counting anew: palier budget renew',
    },
  };
}

const stopped = {
  account: ['le compte', 'account'],
  class: ['la classe', 'class'],
  organisation: ['l’organisation', 'organisation'],
  route: ['la route', 'route'],
  everything: ['tout', 'everything'],
} as const;

export function stopAlert({ kind, name, by }: Stop, holds: boolean, at: Instant): Alert {
  const [fr, en] = stopped[kind].map((what) => `${what} ${name}`.trim());
  return {
    name: `${holds ? 'stop' : 'resume'}.${kind}`,
    at,
    account: kind === 'account' ? name : undefined,
    severity: 'note',
    sentence: {
      fr: holds ? `Suspendu par ${by} : ${fr}.` : `Rétabli : ${fr}.`,
      en: holds ? `Stopped by ${by}: ${en}.` : `Resumed: ${en}.`,
    },
  };
}

/** Events that change an account or smell of an attack; undefined for all others, which are in the log. */
export function eventAlert(event: MfaEvent): Alert | undefined {
  const sentence = eventSentence(event);
  return (
    sentence && {
      name: `event.${event.type}`,
      at: event.at,
      account: event.account,
      severity: 'note',
      sentence,
    }
  );
}
