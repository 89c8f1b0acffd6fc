// What a person reads when something happened to their account: plain text, no link, never a code. A mailbox is the one
// place the attackers of 2022 owned, so a notice can warn and can open nothing.
import type { MfaEvent } from '../events.ts';
import { english } from './en.ts';
import { french } from './fr.ts';
import type { Language, Locale, Place, Words } from './texts.ts';

export type { Language, Place } from './texts.ts';

/** Words for a person: one line, and plain text that ends with a line break. */
export interface Notice {
  readonly subject: string;
  readonly text: string;
}

/** The events people are told of unless the portal says otherwise: what changes the account or smells of an attack. */
export const toldByDefault: ReadonlySet<MfaEvent['type']> = new Set<MfaEvent['type']>([
  'new-browser',
  'locked',
  'factors-disabled',
  'factor-enrolled',
  'factor-renamed',
  'factor-removed',
  'recovery-codes-replaced',
  'recovery-code-used',
  'ticket-issued',
  'ticket-used',
  'ticket-revoked',
  'counter-went-back',
  'card-ends-soon',
]);

const locales: Readonly<Record<Language, Locale>> = { fr: french, en: english };

/** The notice of one event. Names the person gave appear in the text only, never in the subject. */
export function noticeOf(event: MfaEvent, language: Language, place: Place): Notice {
  const locale = locales[language];
  const at = (instant: number): string =>
    new Intl.DateTimeFormat(locale.tag, {
      dateStyle: 'long',
      timeStyle: 'short',
      timeZone: place.timeZone,
    }).format(instant);
  const { subject, sentence } = wordsOf(locale, event, at);
  const lines = [
    locale.greeting,
    '',
    sentence,
    locale.when(at(event.at)),
    '',
    locale.notYou(place.contact),
    '',
    locale.never,
    '',
    place.portal,
  ];
  return { subject: `${place.portal}: ${subject}`, text: `${lines.join('\n')}\n` };
}

/**
 * French and English in one mail, for whom nobody knows which they read. Each language is whole, the line between them is
 * words: a screen reader would read out a line of dashes one by one.
 */
export function noticeInBoth(event: MfaEvent, place: Place): Notice {
  const [first, second] = [noticeOf(event, 'fr', place), noticeOf(event, 'en', place)];
  return {
    subject: `${first.subject} / ${second.subject.slice(place.portal.length + 2)}`,
    text: `English: see below.\n\n${first.text}\nIn English:\n\n${second.text}`,
  };
}

function wordsOf<E extends MfaEvent>(locale: Locale, event: E, at: (instant: number) => string): Words {
  // The table has an entry for each type that takes exactly that event; TypeScript cannot follow the pair.
  const words = locale.texts[event.type] as (event: E, at: (instant: number) => string) => Words;
  return words(event, at);
}
