// The pages around an identity provider: who signs in there, where the person goes now, and that it does not answer.
import { cardTexts } from '../card/texts.ts';
import type { Language } from '../respond/problems.ts';
import { html, page } from './page.ts';
import { alert } from './step-up-page.ts';
import { texts } from './texts.ts';

export interface SignInView {
  readonly language: Language;
  readonly providers: readonly { readonly name: string; readonly label: string }[];
  /** Whether a card alone signs in. */
  readonly card: boolean;
  /** Where the person goes on, sealed; empty for the portal's home. */
  readonly onward: string;
  readonly error: string | undefined;
  readonly otherLanguage: string;
}

export function signInPage(view: SignInView): string {
  const words = texts[view.language];
  const forms = view.providers.map(
    ({ name, label }) => html`<form method="post" action="/.palier/oidc/${{ text: name }}/sign-in">
<input type="hidden" name="to" value="${{ text: view.onward }}">
<button aria-describedby="sign-in-hint">${{ text: `${words.providerButton} ${label}` }}</button>
</form>`,
  );
  const cardWords = cardTexts[view.language];
  const card = html`<form method="post" action="/.palier/card/sign-in">
<input type="hidden" name="to" value="${{ text: view.onward }}">
<button aria-describedby="card-hint">${{ text: cardWords.button }}</button>
<p class="hint" id="card-hint">${{ text: cardWords.hint }}</p>
</form>`;
  const body = html`<h1>${{ text: words.signInTitle }}</h1>
${alert(view.error)}
${view.providers.length === 0 ? undefined : html`<p id="sign-in-hint">${{ text: words.signInHint }}</p>`}
${view.card ? card : undefined}${forms}`;
  const { language, otherLanguage } = view;
  return page({ language, title: words.signInTitle, body, otherLanguage });
}

/**
 * A page that goes on by itself (its `Refresh` header), with a link for who turned that off. Not a redirect: `form-action`
 * would have to name every host the provider may pass a posted form's redirect through.
 */
export function awayPage(language: Language, label: string, address: URL): string {
  const words = texts[language];
  const title = `${words.leavingTitle} ${label}`;
  const body = html`<h1>${{ text: title }}</h1>
<p>${{ text: words.leavingHint }}</p>
<p><a class="button" id="away" href="${{ text: address.href }}">${{ text: `${words.leavingButton} ${label}` }}</a></p>`;
  return page({ language, title, body });
}

export function providerDownPage(language: Language, back: string): string {
  const words = texts[language];
  const body = html`<h1>${{ text: words.providerDownTitle }}</h1>
<p role="alert">${{ text: words.providerDownHint }}</p>
<p><a class="button" href="${{ text: back }}">${{ text: words.continueButton }}</a></p>`;
  return page({ language, title: words.providerDownTitle, body });
}
