// What a denial is called, in the two languages of the people who meet it. One row per thing that can happen; the row
// says what it means and what helps. No row ever holds a value of the request.

import { whyWords } from '../step-up/why-words.ts';

export type Language = 'fr' | 'en';

export interface Words {
  readonly title: string;
  readonly detail: string;
}

export interface Problem {
  readonly status: number;
  /** RFC 9457 `type`: `urn:palier:problem:<name>`. */
  readonly name: string;
  readonly fr: Words;
  readonly en: Words;
}

function row(
  status: number,
  name: string,
  fr: readonly [string, string],
  en: readonly [string, string],
): Problem {
  return { status, name, fr: { title: fr[0], detail: fr[1] }, en: { title: en[0], detail: en[1] } };
}

export type ProblemName =
  | 'sign-in'
  | 'step-up'
  | 'too-old'
  | 'presence-used-up'
  | 'stronger'
  | 'codes-used-up'
  | 'pays-nothing'
  | 'stopped'
  | 'slow-down'
  | 'slow-down-new'
  | 'slow-down-organisation'
  | 'slow-down-fleet'
  | 'slow-down-misses'
  | 'too-many-sign-ins'
  | 'malformed'
  | 'unreadable-number'
  | 'forbidden'
  | 'too-many'
  | 'elsewhere'
  | 'not-found'
  | 'not-allowed'
  | 'unavailable'
  | 'bad-gateway'
  | 'answer-unreadable';

