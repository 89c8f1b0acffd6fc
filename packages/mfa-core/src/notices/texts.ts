// The shape of a language's notices: one entry for each event, so that a new event does not compile without its words.
import type { MfaEvent } from '../events.ts';

/** The languages of notices. */
export type Language = 'fr' | 'en';

/** What every sentence may speak of besides the event itself. */
export interface Place {
  /** The portal's name, as people know it. */
  readonly portal: string;
  /** How to reach a human, for "this was not me": a telephone number or a desk. Never a link. */
  readonly contact: string;
  /** IANA name of the time zone times are told in. */
  readonly timeZone: string;
}

type Of<T extends MfaEvent['type']> = Extract<MfaEvent, { readonly type: T }>;

/** What happened, as a line for the subject and a sentence. Nothing but fixed words goes into a subject. */
export interface Words {
  readonly subject: string;
  readonly sentence: string;
}

export type Texts = {
  readonly [T in MfaEvent['type']]: (event: Of<T>, at: (instant: number) => string) => Words;
};

export interface Locale {
  readonly texts: Texts;
  readonly greeting: string;
  /** When it happened. */
  readonly when: (at: string) => string;
  /** What to do if it was somebody else. */
  readonly notYou: (contact: string) => string;
  /** What we never do. */
  readonly never: string;
  readonly tag: string;
}
