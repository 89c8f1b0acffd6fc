// The page a person gets instead of what was asked for: one sentence on what happened, one on what helps.
import type { SignOut } from '../gate/leaving.ts';
import { type Language, type Problem, problems } from '../respond/problems.ts';
import { glassLink } from './glass-link.ts';
import { type Html, html, page } from './page.ts';

const words = {
  fr: {
    gesture: 'Confirmer que c’est moi',
    goOn: 'Continuer',
    back: 'Revenir et corriger',
    signOut: 'Me déconnecter du portail',
    home: 'Accueil du portail',
    wait: 'Réessayez dans',
    minutes: 'minutes',
    hours: 'heures',
  },
  en: {
    gesture: 'Confirm that it is me',
    goOn: 'Continue',
    back: 'Go back and correct it',
    signOut: 'Sign out of the portal',
    home: 'Portal home',
    wait: 'Try again in',
    minutes: 'minutes',
    hours: 'hours',
  },
} as const;

/** Where a gesture helps there is a way to it: what was asked could not be kept, or the step-up page would be there. */
const helpedByGesture: ReadonlySet<string> = new Set(
  (['step-up', 'too-old', 'presence-used-up', 'stronger'] as const).map((row) => problems[row].name),
);

interface Ways {
  /** Breaking the glass would help. */
  readonly urgent?: boolean;
  /** The address that was asked for, when saying so is all that is wanted. */
  readonly goOn?: string | undefined;
  /** Where the person was, when going back there is what helps. */
  readonly back?: string | undefined;
  /** Where the portal signs out, for who may do nothing else. */
  readonly signOut?: SignOut | undefined;
}

/** `retryAfter` in seconds, when only time helps. */
export function problemPage(
  problem: Problem,
  language: Language,
  retryAfter: number | undefined,
  { urgent = false, goOn, back, signOut }: Ways = {},
): string {
  const own = words[language];
  const { title, detail } = problem[language];
  // Who is stopped would come from the portal's home to this page again.
  const isStopped = problem.name === problems.stopped.name;
  const wait =
    retryAfter === undefined
      ? undefined
      : html`<p><strong>${{ text: `${own.wait} ${spell(retryAfter, own)}` }}.</strong></p>`;
  const body = html`<h1>${{ text: title }}</h1>
<p role="alert">${{ text: detail }}</p>
${wait}
${helpedByGesture.has(problem.name) ? html`<p><a class="button" href="/.palier/step-up">${{ text: own.gesture }}</a></p>` : undefined}
${goOn === undefined ? undefined : html`<p><a class="button" href="${{ text: goOn }}">${{ text: own.goOn }}</a></p>`}
${back === undefined ? undefined : html`<p><a class="button" id="back" href="${{ text: back }}">${{ text: own.back }}</a></p>`}
${urgent ? glassLink(language) : undefined}
${isStopped ? signOutForm(signOut, own.signOut) : html`<p><a class="button quiet" href="/">${{ text: own.home }}</a></p>`}`;
  return page({ language, title, body, scripts: back === undefined ? [] : ['back.js'] });
}

function signOutForm(signOut: SignOut | undefined, button: string): Html | undefined {
  if (signOut === undefined) return undefined;
  const { method, path } = signOut;
  return html`<form method="${{ text: method }}" action="${{ text: path }}"><button class="quiet">${{ text: button }}</button></form>`;
}

function spell(seconds: number, own: { readonly minutes: string; readonly hours: string }): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return minutes < 90 ? `${minutes} ${own.minutes}` : `${Math.ceil(minutes / 60)} ${own.hours}`;
}
