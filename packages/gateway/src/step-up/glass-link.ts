// The way to break-glass: where a cap or an alarm stands between a person and a patient, nobody should have to search.
import type { Language } from '../respond/problems.ts';
import { type Html, html } from './page.ts';

const links: Readonly<Record<Language, string>> = {
  fr: 'Urgence pour un patient : bris de glace',
  en: 'Emergency for a patient: break the glass',
};

export function glassLink(language: Language): Html {
  return html`<p><a href="/.palier/break-glass">${{ text: links[language] }}</a></p>`;
}
