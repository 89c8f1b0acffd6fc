// What the operator is told, over whatever channel: one sentence a tired person understands, in both languages. Numbers
// and accounts, never a person whose record was seen.
import type { Instant, MfaEvent } from '@palier/mfa-core';
import type { Alarm } from '../budget/alarm.ts';
import type { CircleFull } from '../budget/circles.ts';
import type { BrokenGlass } from '../budget/exemption.ts';
import type { Stop } from '../stops/stop.ts';
import { eventSentence, isForSomebody } from './event-sentences.ts';
import type { Sentence } from './sentence.ts';
import { shellWord } from './shell-word.ts';

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
export function alarmAlert({ kind, account, raisedAt, until, sentence }: Alarm): Alert {
  const end = clockText(until);
  const note = {
    fr: `Sa prochaine consultation demande une clé ou une carte touchée après ${clockText(raisedAt)} ; rien n’est bloqué. Sans ce geste, vous serez prévenu dans un quart d’heure.`,
    en: `Its next look-up asks for a key or a card touched after ${clockText(raisedAt)}; nothing is blocked. If that does not come, you are told in a quarter of an hour.`,
  };
  const page = {
    fr: `Jusqu’à ${end}, plus personne ne lui est montré sans une clé ou une carte. ${whatNow(account).fr}`,
    en: `Until ${end} it is shown nobody more without a key or a card. ${whatNow(account).en}`,
  };
  const more = kind === 'canary' ? page : note;
  return {
    name: `alarm.${kind}`,
    at: raisedAt,
    account,
    severity: kind === 'canary' ? 'page' : 'note',
    sentence: {
      fr: `Compte ${account} : ${sentence.fr} ${more.fr}`,
      en: `Account ${account}: ${sentence.en} ${more.en}`,
    },
  };
}

export function unansweredAlert(
  { kind, account, until, sentence }: Alarm,
  at: Instant,
  minutes: number,
): Alert {
  const end = clockText(until);
  return {
    name: `unanswered.${kind}`,
    at,
    account,
    severity: 'page',
    sentence: {
      fr: `Compte ${account} : personne n’a fait le geste demandé il y a ${minutes} minutes. ${sentence.fr} Jusqu’à ${end}, plus personne ne lui est montré sans une clé ou une carte ; après, l’alerte s’éteint. ${whatNow(account).fr}`,
      en: `Account ${account}: nobody made the gesture asked for ${minutes} minutes ago. ${sentence.en} Until ${end} it is shown nobody more without a key or a card; then the alarm ends by itself. ${whatNow(account).en}`,
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
      fr: `Compte ${account} : plafond atteint le jour d’une alerte, bien qu’une clé ou une carte ait été montrée. ${sentence.fr} Il n’en voit plus de nouvelles tant que le plafond tient. ${whatNow(account).fr}`,
      en: `Account ${account}: a cap was reached on the day of an alarm, although a key or a card was shown. ${sentence.en} It sees no further ones while the cap holds. ${whatNow(account).en}`,
    },
  };
}

export function glassAlert({ account, at, until, records }: BrokenGlass): Alert {
  const word = shellWord(account);
  return {
    name: 'glass.broken',
    at,
    account,
    severity: 'page',
    sentence: {
      fr: `Compte ${account} : bris de glace, au plus ${records} personnes au-delà des plafonds, jusqu’à ${clockText(until)}. Lisez le motif : palier review list. Motif douteux : palier account lock ${word}`,
      en: `Account ${account}: the glass was broken, at most ${records} persons beyond the caps, until ${clockText(until)}. Read the reason: palier review list. A reason that is none: palier account lock ${word}`,
    },
  };
}

