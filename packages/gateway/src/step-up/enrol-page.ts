// The pages that bind a factor: show the right to it, choose, confirm, keep the recovery codes.
import { cardTexts } from '../card/texts.ts';
import type { Language } from '../respond/problems.ts';
import { appWords } from './app-words.ts';
import { type Html, html, page, trusted } from './page.ts';
import { type RemovalWords, removalWords } from './removal-words.ts';
import { alert } from './step-up-page.ts';
import { type Texts, texts } from './texts.ts';

export interface Common {
  readonly language: Language;
  readonly account: string;
  readonly resume: string;
  readonly error: string | undefined;
  readonly otherLanguage: string;
}

/** What lets a factor be added: a gesture with one that is held, the card, a ticket. */
export interface EnrolWays {
  readonly hasFactor: boolean;
  readonly card: boolean;
  readonly ticket: boolean;
  /** What a key needs, where a gesture with what is held adds none. */
  readonly keyNeeds: string | undefined;
}

/** First page: the ticket, or the factor already held. */
export function enrolPage(view: Common & EnrolWays & { readonly typed: string }): string {
  const words = texts[view.language];
  const held = html`<form method="post" action="/.palier/enrol/factor"><input type="hidden" name="resume" value="${{ text: view.resume }}"><button>${{ text: words.withFactor }}</button></form>`;
  const ways = [
    ...(view.hasFactor ? [held] : []),
    ...(view.card ? [cardForm(view)] : []),
    ...(view.ticket ? [ticketForm(view, !view.hasFactor && !view.card)] : []),
  ];
  const why = view.hasFactor ? words.enrolMore : view.card ? words.enrolFirstOrCard : words.enrolFirst;
  const body = html`<h1>${{ text: words.enrolTitle }}</h1>
<p>${{ text: why }}</p>
<p>${{ text: appWords[view.language].install }}</p>
${note(view.keyNeeds)}
${alert(view.error)}
${eitherOf(ways, words)}`;
  return framed(view, words.enrolTitle, body, []);
}

