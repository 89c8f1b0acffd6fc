// The page of break-glass: what it gives, what it costs, and a reason in the person's own words. It never hides that
// somebody will read it.
import type { BrokenGlass, GlassAnswer, GlassRules } from '../budget/exemption.ts';
import type { Language } from '../respond/problems.ts';
import { dateText } from './date-text.ts';
import { html, page } from './page.ts';
import { alert } from './step-up-page.ts';
import { texts } from './texts.ts';

export type GlassRefusal = Extract<GlassAnswer, { readonly outcome: 'refused' }>['because'];

interface GlassWords {
  readonly title: string;
  readonly what: (rules: GlassRules) => string;
  readonly read: (rules: GlassRules) => string;
  readonly label: string;
  readonly hint: (rules: GlassRules) => string;
  readonly button: string;
  readonly brokenTitle: string;
  readonly broken: (records: number, until: string) => string;
  readonly refusals: Readonly<Record<GlassRefusal, string>>;
}

const days = ({ windowMilliseconds }: GlassRules): number => Math.round(windowMilliseconds / 86_400_000);
const minutes = ({ lastsMilliseconds }: GlassRules): number => Math.round(lastsMilliseconds / 60_000);

const fr: GlassWords = {
  title: 'Bris de glace',
  what: (rules) =>
    `Pour une urgence : ${rules.records} personnes de plus pendant ${minutes(rules)} minutes, au-delà de vos plafonds.`,
  read: (rules) =>
    `Il faut avoir présenté votre carte dans les cinq dernières minutes. ${rules.quota} fois en ${days(rules)} jours au plus. Le motif, votre compte et l’heure sont lus par l’administrateur du portail.`,
  label: 'Motif',
  hint: ({ reason }) =>
    `${reason.least} caractères au moins. N’écrivez ni nom ni numéro de personne : les consultations sont déjà au registre.`,
  button: 'Briser la glace',
  brokenTitle: 'Glace brisée',
  broken: (records, until) => `Vous pouvez consulter ${records} personnes de plus jusqu’au ${until}.`,
  refusals: {
    'card-needed': 'Il faut d’abord présenter votre carte.',
    'card-too-old':
      'Présentez de nouveau votre carte : elle doit l’avoir été dans les cinq dernières minutes.',
    'reason-too-short': 'Le motif est trop court.',
    'reason-too-long': 'Le motif est trop long.',
    quota:
      'Ce compte a déjà brisé la glace autant de fois qu’il est permis. Appelez l’administrateur du portail.',
  },
};

const en: GlassWords = {
  title: 'Break the glass',
  what: (rules) =>
    `For an emergency: ${rules.records} persons more within ${minutes(rules)} minutes, past your caps.`,
  read: (rules) =>
    `You must have shown your card within the last five minutes. At most ${rules.quota} times in ${days(rules)} days. The reason, your account and the hour are read by the portal’s administrator.`,
  label: 'Reason',
  hint: ({ reason }) =>
    `At least ${reason.least} characters. Write no person’s name or number: the look-ups are in the ledger already.`,
  button: 'Break the glass',
  brokenTitle: 'The glass is broken',
  broken: (records, until) => `You can look up ${records} persons more until ${until}.`,
  refusals: {
    'card-needed': 'Show your card first.',
    'card-too-old': 'Show your card again: it must have been within the last five minutes.',
    'reason-too-short': 'The reason is too short.',
    'reason-too-long': 'The reason is too long.',
    quota: 'This account has broken the glass as often as is allowed. Call the portal’s administrator.',
  },
};

const words: Readonly<Record<Language, GlassWords>> = { fr, en };

/** The sentence for a refusal, for programs too. */
export function glassRefusal(language: Language, because: GlassRefusal): string {
  return words[language].refusals[because];
}

interface GlassView {
  readonly language: Language;
  readonly account: string;
  readonly rules: GlassRules;
  readonly refused: GlassRefusal | undefined;
  readonly broken: BrokenGlass | undefined;
  readonly otherLanguage: string;
}

export function glassPage({ language, account, rules, refused, broken, otherLanguage }: GlassView): string {
  const own = words[language];
  const done =
    broken &&
    html`<h1>${{ text: own.brokenTitle }}</h1><p class="done" role="status">${{ text: own.broken(broken.records, dateText(broken.until, language)) }}</p><p><a class="button" href="/">${{ text: texts[language].toPortal }}</a></p>`;
  const body =
    done ??
    html`<h1>${{ text: own.title }}</h1>
<p>${{ text: own.what(rules) }}</p>
<p class="note">${{ text: own.read(rules) }}</p>
${alert(refused && own.refusals[refused])}
<form method="post" action="/.palier/break-glass" autocomplete="off">
<label for="reason">${{ text: own.label }}</label>
<p class="hint" id="reason-hint">${{ text: own.hint(rules) }}</p>
<input type="text" id="reason" name="reason" minlength="${{ text: String(rules.reason.least) }}" maxlength="${{ text: String(rules.reason.most) }}" required aria-describedby="reason-hint error">
<div><button class="danger">${{ text: own.button }}</button></div>
</form>`;
  const title = broken === undefined ? own.title : own.brokenTitle;
  return page({ language, title, body, account, otherLanguage });
}
