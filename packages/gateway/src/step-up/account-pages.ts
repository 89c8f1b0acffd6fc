// The person's own pages: the factors of the account and the browsers it is signed in from.
import type { OfferedChanges, RemovalVerdict } from '@palier/mfa-core';
import type { Language } from '../respond/problems.ts';
import { accountWords } from './account-words.ts';
import { dateText } from './date-text.ts';
import { recoveryCodes } from './enrol-page.ts';
import { type Html, html, page } from './page.ts';
import { removalWords } from './removal-words.ts';
import { alert } from './step-up-page.ts';
import { type Texts, texts } from './texts.ts';

export interface FactorRow {
  readonly id: string;
  readonly kind: keyof Texts['factorKinds'];
  /** Empty where the person gave none: then its kind is its name. */
  readonly name: string;
  readonly addedAt: number;
  readonly isNew: boolean;
  /** What the one is called that was shown when it was added; undefined where none was, or where that is gone. */
  readonly boundWith: string | undefined;
  readonly lastUsedAt: number | undefined;
  readonly activeFrom: number | undefined;
  readonly unfinished: boolean;
  readonly disabled: boolean;
  readonly remaining: number | undefined;
  /** Undefined for one that was bound at this moment: then both are offered. */
  readonly changes: OfferedChanges | undefined;
}

interface Common {
  readonly language: Language;
  readonly account: string;
  readonly error: string | undefined;
  readonly otherLanguage: string;
}

/** With an app that a code bound, the codes that a code had made are removed (mfa-core, recovery-set.ts). */
function lacksCodes(factors: readonly FactorRow[]): boolean {
  const live = factors.filter(({ disabled }) => !disabled);
  return live.length > 0 && live.every(({ kind }) => kind !== 'recovery-code');
}

/** Why some have no button; once, for all of them. A refusal has just said the same. */
function keptNote({
  factors,
  error,
  language,
}: Common & { readonly factors: readonly FactorRow[] }): Html | undefined {
  const { notByCode } = removalWords[language];
  const isKept = factors.some(
    ({ changes }) => changes?.remove === 'not-by-code' || changes?.rename === 'not-by-code',
  );
  return isKept && error !== notByCode ? html`<p class="note">${{ text: notByCode }}</p>` : undefined;
}

export function factorsPage(
  view: Common & {
    readonly factors: readonly FactorRow[];
    readonly codes: readonly string[];
    /** The way back to this page through a gesture, where one was asked for. */
    readonly resume: string;
    /** What a key needs, where the factors held do not add one. */
    readonly keyNeeds: string | undefined;
  },
): string {
  const words = texts[view.language];
  const byCode = view.keyNeeds !== undefined;
  const rows = view.factors.map((factor) => factorRow(factor, byCode, words, view.language));
  const hasCodes = view.factors.some(({ kind, disabled }) => kind === 'recovery-code' && !disabled);
  const body = html`<h1>${{ text: words.factorsTitle }}</h1>
${alert(view.error)}
${view.error === undefined ? undefined : html`<p><a class="button" href="/.palier/step-up?resume=${{ text: view.resume }}">${{ text: words.stepUpNow }}</a></p>`}
${view.codes.length === 0 ? undefined : recoveryCodes(view.codes, words)}
${rows.length === 0 ? html`<p>${{ text: words.noFactors }}</p>` : html`<ul class="rows">${rows}</ul>`}
${keptNote(view)}
${lacksCodes(view.factors) ? html`<p class="note">${{ text: words.noCodes }}</p>` : undefined}
${view.keyNeeds === undefined ? undefined : html`<p class="note">${{ text: view.keyNeeds }}</p>`}
<p><a class="button" href="/.palier/enrol">${{ text: words.addFactor }}</a></p>
<form method="post" action="/.palier/factors/recovery-codes"><button class="quiet">${{ text: hasCodes ? words.newCodes : accountWords[view.language].makeCodes }}</button></form>`;
  return page({
    language: view.language,
    title: words.factorsTitle,
    body,
    account: view.account,
    otherLanguage: view.otherLanguage,
  });
}

function factorRow(factor: FactorRow, byCode: boolean, words: Texts, language: Language): Html {
  const own = accountWords[language];
  const kind = words.factorKinds[factor.kind];
  const title = factor.name || kind;
  const facts = [
    ...(title === kind ? [] : [kind]),
    `${words.addedOn} ${dateText(factor.addedAt, language)}`,
    ...(factor.lastUsedAt === undefined
      ? []
      : [`${words.lastUsed} ${dateText(factor.lastUsedAt, language)}`]),
    ...(factor.activeFrom === undefined
      ? []
      : [`${words.activeFrom} ${dateText(factor.activeFrom, language)}`]),
    ...(factor.unfinished ? [words.unfinished] : []),
    ...(factor.remaining === undefined ? [] : [`${factor.remaining} ${words.remaining}`]),
    ...(factor.disabled ? [words.disabled] : []),
    ...(factor.changes?.remove === 'last-factor' ? [byCode ? own.lastByCode : own.lastFactor] : []),
  ];
  const isNew = factor.isNew ? html` <span class="new">${{ text: words.isNew }}</span>` : undefined;
  return html`<li><strong>${{ text: title }}</strong>${isNew}<br><span class="hint">${{ text: facts.join(' · ') }}${addedWith(factor, language)}</span>
${isOffered(factor.changes?.rename) ? renameForm(factor, words) : undefined}
${isOffered(factor.changes?.remove) ? removalOf(factor, title, language) : undefined}</li>`;
}

