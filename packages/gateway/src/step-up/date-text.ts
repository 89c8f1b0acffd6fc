// Moments as a person in France reads them, in either language.
import type { Language } from '../respond/problems.ts';

const timeZone = 'Europe/Paris';
const localeOf = { fr: 'fr-FR', en: 'en-GB' } as const;

export function dateText(at: number, language: Language): string {
  return written(at, language, { dateStyle: 'long', timeStyle: 'short' });
}

/** What follows *after* in a sentence: the time alone when it is today's, else the date too. */
export function momentText(at: number, now: number, language: Language): string {
  const day = (when: number): string => written(when, language, { dateStyle: 'short' });
  if (day(at) === day(now)) return written(at, language, { timeStyle: 'short' });
  return language === 'fr' ? `le ${dateText(at, language)}` : dateText(at, language);
}

function written(at: number, language: Language, style: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(localeOf[language], { ...style, timeZone }).format(at);
}
