// Ways to prove a card that lead away from the step-up page: to an identity provider, or to a listener that asks for a
// certificate. Each is a button in a form, so that it works without script and only our own page can begin it.
import type { Language } from '../respond/problems.ts';

export interface CardWay {
  /** Where the form is posted; it carries `resume`. */
  readonly action: string;
  /** The words of the button, and one sentence on what will happen. */
  readonly words: (language: Language) => { readonly button: string; readonly hint: string };
}