/** The name comes from a person, who may be the thief, and is set apart from what the page says. */
function addedWith({ boundWith }: FactorRow, language: Language): Html | undefined {
  const [open, close] = removalWords[language].addedWith;
  if (boundWith === undefined) return undefined;
  return html` · ${{ text: open }}<bdi>${{ text: boundWith }}</bdi>${{ text: close }}`;
}

function isOffered(verdict: RemovalVerdict = 'allowed'): boolean {
  return verdict === 'allowed';
}

function renameForm(factor: FactorRow, words: Texts): Html {
  const field = `name-${factor.id}`;
  return html`<details><summary>${{ text: words.rename }}</summary>
<form method="post" action="/.palier/factors/rename"><input type="hidden" name="factor" value="${{ text: factor.id }}">
<label for="${{ text: field }}">${{ text: words.newName }}</label>
<input type="text" id="${{ text: field }}" name="name" maxlength="60" required value="${{ text: factor.name }}"><button class="quiet">${{ text: words.rename }}</button></form></details>`;
}

/** Codes on paper are missed only when it is too late to make others: asked about, without a script. */
function removalOf({ id, kind }: FactorRow, title: string, language: Language): Html {
  const words = texts[language];
  if (kind !== 'recovery-code') return removeForm(id, words.remove, `${words.remove} ${title}`);
  const { sureOfCodes, removeCodes } = accountWords[language];
  return html`<details><summary>${{ text: words.remove }}</summary><p>${{ text: sureOfCodes }}</p>
${removeForm(id, removeCodes)}</details>`;
}

/** `label` where the button alone would not say what it removes. */
function removeForm(id: string, button: string, label?: string): Html {
  const named = label === undefined ? undefined : html` aria-label="${{ text: label }}"`;
  return html`<form method="post" action="/.palier/factors/remove"><input type="hidden" name="factor" value="${{ text: id }}"><button class="danger"${named}>${{ text: button }}</button></form>`;
}

export interface SessionRow {
  readonly id: string;
  readonly agent: string;
  readonly openedAt: number;
  readonly seenAt: number;
  readonly own: boolean;
}

/** What ending sessions came to; `resume` is the way back here through the gesture that ends the rest. */
export interface EndedView {
  readonly ended: number;
  readonly stay: number;
  readonly resume: string;
}

function endedNote({ ended, stay, resume }: EndedView, words: Texts): Html {
  const rest = html` ${{ text: `${words.stayCount} ${stay}. ${words.stayWhy}` }}`;
  return html`<p class="note" role="status">${{ text: `${words.endedCount} ${ended}.` }}${stay === 0 ? undefined : rest}</p>
${stay === 0 ? undefined : html`<p><a class="button" href="/.palier/step-up?resume=${{ text: resume }}">${{ text: words.stepUpNow }}</a></p>`}`;
}

/** None for this browser's own: the portal still knows the person there, and another one would open at once. */
function endForm(id: string, words: Texts): Html {
  return html`<form method="post" action="/.palier/sessions/end"><input type="hidden" name="session" value="${{ text: id }}"><button class="quiet">${{ text: words.endThis }}</button></form>`;
}

export function sessionsPage(
  view: Common & { readonly sessions: readonly SessionRow[]; readonly ended: EndedView | undefined },
): string {
  const words = texts[view.language];
  const rows = view.sessions.map((session) => {
    const when = `${words.openedOn} ${dateText(session.openedAt, view.language)} · ${words.seenOn} ${dateText(session.seenAt, view.language)}`;
    const own = session.own ? html` <em>(${{ text: words.thisOne }})</em>` : undefined;
    return html`<li><strong>${{ text: session.agent || '?' }}</strong>${own}<br><span class="hint">${{ text: when }}</span>
${session.own ? undefined : endForm(session.id, words)}</li>`;
  });
  const hasOthers = view.sessions.some(({ own }) => !own);
  const body = html`<h1>${{ text: words.sessionsTitle }}</h1>
${alert(view.error)}
${view.ended === undefined ? undefined : endedNote(view.ended, words)}
<ul class="rows">${rows}</ul>
${hasOthers ? html`<form method="post" action="/.palier/sessions/end-others"><button class="danger">${{ text: words.endOthers }}</button></form>` : undefined}`;
  return page({
    language: view.language,
    title: words.sessionsTitle,
    body,
    account: view.account,
    otherLanguage: view.otherLanguage,
  });
}
