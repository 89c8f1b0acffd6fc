// The words of the pages about cards. French first, English second.
import type { Language } from '../respond/problems.ts';
import type { CardRefusal } from './judge.ts';

/** Every reason a card is not taken, as people are told: fewer than the log knows. */
export type CardProblem =
  | 'none'
  | 'wrong-person'
  | 'expired'
  | 'not-a-person'
  | 'shared'
  | 'revoked'
  | 'unknown'
  | 'not-accepted'
  | 'gone'
  | 'no-person';

/** What people are told for a reason of the log. */
export const toldAs: Readonly<Record<CardRefusal, CardProblem>> = {
  malformed: 'not-accepted',
  untrusted: 'not-accepted',
  'invalid-path': 'not-accepted',
  'not-yet-valid': 'expired',
  expired: 'expired',
  'wrong-usage': 'not-accepted',
  'wrong-policy': 'not-accepted',
  'wrong-issuer': 'not-accepted',
  'weak-key': 'not-accepted',
  'weak-signature': 'not-accepted',
  'no-name': 'not-accepted',
  'not-a-person': 'not-a-person',
  shared: 'shared',
  revoked: 'revoked',
  'revocation-unknown': 'unknown',
};

interface Words {
  readonly title: string;
  readonly back: string;
  readonly button: string;
  readonly hint: string;
  readonly enrolButton: string;
  readonly ends: string;
  readonly problems: Readonly<Record<CardProblem, string>>;
}

export const cardTexts: Readonly<Record<Language, Words>> = {
  fr: {
    title: 'Votre carte',
    back: 'Revenir au portail',
    button: 'Utiliser ma carte',
    hint: 'Carte dans le lecteur ; le navigateur demande le certificat, puis le code de la carte.',
    enrolButton: 'Continuer avec ma carte',
    ends: 'Le certificat de votre carte se termine bientôt. Demandez son renouvellement avant le',
    problems: {
      none: 'Le navigateur n’a présenté aucun certificat. Insérez la carte, fermez puis rouvrez le navigateur s’il ne demande rien, et recommencez depuis le portail.',
      'wrong-person':
        'Cette carte est celle d’une autre personne que celle connectée au portail. Utilisez la vôtre.',
      expired: 'Le certificat de cette carte n’est plus, ou pas encore, valable.',
      'not-a-person': 'Ce certificat est celui d’une structure ou d’un serveur, pas celui d’une personne.',
      shared: 'Cette carte n’est pas nominative. Le portail n’accepte que celle d’une personne.',
      revoked: 'Cette carte a été révoquée. Si vous l’ignoriez, appelez son émetteur.',
      unknown:
        'Impossible de vérifier maintenant que cette carte n’est pas révoquée. Réessayez dans quelques minutes.',
      'not-accepted':
        'Cette carte n’est pas acceptée par ce portail. Choisissez le certificat d’authentification de votre carte.',
      gone: 'Cette demande a expiré ou a déjà servi. Revenez au portail et recommencez.',
      'no-person': 'Le portail ne dit pas quelle carte est la vôtre. Prévenez l’administrateur du portail.',
    },
  },
  en: {
    title: 'Your card',
    back: 'Back to the portal',
    button: 'Use my card',
    hint: 'Card in the reader; the browser asks for the certificate, then for the card’s code.',
    enrolButton: 'Go on with my card',
    ends: 'The certificate of your card ends soon. Ask for a new one before',
    problems: {
      none: 'The browser showed no certificate. Insert the card, close and reopen the browser if it asks for nothing, and start again from the portal.',
      'wrong-person':
        'This card belongs to somebody other than the person signed in at the portal. Use your own.',
      expired: 'The certificate of this card is no longer, or not yet, valid.',
      'not-a-person': 'This certificate is that of an organisation or a server, not of a person.',
      shared: 'This card names nobody. The portal takes only the card of one person.',
      revoked: 'This card was revoked. If that is news to you, call its issuer.',
      unknown: 'Nobody can say now that this card was not revoked. Try again in a few minutes.',
      'not-accepted':
        'This portal does not accept this card. Choose the authentication certificate of your card.',
      gone: 'This request has expired or was already used. Go back to the portal and start again.',
      'no-person': 'The portal does not say which card is yours. Tell the portal’s administrator.',
    },
  },
};
