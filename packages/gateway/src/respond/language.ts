// In which of the two languages a person is spoken to: the one chosen on a page of ours, kept in a cookie that holds
// nothing else, and until then the browser's. Every page and refusal asks here, so that a choice outlasts the page.
import type { ServerResponse } from 'node:http';
import { cookieValue } from '../request/cookies.ts';
import { languageOf } from './negotiate.ts';
import type { Language } from './problems.ts';

export const languageCookie = '__Host-palier-lang';

/** Half a year: long enough not to be asked for daily, and it names nobody. */
const seconds = 15_552_000;

/** `header` gives the value of a request header by its lower-case name. */
export function spokenLanguage(header: (name: string) => string | undefined): Language {
  return chosenBefore(header('cookie')) ?? languageOf(header('accept-language'));
}

/** Keeps what somebody chose by a link of ours. */
export function keepLanguage(response: ServerResponse, language: Language): void {
  const attributes = `Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;
  response.appendHeader('set-cookie', `${languageCookie}=${language}; ${attributes}`);
}

/** The language named in an address of ours; undefined for anything else. */
export function namedLanguage(query: string | undefined): Language | undefined {
  return known(new URLSearchParams(query ?? '').get('lang') ?? undefined);
}

function chosenBefore(cookies: string | undefined): Language | undefined {
  return known(cookieValue(cookies, languageCookie));
}

function known(text: string | undefined): Language | undefined {
  return text === 'fr' || text === 'en' ? text : undefined;
}
