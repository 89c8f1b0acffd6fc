// Why somebody is asked for more than a code, in the words of what is true: an alarm is not told where none stands.
export interface WhyWords {
  /** Codes have shown all the persons they may in a day. */
  readonly 'codes-used-up': string;
  /** Before the moment from which they do again. */
  readonly codesAgain: string;
  /** What was shown buys no look-ups for this kind of account. */
  readonly 'pays-nothing': string;
}

export const whyWords: { readonly fr: WhyWords; readonly en: WhyWords } = {
  fr: {
    'codes-used-up':
      'Vous avez consulté toutes les personnes que des codes permettent de voir en 24 heures. Pour continuer dès maintenant, utilisez une clé d’accès, une clé de sécurité ou votre carte.',
    codesAgain: 'Les codes permettent de nouveau d’en consulter, peu à peu, après',
    'pays-nothing':
      'Votre compte ne peut pas consulter de personnes avec ce que vous avez montré. Utilisez un moyen plus sûr\u00a0: une clé d’accès, une clé de sécurité ou votre carte.',
  },
  en: {
    'codes-used-up':
      'You have seen all the persons that codes may show in 24 hours. To go on now, use a passkey, a security key or your card.',
    codesAgain: 'Codes show persons again, little by little, after',
    'pays-nothing':
      'Your account cannot look up persons with what you have shown. Use a safer means: a passkey, a security key or your card.',
  },
};
