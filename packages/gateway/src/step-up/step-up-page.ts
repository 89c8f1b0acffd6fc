// The page that asks for one gesture: a passkey button where a script runs, a code field that works without any.
import type { AddedLately } from '@palier/mfa-core';
import type { Language } from '../respond/problems.ts';
import { accountWords } from './account-words.ts';
import { glassLink } from './glass-link.ts';
import { latelyLine } from './lately.ts';
import { type Html, html, page } from './page.ts';
import { type Texts, texts } from './texts.ts';
import { type Because, codesAgain, whyWords } from './why-words.ts';

export interface StepUpView {
  readonly language: Language;
  readonly account: string;
  readonly because: Because;
  /** From when codes are enough again, in words; undefined where time does not help. */
  readonly again: string | undefined;
  /** What a key needs, where the factors held do not add one. */
  readonly keyNeeds: string | undefined;
  /** Kinds that would be accepted and that the account can use now. */
  readonly kinds: readonly string[];
  /** Buttons that lead to a card, where one would be accepted. */
  readonly cards: readonly CardButton[];
  /** Whether the account has any factor at all. */
  readonly enrolled: boolean;
  /** Whether anybody here can show a card: without one no glass breaks. */
  readonly showsCards: boolean;
  /** What was added to the account within the last days, newest first. */
  readonly addedLately: readonly AddedLately[];
  /** The opaque way back; empty when the page was opened by itself. */
  readonly resume: string;
  readonly held: boolean;
  /** Whether the page goes on by itself when the gesture was made in another tab. */
  readonly follows: boolean;
  /** When the person last proved anything; another answer of `api/session` means that another tab was quicker. */
  readonly proved: string;
  readonly error: string | undefined;
  readonly otherLanguage: string;
}

export interface CardButton {
  readonly action: string;
  readonly button: string;
  readonly hint: string;
}

export function stepUpPage(view: StepUpView): string {
  const words = texts[view.language];
  const body = html`<h1>${{ text: words.stepUpTitle }}</h1>
<p>${{ text: whyWords[view.language][view.because] }}</p>
${view.again === undefined ? undefined : html`<p>${{ text: `${codesAgain[view.language]} ${view.again}.` }}</p>`}
<span id="stop" data-resume="${{ text: view.resume }}" data-proved="${{ text: view.proved }}" hidden></span>
${view.held ? html`<p class="note">${{ text: words.held }}</p>` : undefined}
${latelyLine(view.addedLately, view.language)}
${alert(view.error)}
${view.kinds.length === 0 ? nothingUsable(view, words) : gestures(view, words)}
${view.because === 'stronger' && view.showsCards ? glassLink(view.language) : undefined}`;
  return page({
    language: view.language,
    title: words.stepUpTitle,
    body,
    account: view.account,
    otherLanguage: view.otherLanguage,
    scripts: [
      ...(view.follows ? ['tabs.js'] : []),
      ...(view.kinds.includes('webauthn') ? ['webauthn.js', 'ceremonies.js'] : []),
    ],
  });
}

/** An error is announced, linked to the field by `aria-describedby`, and never the only sign. */
export function alert(error: string | undefined): Html | undefined {
  return error === undefined
    ? undefined
    : html`<p class="error" role="alert" id="error">${{ text: error }}</p>`;
}

function nothingUsable(view: StepUpView, words: Texts): Html {
  if (view.cards.length > 0) return cardOrEnrol(view, words);
  const why = view.enrolled ? words.noAcceptedFactor : words.noFactor;
  const needs = view.enrolled && view.keyNeeds !== undefined ? ` ${view.keyNeeds}` : '';
  return html`<p class="note">${{ text: `${why}${needs}` }}</p>
<p><a class="button" href="/.palier/enrol?resume=${{ text: view.resume }}">${{ text: words.toEnrol }}</a></p>`;
}

/** The card alone is enough here; a factor of one's own is for the days without it. */
function cardOrEnrol(view: StepUpView, words: Texts): Html {
  return html`${cardForms(view)}<p class="or">${{ text: words.or }}</p>
<p><a class="button quiet" href="/.palier/enrol?resume=${{ text: view.resume }}">${{ text: words.toEnrol }}</a></p>`;
}

function cardForms(view: StepUpView): Html | undefined {
  const forms = view.cards.map(({ action, button, hint }, index) => {
    const id = `card-hint-${index}`;
    return html`<form method="post" action="${{ text: action }}" class="card">
<input type="hidden" name="resume" value="${{ text: view.resume }}">
<button aria-describedby="${{ text: id }}">${{ text: button }}</button>
<p class="hint" id="${{ text: id }}">${{ text: hint }}</p>
</form>`;
  });
  return forms.length === 0 ? undefined : html`${forms}`;
}

function gestures(view: StepUpView, words: Texts): Html {
  const has = (kind: string): boolean => view.kinds.includes(kind);
  const key = has('webauthn') ? keyGesture(view, words) : undefined;
  const code = has('totp') ? codeForm(view, words, !has('webauthn')) : undefined;
  const recovery = lostDevice(view, has('recovery-code') ? recoveryForm(view, words) : undefined);
  const ways = [key, cardForms(view), code].filter((way) => way !== undefined);
  const or = html`<p class="or">${{ text: words.or }}</p>`;
  return html`${ways.flatMap((way, index) => (index === 0 ? [way] : [or, way]))}${recovery}`;
}

function keyGesture(view: StepUpView, words: Texts): Html {
  return html`<div id="key" data-act="step-up" data-resume="${{ text: view.resume }}">
<noscript><p class="note">${{ text: words.keyNeedsScript }}</p></noscript>
<p class="hint" id="key-hint">${{ text: words.passkeyHint }}</p>
<p class="error" role="alert" id="key-error" hidden>${{ text: words.passkeyFailed }}</p>
<button type="button" id="key-button" aria-describedby="key-hint" hidden>${{ text: words.passkeyButton }}</button>
</div>`;
}

function codeForm(view: StepUpView, words: Texts, first: boolean): Html {
  const focus = first ? html` autofocus` : undefined;
  return html`<form method="post" action="/.palier/step-up/totp" autocomplete="off">
<input type="hidden" name="resume" value="${{ text: view.resume }}">
<label for="code">${{ text: words.codeLabel }}</label>
<p class="hint" id="code-hint">${{ text: words.codeHint }}</p>
<input class="code" type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="20" required aria-describedby="code-hint error"${focus}>
<div><button>${{ text: words.codeButton }}</button></div>
</form>`;
}

/** For who has lost what they confirm with: a code if there is one, and where another way in comes from. */
function lostDevice({ language, resume }: StepUpView, form: Html | undefined): Html {
  const words = texts[language];
  return html`<details><summary>${{ text: words.recoveryMore }}</summary>
${form}
<p class="note">${{ text: accountWords[language].lost }} <a href="/.palier/enrol?resume=${{ text: resume }}">${{ text: words.toEnrol }}</a></p></details>`;
}

function recoveryForm(view: StepUpView, words: Texts): Html {
  return html`<form method="post" action="/.palier/step-up/recovery-code" autocomplete="off">
<input type="hidden" name="resume" value="${{ text: view.resume }}">
<label for="recovery">${{ text: words.recoveryLabel }}</label>
<p class="hint" id="recovery-hint">${{ text: words.recoveryHint }}</p>
<input type="text" id="recovery" name="code" maxlength="60" required spellcheck="false" autocapitalize="characters" aria-describedby="recovery-hint error">
<div><button class="quiet">${{ text: words.recoveryButton }}</button></div>
</form>`;
}
