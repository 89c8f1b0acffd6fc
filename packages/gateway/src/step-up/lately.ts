// The line on the step-up page that says what was added to the account lately. The notice of it went to the mailbox, which
// may be the thief's; here it is read by whoever works under the account, at the gesture they make each day anyway.
import type { AddedLately } from '@palier/mfa-core';
import type { Language } from '../respond/problems.ts';
import { dateText } from './date-text.ts';
import { type Html, html } from './page.ts';

interface LatelyWords {
  readonly added: string;
  readonly on: string;
  readonly is: string;
  readonly next: string;
  readonly quotes: readonly [open: string, close: string];
  readonly kinds: Readonly<Record<AddedLately['kind'], string>>;
  readonly more: (count: number) => string;
  readonly notYou: string;
  readonly see: string;
}

const fr: LatelyWords = {
  added: 'Ajouté à ce compte',
  on: 'le',
  is: '\u00a0: ',
  next: '\u00a0; ',
  quotes: ['«\u00a0', '\u00a0»'],
  kinds: { totp: 'application', webauthn: 'clé', 'recovery-code': 'codes de secours' },
  more: (count) => `et ${count} ${count === 1 ? 'autre' : 'autres'}`,
  notYou: 'Ce n’était pas vous ou un collègue\u00a0? Prévenez l’administrateur du portail tout de suite.',
  see: 'Voir et retirer',
};

const en: LatelyWords = {
  added: 'Added to this account',
  on: 'on',
  is: ': ',
  next: '; ',
  quotes: ['“', '”'],
  kinds: { totp: 'app', webauthn: 'key', 'recovery-code': 'recovery codes' },
  more: (count) => `and ${count} more`,
  notYou: 'Was it not you or a colleague? Tell the portal’s administrator at once.',
  see: 'See and remove',
};

const texts: Readonly<Record<Language, LatelyWords>> = { fr, en };

/** More than these few would push the gesture off a phone. */
const namedAtMost = 3;

/** Nothing where nothing was added. `added` is newest first. */
export function latelyLine(added: readonly AddedLately[], language: Language): Html | undefined {
  if (added.length === 0) return undefined;
  const words = texts[language];
  const next = html`${{ text: words.next }}`;
  const told = added.slice(0, namedAtMost).map((factor) => additionOf(factor, words, language));
  const left = added.length - told.length;
  const rest = left > 0 ? [html`${{ text: words.more(left) }}`] : [];
  const list = [...told, ...rest].flatMap((part, index) => (index === 0 ? [part] : [next, part]));
  return html`<p class="note lately" role="note">${{ text: words.added }} ${list}. ${{ text: words.notYou }} <a href="/.palier/factors">${{ text: words.see }}</a></p>`;
}

/** The name comes from a person, who may be the thief: text, set apart from what the page itself says. */
function additionOf({ kind, name, addedAt }: AddedLately, words: LatelyWords, language: Language): Html {
  const [open, close] = words.quotes;
  const called =
    name === '' ? undefined : html` ${{ text: open }}<bdi>${{ text: name }}</bdi>${{ text: close }}`;
  const when = `${words.on} ${dateText(addedAt, language)}${words.is}${words.kinds[kind]}`;
  return html`${{ text: when }}${called}`;
}
