// Picks the words of a language, and prints dates, amounts and numbers of persons the way its readers expect.

import type { Language } from '../http/negotiate.ts';
import { type Nir, nirKey } from '../people/nir.ts';
import { en } from './en.ts';
import { fr, type Texts } from './fr.ts';

const TEXTS: Readonly<Record<Language, Texts>> = { fr, en };
const LOCALES: Readonly<Record<Language, string>> = { fr: 'fr-FR', en: 'en-GB' };

// Making a formatter costs far more than using one.
const dates = formatters((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }));
const months = formatters(
  (locale) => new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', timeZone: 'UTC' }),
);
const amounts = formatters((locale) => new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }));

/** Gives the words of a language. */
export function texts(language: Language): Texts {
  return TEXTS[language];
}

/** Prints a date written yyyy-mm-dd. */
export function longDate(language: Language, date: string): string {
  return dates[language].format(new Date(date));
}

/** Prints the month of an instant. */
export function longMonth(language: Language, instant: number): string {
  return months[language].format(instant);
}

/** Prints an amount in euros, given in cents. */
export function euros(language: Language, cents: number): string {
  return amounts[language].format(cents / 100);
}

/** Prints a NIR as on a health card: 1 99 01 99 999 001 10. */
export function formatNir(nir: Nir): string {
  const parts = [
    [0, 1],
    [1, 3],
    [3, 5],
    [5, 7],
    [7, 10],
    [10, 13],
  ] as const;
  return [...parts.map(([from, to]) => nir.slice(from, to)), nirKey(nir)].join(' ');
}

function formatters<T>(make: (locale: string) => T): Readonly<Record<Language, T>> {
  return { fr: make(LOCALES.fr), en: make(LOCALES.en) };
}
