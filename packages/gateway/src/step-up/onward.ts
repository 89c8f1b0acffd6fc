// Going on in the portal after a visit to another site: a provider, or a card listener that is not below our own domain.
import type { Response } from 'express';
import { sendPage } from './answer.ts';
import { html, page } from './page.ts';
import type { Visit } from './person.ts';

const ownWords: ReadonlySet<string | undefined> = new Set(['none', 'same-origin', 'same-site']);

const texts = {
  fr: { title: 'Vous revenez au portail', hint: 'La page s’ouvre d’elle-même.', button: 'Continuer' },
  en: { title: 'Back to the portal', hint: 'The page opens by itself.', button: 'Continue' },
} as const;

/**
 * Sends the browser on to a path of this site. To a browser a redirect belongs to the link that led to it: it would say that
 * another site opened the page (gate/foreign-links.ts), and keep back the cookie of a held form, which is SameSite=Strict. So
 * where another site led here a page of ours goes on by itself (its `Refresh` header, which needs no script).
 */
export function sendOnward({ request, language }: Visit, response: Response, target: string): void {
  if (ownWords.has(request.headers.get('sec-fetch-site')))
    return void response.set('cache-control', 'no-store').redirect(303, target);
  const words = texts[language];
  const body = html`<h1>${{ text: words.title }}</h1>
<p role="status">${{ text: words.hint }}</p>
<p><a class="button" href="${{ text: target }}">${{ text: words.button }}</a></p>`;
  response.set('refresh', `0; url=${target}`);
  sendPage(response, 200, page({ language, title: words.title, body }));
}
