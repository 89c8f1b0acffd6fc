// Why somebody is asked for a gesture, or for more than a code, in the words of what is true: an alarm is not told where none
// stands.

/** Why somebody was stopped, where there is a sentence for it. */
export type Because =
  | 'no-proof'
  | 'not-accepted'
  | 'too-old'
  | 'presence-used-up'
  /** An alarm stands. */
  | 'stronger'
  /** Codes have shown all the persons they may in a day. */
  | 'codes-used-up'
  /** What was shown buys no look-ups for this kind of account. */
  | 'pays-nothing';

type Why = Readonly<Record<Because, string>>;

export const whyWords: { readonly fr: Why; readonly en: Why } = {
  fr: {
    'no-proof': 'Cette page montre des dossiers de personnes assurées : il faut être sûr que c’est vous.',
    'not-accepted': 'Cette page demande un moyen plus sûr que celui que vous avez montré.',
    'too-old': 'Votre dernière confirmation est trop ancienne pour cette page.',
    'presence-used-up':
      'Vous avez consulté toutes les personnes que permet une confirmation ; les numéros qui n’ont rien donné comptent aussi. Confirmez de nouveau, et vous continuez où vous étiez.',
    stronger:
      'Vos consultations sortent de l’ordinaire. Pour continuer, utilisez une clé d’accès, une clé de sécurité ou votre carte.',
    'codes-used-up':
      'Vous avez consulté toutes les personnes que des codes permettent de voir en 24 heures. Pour continuer dès maintenant, utilisez une clé d’accès, une clé de sécurité ou votre carte.',
    'pays-nothing':
      'Votre compte ne peut pas consulter de personnes avec ce que vous avez montré. Utilisez un moyen plus sûr\u00a0: une clé d’accès, une clé de sécurité ou votre carte.',
  },
  en: {
    'no-proof': 'This page shows records of insured persons: we must be sure that it is you.',
    'not-accepted': 'This page asks for a safer means than the one you have shown.',
    'too-old': 'You last confirmed too long ago for this page.',
    'presence-used-up':
      'You have seen all the persons one confirmation allows; numbers that were not found count too. Confirm again, and you go on where you were.',
    stronger: 'Your look-ups are out of the ordinary. To go on, use a passkey, a security key or your card.',
    'codes-used-up':
      'You have seen all the persons that codes may show in 24 hours. To go on now, use a passkey, a security key or your card.',
    'pays-nothing':
      'Your account cannot look up persons with what you have shown. Use a safer means: a passkey, a security key or your card.',
  },
};

export function isBecause(text: string): text is Because {
  return Object.hasOwn(whyWords.fr, text);
}

/** Before the moment from which codes show persons again. */
export const codesAgain: { readonly fr: string; readonly en: string } = {
  fr: 'Les codes permettent de nouveau d’en consulter, peu à peu, après',
  en: 'Codes show persons again, little by little, after',
};