/** Honest people wait for what somebody else was shown: only the operator can tell who should not have been. */
export function circleFullAlert({ cap, name, most, accounts, at }: CircleFull): Alert {
  const shares = most.map(({ account, records }) => `${account} (${records})`).join(', ') || '?';
  const first = shellWord(most[0]?.account ?? '...');
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

const signed = (milliseconds: number): string =>
  `${milliseconds > 0 ? '+' : ''}${Math.round(milliseconds / 1000)} s`;

export function clockApartAlert(milliseconds: number, at: Instant): Alert {
  const seconds = signed(milliseconds);
  return {
    name: 'clock.apart',
    at,
    account: undefined,
    severity: 'page',
    sentence: {
      fr: `L’horloge de cette machine et celle de la base partagée diffèrent de ${seconds} : cette instance ne montre plus aucun dossier et reprendra seule quand elles s’accorderont. Vérifiez la synchronisation des deux.`,
      en: `The clock of this machine and that of the shared store differ by ${seconds}: this instance shows no record any more, and goes on by itself when they agree. Look at the synchronisation of both.`,
    },
  };
}

export function clockJumpedAlert(milliseconds: number, at: Instant): Alert {
  const seconds = signed(milliseconds);
  return {
    name: 'clock.jumped',
    at,
    account: undefined,
    severity: 'page',
    sentence: {
      fr: `L’horloge de la machine a sauté de ${seconds}. En avant, les plafonds du jour recommencent ; en arrière, ils durent plus longtemps, et les codes sont refusés. Vérifiez la synchronisation.`,
      en: `The clock of this machine jumped by ${seconds}. Ahead, caps of the day begin anew; back, they last longer, and codes are refused. Look at its synchronisation.`,
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
      fr: 'Redis a perdu les comptes : plus aucun dossier n’est montré, à personne. Voyez d’abord pourquoi (redémarrage, bascule, FLUSHALL), puis recommencez à compter : palier budget renew. Cela coûte au plus un plafond de plus par compte, et un geste à chacun.',
      en: 'Redis lost the counts: no record is shown any more, to anybody. See why first (restart, failover, FLUSHALL), then begin counting anew: palier budget renew. It costs at most one more cap for each account, and everybody one gesture.',
    },
  };
}

/** Alerts of one kind that came after one that was said: how many, whose, since when. */
export function digestAlert(last: Alert, waiting: ReadonlyMap<string, number>, since: Instant): Alert {
  const count = [...waiting.values()].reduce((sum, one) => sum + one, 0);
  const start = clockText(since);
  if (waiting.size === 1)
    return {
      ...last,
      sentence: {
        fr: `${last.sentence.fr} (Et ${count} de plus depuis ${start} ; ceci est la dernière.)`,
        en: `${last.sentence.en} (And ${count} more since ${start}; this is the last one.)`,
      },
    };
  const named = [...waiting].slice(0, namedAtMost).map(([account, times]) => `${account} (${times})`);
  const others = waiting.size - named.length;
  const list = named.join(', ') + (others > 0 ? ` + ${others}` : '');
  return {
    ...last,
    account: undefined,
    sentence: {
      fr: `${waiting.size} autres comptes, ${count} alertes « ${last.name} » de plus depuis ${start} : ${list}. La liste : palier alarm list. Tout arrêter : palier stop everything`,
      en: `${waiting.size} more accounts, ${count} more alerts "${last.name}" since ${start}: ${list}. The list: palier alarm list. To stop everything: palier stop everything`,
    },
  };
}

const namedAtMost = 50;

/** Who was seen, and how to stop it: the same two commands whatever happened. */
function whatNow(account: string): Sentence {
  const word = shellWord(account);
  return {
    fr: `Appelez son titulaire. Pour arrêter ce compte : palier account lock ${word}. Qui a été vu : palier exposure report --key ledger-private.jwk --account ${word}`,
    en: `Call its owner. To stop the account: palier account lock ${word}. Who was seen: palier exposure report --key ledger-private.jwk --account ${word}`,
  };
}

/** To the minute, with its zone: whoever reads it may be anywhere. */
function clockText(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
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
      severity: isForSomebody(event) ? 'page' : 'note',
      sentence,
    }
  );
}