function note(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<p class="note">${{ text }}</p>`;
}

function eitherOf(ways: readonly Html[], words: Texts): readonly Html[] {
  const or = html`<p class="or">${{ text: words.or }}</p>`;
  return ways.map((way, at) => html`${at === 0 ? undefined : or}${way}`);
}

function cardForm({ language, resume }: Common): Html {
  const words = cardTexts[language];
  return html`<form method="post" action="/.palier/enrol/card"><input type="hidden" name="resume" value="${{ text: resume }}"><p class="hint" id="card-hint">${{ text: words.hint }}</p><button aria-describedby="card-hint">${{ text: words.enrolButton }}</button></form>`;
}

/** What was typed stays: a ticket of 20 signs with one wrong is not typed again. */
function ticketForm(view: Common & { readonly typed: string }, isFirst: boolean): Html {
  const words = texts[view.language];
  return html`<form method="post" action="/.palier/enrol/ticket" autocomplete="off">
<input type="hidden" name="resume" value="${{ text: view.resume }}">
<label for="ticket">${{ text: words.ticketLabel }}</label>
<p class="hint" id="ticket-hint">${{ text: words.ticketHint }}</p>
<input type="text" id="ticket" name="ticket" maxlength="80" required spellcheck="false" autocapitalize="characters" value="${{ text: view.typed }}" aria-describedby="ticket-hint error"${isFirst ? html` autofocus` : undefined}>
<div><button>${{ text: words.ticketButton }}</button></div>
</form>`;
}

/** Second page: which factor. `right` is spent by the one that is bound. */
export function choosePage(view: Common & { readonly right: string; readonly cardKeys: boolean }): string {
  const words = texts[view.language];
  const asCard = html`<p><label class="check"><input type="checkbox" id="key-card" aria-describedby="key-card-hint"> ${{ text: words.keyAsCard }}</label></p>
<p class="hint" id="key-card-hint">${{ text: words.keyAsCardHint }}</p>`;
  const body = html`<h1>${{ text: words.chooseTitle }}</h1>
${alert(view.error)}
${nameField(words, html` autofocus`)}
<h2>${{ text: words.chooseKey }}</h2>
<div id="key" data-act="enrol" data-right="${{ text: view.right }}" data-resume="${{ text: view.resume }}">
<noscript><p class="note">${{ text: words.keyNeedsScript }}</p></noscript>
<p class="hint" id="key-hint">${{ text: words.chooseKeyHint }}</p>
<p class="error" role="alert" id="key-error" hidden>${{ text: words.passkeyFailed }}</p>
${view.cardKeys ? asCard : undefined}
<button type="button" id="key-button" aria-describedby="key-hint" hidden>${{ text: words.chooseKeyButton }}</button>
</div>
<h2>${{ text: words.chooseCode }}</h2>
${appForm(view)}`;
  return framed(view, words.chooseTitle, body, ['webauthn.js', 'ceremonies.js']);
}

/** The same where the right was earned by a code: an app, and for a key the place for what it needs. */
export function chooseByCodePage(view: Common & EnrolWays & { readonly right: string }): string {
  const words = texts[view.language];
  const ways = [...(view.card ? [cardForm(view)] : []), ticketForm({ ...view, typed: '' }, false)];
  const body = html`<h1>${{ text: words.chooseTitle }}</h1>
${alert(view.error)}
<h2>${{ text: words.chooseCode }}</h2>
${nameField(words)}
${appForm(view)}
<h2>${{ text: words.chooseKey }}</h2>
${note(view.keyNeeds)}
${eitherOf(ways, words)}`;
  return framed(view, words.chooseTitle, body, []);
}

/** Before what it names: a keyboard that began at the buttons would miss it. */
function nameField(words: Texts, focus?: Html): Html {
  return html`<label for="name">${{ text: words.nameLabel }}</label>
<p class="hint" id="name-hint">${{ text: words.nameHint }}</p>
<input type="text" id="name" name="name" form="app" maxlength="60" aria-describedby="name-hint"${focus}>`;
}

function appForm(view: Common & { readonly right: string }): Html {
  const words = texts[view.language];
  return html`<form method="post" action="/.palier/enrol/totp" id="app">
<input type="hidden" name="right" value="${{ text: view.right }}">
<input type="hidden" name="resume" value="${{ text: view.resume }}">
<p class="hint">${{ text: words.chooseCodeHint }}</p>
<button class="quiet">${{ text: words.chooseCodeButton }}</button>
</form>`;
}

export interface TotpOffer {
  readonly challenge: string;
  readonly name: string;
  /** The `otpauth:` address: a link opens the app on the phone that shows the page. */
  readonly uri: string;
  /** SVG made by our QR module. */
  readonly qr: string;
  readonly secret: string;
}

/**
 * Third page, for an app: scan, then confirm with one code. A mistyped code shows the same picture again, and only then
 * has its field the focus: before, a phone would scroll past the way to the app.
 */
export function confirmPage(view: Common & TotpOffer): string {
  const words = texts[view.language];
  const body = html`<h1>${{ text: words.qrTitle }}</h1>
<p>${{ text: words.qrHint }}</p>
${alert(view.error)}
${openApp(view)}
<div class="qr">${trusted(view.qr)}</div>
<details><summary>${{ text: words.secretLabel }}</summary><p class="secret">${{ text: view.secret }}</p></details>
<form method="post" action="/.palier/enrol/totp/confirm" autocomplete="off">
<input type="hidden" name="challenge" value="${{ text: view.challenge }}">
<input type="hidden" name="name" value="${{ text: view.name }}">
<input type="hidden" name="resume" value="${{ text: view.resume }}">
<label for="code">${{ text: words.confirmLabel }}</label>
<input class="code" type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="20" required aria-describedby="error"${view.error === undefined ? undefined : html` autofocus`}>
<div><button>${{ text: words.confirmButton }}</button></div>
</form>`;
  return framed(view, words.qrTitle, body, []);
}

/** For a phone, which cannot scan its own screen. A link to another program needs no word in the policy of the page. */
function openApp({ language, uri }: Common & TotpOffer): Html {
  const words = appWords[language];
  return html`<div class="touch"><p>${{ text: words.here }}</p>
<p><a class="button" href="${{ text: uri }}" aria-describedby="open-hint">${{ text: words.open }}</a></p>
<p class="hint" id="open-hint">${{ text: words.nothing }}</p></div>`;
}

/** Last page: done, and the recovery codes, once. */
export function enrolledPage(
  view: Common & {
    readonly codes: readonly string[];
    readonly activeFrom: string | undefined;
    readonly next: string;
    /** An app came by a ticket or a card beside others: what it replaces goes now, or by more than a code. */
    readonly replaces: boolean;
  },
): string {
  const words = texts[view.language];
  const when = view.activeFrom === undefined ? words.doneHint : `${words.waitingHint} ${view.activeFrom}.`;
  const body = html`<h1>${{ text: words.doneTitle }}</h1>
<p class="done" role="status">${{ text: when }}</p>
${view.codes.length === 0 ? undefined : recoveryCodes(view.codes, words)}
${view.replaces ? replacesNote(removalWords[view.language]) : undefined}
<p><a class="button" href="${{ text: view.next }}">${{ text: words.continueButton }}</a></p>`;
  return framed(view, words.doneTitle, body, []);
}

function replacesNote({ replaces, toFactors }: RemovalWords): Html {
  return html`<p class="note">${{ text: replaces }} <a href="/.palier/factors">${{ text: toFactors }}</a></p>`;
}

export function recoveryCodes(codes: readonly string[], words: Texts): Html {
  return html`<h2>${{ text: words.codesTitle }}</h2>
<p>${{ text: words.codesHint }}</p>
<ul class="codes">${codes.map((code) => html`<li><code>${{ text: code }}</code></li>`)}</ul>`;
}

function framed(view: Common, title: string, body: Html, scripts: readonly string[]): string {
  return page({
    language: view.language,
    title,
    body,
    account: view.account,
    otherLanguage: view.otherLanguage,
    scripts,
  });
}
