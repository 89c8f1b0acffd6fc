import type { Language } from '../respond/problems.ts';

/** A moment as a person in France reads it, in either language. */
export function dateText(at: number, language: Language): string {
  const zone = 'Europe/Paris';
  return new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: zone,
  }).format(at);
}
