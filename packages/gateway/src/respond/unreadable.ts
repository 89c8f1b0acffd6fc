// What is told where a number that is to be counted is none: mistyped, most of the time. Which kind it should have been,
// never the number itself, and the way back to where it was typed.
import { isWayBack } from '@palier/mfa-core';
import type { CanonicalRequest } from '../request/request.ts';
import type { Problem } from './problems.ts';

/** What makes a number of each kind one; types of the operator's own have no words here. */
const kinds = {
  nir: {
    fr: 'Un numéro de sécurité sociale compte 13 caractères, ou 15 avec sa clé\u00a0: les deux derniers contrôlent alors les autres.',
    en: 'A social-security number has 13 characters, or 15 with its key: the last two then check the others.',
  },
  rpps: {
    fr: 'Un numéro RPPS compte 11 chiffres, et le dernier contrôle les autres.',
    en: 'An RPPS number has 11 digits, and the last one checks the others.',
  },
  finess: {
    fr: 'Un numéro FINESS compte 9 caractères, et le dernier contrôle les autres.',
    en: 'A FINESS number has 9 characters, and the last one checks the others.',
  },
} as const;

/** The row with what a number of this kind is like. */
export function unreadableNumber(problem: Problem, recordType: string | undefined): Problem {
  if (recordType === undefined || !Object.hasOwn(kinds, recordType)) return problem;
  const kind = kinds[recordType as keyof typeof kinds];
  const told = (language: 'fr' | 'en'): Problem['fr'] => {
    const { title, detail } = problem[language];
    return { title, detail: `${detail} ${kind[language]}` };
  };
  return { ...problem, fr: told('fr'), en: told('en') };
}

/**
 * The path of the page the browser says it came from, if it is one of the portal's; its home where nobody says. Our own
 * pages say no more than their origin, which is the home too.
 */
export function wayBackFrom({ headers, target }: CanonicalRequest, origin: string): string | undefined {
  const referer = headers.get('referer');
  if (referer === undefined) return '/';
  const from = URL.parse(referer);
  if (from === null || from.origin !== origin) return undefined;
  const path = `${from.pathname}${from.search}`;
  const isPortals = path !== target && !path.startsWith('/.palier/') && isWayBack(path);
  return isPortals ? path : undefined;
}