export const problems: Readonly<Record<ProblemName, Problem>> = {
  'sign-in': row(
    401,
    'sign-in-required',
    ['Connexion nécessaire', 'Connectez-vous d’abord au portail, puis recommencez.'],
    ['Please sign in', 'Sign in to the portal first, then try again.'],
  ),
  'step-up': row(
    401,
    'step-up-required',
    [
      'Confirmez que c’est vous',
      'Cette consultation demande de confirmer que c’est vous, avec une clé, une carte ou un code.',
    ],
    [
      'Confirm that it is you',
      'This look-up asks you to confirm that it is you, with a key, a card or a code.',
    ],
  ),
  'too-old': row(
    401,
    'step-up-required',
    [
      'Confirmation trop ancienne',
      'Vous avez confirmé que c’est vous il y a trop longtemps pour cette consultation. Confirmez de nouveau.',
    ],
    [
      'Confirmed too long ago',
      'You last confirmed that it is you too long ago for this look-up. Confirm again.',
    ],
  ),
  'presence-used-up': row(
    401,
    'presence-used-up',
    [
      'Confirmez de nouveau',
      'Vous avez consulté toutes les personnes que permet une confirmation ; les numéros qui n’ont rien donné comptent aussi. Confirmez de nouveau pour continuer.',
    ],
    [
      'Confirm again',
      'You have seen all the persons one confirmation allows; numbers that were not found count too. Confirm again to go on.',
    ],
  ),
  stronger: row(
    401,
    'stronger-proof-required',
    [
      'Confirmation plus sûre demandée',
      'Vos consultations sortent de l’ordinaire. Pour continuer, utilisez une clé d’accès, une clé de sécurité ou votre carte.',
    ],
    [
      'Safer confirmation needed',
      'Your look-ups are out of the ordinary. To go on, use a passkey, a security key or your card.',
    ],
  ),
  'codes-used-up': row(
    401,
    'stronger-proof-required',
    ['Les codes ne suffisent plus aujourd’hui', whyWords.fr['codes-used-up']],
    ['Codes are used up for today', whyWords.en['codes-used-up']],
  ),
  'pays-nothing': row(
    401,
    'stronger-proof-required',
    ['Confirmation plus sûre demandée', whyWords.fr['pays-nothing']],
    ['Safer confirmation needed', whyWords.en['pays-nothing']],
  ),
  'slow-down': row(
    429,
    'cap-reached',
    [
      'Plafond du jour atteint',
      'Ce compte a consulté autant de personnes différentes qu’il lui est permis en 24 heures. Celles d’aujourd’hui restent accessibles. Seul le temps, ou l’administrateur du portail, peut aider ; confirmer de nouveau n’y changera rien.',
    ],
    [
      'Cap of the day reached',
      'This account has seen as many different persons as it may in 24 hours. Those of today stay open. Only time or the portal’s administrator can help; confirming again will not.',
    ],
  ),
  'slow-down-new': row(
    429,
    'cap-reached',
    [
      'Plafond de nouvelles personnes atteint',
      'Ce compte a consulté, en 30 jours, autant de personnes jamais vues auparavant qu’il lui est permis. Celles qu’il connaît déjà restent accessibles. Seul le temps, ou l’administrateur du portail, peut aider ; confirmer de nouveau n’y changera rien.',
    ],
    [
      'Cap on new persons reached',
      'This account has seen, in 30 days, as many persons it never saw before as it may. Those it knows stay open. Only time or the portal’s administrator can help; confirming again will not.',
    ],
  ),
  'slow-down-organisation': row(
    429,
    'cap-reached',
    [
      'Plafond de l’organisation atteint',
      'Les comptes de votre organisation ont consulté ensemble autant de personnes qu’il leur est permis en 24 heures. Vous n’y êtes peut-être pour rien. Demandez à votre organisation ou à l’administrateur du portail ; confirmer de nouveau n’y changera rien.',
    ],
    [
      'Cap of the organisation reached',
      'The accounts of your organisation have together seen as many persons as they may in 24 hours. It need not be your doing. Ask your organisation or the portal’s administrator; confirming again will not help.',
    ],
  ),
  'slow-down-fleet': row(
    429,
    'cap-reached',
    [
      'Plafond du portail atteint',
      'Tous les comptes du portail ont consulté ensemble autant de personnes qu’il est permis en 24 heures. Vous n’y êtes pour rien, et l’administrateur du portail est prévenu. Confirmer de nouveau n’y changera rien.',
    ],
    [
      'Cap of the portal reached',
      'All accounts of the portal have together seen as many persons as is allowed in 24 hours. It is not your doing, and the portal’s administrator is told. Confirming again will not help.',
    ],
  ),
  'slow-down-misses': row(
    429,
    'cap-reached',
    [
      'Trop de recherches sans résultat',
      'Ce compte a demandé, en 24 heures, trop de personnes qui n’existent pas sur ce portail. Vérifiez les numéros saisis. Seul le temps, ou l’administrateur du portail, peut aider ; confirmer de nouveau n’y changera rien.',
    ],
    [
      'Too many look-ups that found nobody',
      'This account has asked, in 24 hours, for too many persons who are not on this portal. Check the numbers you type. Only time or the portal’s administrator can help; confirming again will not.',
    ],
  ),
  'too-many-sign-ins': row(
    429,
    'too-many-sign-ins',
    [
      'Trop d’essais de connexion',
      'Plusieurs connexions de suite ont échoué. Attendez un peu avant d’essayer à nouveau, ou utilisez un navigateur avec lequel vous vous connectez d’habitude : il n’a pas à attendre.',
    ],
    [
      'Too many attempts to sign in',
      'Several sign-ins in a row have failed. Wait a little before you try again, or use a browser you usually sign in with: it need not wait.',
    ],
  ),
  malformed: row(
    400,
    'malformed-request',
    ['Demande refusée', 'La demande n’a pas la forme attendue. Rien n’a été transmis au portail.'],
    ['Request refused', 'The request is not in the form expected. Nothing was sent to the portal.'],
  ),
  'unreadable-number': row(
    400,
    'unreadable-number',
    [
      'Ce numéro n’est pas valide',
      'Le numéro saisi est incomplet ou mal recopié\u00a0: corrigez-le. Rien n’a été consulté ni décompté.',
    ],
    [
      'This number is not valid',
      'The number typed is incomplete or mistyped: correct it. Nothing was looked up or counted.',
    ],
  ),
  forbidden: row(
    403,
    'forbidden',
    ['Accès refusé', 'Ce compte ne peut pas ouvrir cette page depuis ici ou à cette heure.'],
    ['Access refused', 'This account may not open this page from here or at this hour.'],
  ),
  stopped: row(
    403,
    'stopped-by-operator',
    [
      'Accès suspendu',
      'L’administrateur du portail a suspendu cet accès. Rien n’a été transmis au portail. Appelez-le pour en savoir plus.',
    ],
    [
      'Access suspended',
      'The portal’s administrator has suspended this access. Nothing was sent to the portal. Call to learn more.',
    ],
  ),
  'too-many': row(
    403,
    'too-many-at-once',
    [
      'Trop de personnes à la fois',
      'Cette réponse montrerait plus de personnes qu’une confirmation ne le permet. Précisez votre recherche ; rien n’a été montré.',
    ],
    [
      'Too many persons at once',
      'This answer would show more persons than one confirmation allows. Narrow your search; nothing was shown.',
    ],
  ),
  elsewhere: row(
    403,
    'opened-from-elsewhere',
    [
      'Ouvrir cette page ?',
      'Un autre site a ouvert cette page, qui montre le dossier d’une personne. Rien n’a encore été consulté. Continuez seulement si c’est bien ce que vous vouliez faire.',
    ],
    [
      'Open this page?',
      'Another site has opened this page, which shows a person’s record. Nothing has been looked up yet. Go on only if this is what you meant to do.',
    ],
  ),
  'not-found': row(
    404,
    'not-declared',
    ['Page introuvable', 'Cette adresse n’existe pas sur ce portail.'],
    ['Page not found', 'There is no such address on this portal.'],
  ),
  'not-allowed': row(
    405,
    'method-not-declared',
    ['Action impossible', 'Cette adresse n’accepte pas cette action.'],
    ['Action not possible', 'This address does not take this action.'],
  ),
  unavailable: row(
    503,
    'unavailable',
    [
      'Service momentanément indisponible',
      'Un élément nécessaire à la vérification ne répond pas. Par prudence, rien n’a été consulté. Réessayez dans un instant.',
    ],
    [
      'Temporarily unavailable',
      'Something needed for the check does not answer. To be safe, nothing was looked up. Try again in a moment.',
    ],
  ),
  'bad-gateway': row(
    502,
    'portal-unreachable',
    ['Le portail ne répond pas', 'Le portail n’a pas répondu comme il le devait. Réessayez dans un instant.'],
    ['The portal does not answer', 'The portal did not answer as it should. Try again in a moment.'],
  ),
  'answer-unreadable': row(
    502,
    'answer-unreadable',
    ['Réponse retenue', 'La réponse du portail n’a pas pu être contrôlée ; elle a été retenue entière.'],
    ['Answer withheld', 'The portal’s answer could not be checked; it was withheld whole.'],
  ),
};
