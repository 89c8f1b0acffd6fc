// What the ready-made page says, in French and English. Words and nothing else.

/** Of what was added lately: `notYou` ends with a link to the list below. */
interface LatelyWords {
  readonly added: string;
  readonly on: string;
  readonly is: string;
  readonly next: string;
  readonly open: string;
  readonly close: string;
  readonly more: readonly [one: string, several: string];
  readonly notYou: string;
  readonly see: string;
}

export interface PageWords {
  readonly lang: 'fr' | 'en';
  readonly title: string;
  readonly prove: string;
  readonly useKey: string;
  readonly code: string;
  readonly confirm: string;
  readonly lost: string;
  readonly recovery: string;
  readonly add: string;
  readonly addHint: string;
  readonly install: string;
  readonly keyWhy: string;
  readonly keyNeedsTicket: string;
  readonly ticket: string;
  readonly ticketHint: string;
  readonly name: string;
  readonly nameHint: string;
  readonly app: string;
  readonly key: string;
  readonly scan: string;
  readonly openApp: string;
  readonly shown: string;
  readonly codes: string;
  readonly yours: string;
  readonly yoursHint: string;
  readonly notByCode: string;
  readonly remove: string;
  readonly isNew: string;
  readonly addedWith: string;
  readonly lately: LatelyWords;
  readonly waits: string;
  readonly unfinished: string;
  readonly left: string;
  readonly kinds: Readonly<Record<'totp' | 'webauthn' | 'recovery-code', string>>;
  readonly goOn: string;
  readonly done: string;
  readonly notEnough: string;
  readonly failed: string;
  readonly ticketRefused: string;
  /** After Enter in a field from which two ways lead on. */
  readonly eitherWay: string;
}

const french: PageWords = {
  lang: 'fr',
  title: 'Clés et applications',
  prove: 'Confirmez que c’est vous',
  useKey: 'Utiliser ma clé ou ma clé d’accès',
  code: 'Code à 6 chiffres de l’application',
  confirm: 'Valider',
  lost: 'Je n’ai plus mon téléphone ni ma clé',
  recovery: 'Code de secours',
  add: 'Ajouter une clé ou une application',
  addHint: 'La première s’ajoute avec un ticket ; les suivantes juste après avoir confirmé que c’est vous.',
  install:
    'Pour les codes, installez d’abord sur votre téléphone une application d’authentification, par exemple FreeOTP, Google Authenticator ou Microsoft Authenticator.',
  keyWhy:
    'Recommandé\u00a0: une clé ou une clé d’accès, car aucun faux site ne peut s’en servir\u00a0; le code d’une application peut être volé.',
  keyNeedsTicket:
    'Un code peut être volé sur un faux site : il ne permet pas d’ajouter une clé. Demandez un ticket à l’administrateur du portail et tapez-le ici.',
  ticket: 'Ticket remis par l’administrateur du portail',
  ticketHint:
    'Il ne sert qu’une fois : ayez d’abord sous la main votre clé ou votre téléphone, puis terminez dans les 15 minutes sans quitter cette page, sinon il en faudra un autre.',
  name: 'Nom de cette clé ou application',
  nameHint: 'téléphone du cabinet',
  app: 'Une application',
  key: 'Une clé ou une clé d’accès',
  scan: 'Photographiez ce code avec l’application, ou tapez-y :',
  openApp: 'Ouvrir dans mon application',
  shown: 'Code affiché par l’application',
  codes: 'Codes de secours, à imprimer : ils ne seront plus jamais montrés',
  yours: 'Vos clés et applications',
  yoursHint:
    'Pour en retirer une, confirmez d’abord que c’est vous : cela vaut cinq minutes. Pour retirer la dernière, ajoutez-en d’abord une autre.',
  notByCode:
    'Un code peut être volé sur un faux site\u00a0: il ne retire que ce qui vient d’un code de sa propre application\u00a0; pour le reste, montrez une clé ou une carte, ajoutez-en d’abord une autre avec un ticket, ou demandez à l’administrateur du portail.',
  remove: 'Retirer',
  isNew: 'nouveau',
  addedWith: 'ajouté avec',
  lately: {
    added: 'Ajouté à ce compte',
    on: 'le',
    is: '\u00a0: ',
    next: '\u00a0; ',
    open: '«\u00a0',
    close: '\u00a0»',
    more: ['et 1 autre', 'et # autres'],
    notYou: 'Ce n’était pas vous ou un collègue ? Prévenez l’administrateur du portail tout de suite.',
    see: 'Voir et retirer',
  },
  waits: 'compte à partir du',
  unfinished: 'ajout interrompu, à recommencer',
  left: 'restants',
  kinds: { totp: 'application', webauthn: 'clé', 'recovery-code': 'codes de secours' },
  goOn: 'Continuer',
  done: 'C’est fait.',
  notEnough:
    'Ce que vous avez ne suffit pas pour cette page : ajoutez une clé, avec un ticket de l’administrateur du portail.',
  failed: 'Cela n’a pas fonctionné. Recommencez.',
  ticketRefused: 'Ce ticket n’est pas accepté : mal recopié, expiré, déjà utilisé, ou pour un autre compte.',
  eitherWay: 'Choisissez ce que vous ajoutez : une clé ou une application.',
};

const english: PageWords = {
  lang: 'en',
  title: 'Keys and apps',
  prove: 'Confirm that it is you',
  useKey: 'Use my security key or passkey',
  code: '6-digit code of the app',
  confirm: 'Confirm',
  lost: 'I have neither my phone nor my key',
  recovery: 'Recovery code',
  add: 'Add a key or an app',
  addHint:
    'The first one needs a ticket; the next ones can be added just after you confirmed that it is you.',
  install:
    'For codes, first install an authenticator app on your phone, for example FreeOTP, Google Authenticator or Microsoft Authenticator.',
  keyWhy:
    'Recommended: a security key or passkey, because no false site can make use of it; the code of an app can be phished.',
  keyNeedsTicket:
    'A code can be phished, so it cannot add a key. Ask the portal’s administrator for a ticket and type it here.',
  ticket: 'Ticket from the portal’s administrator',
  ticketHint:
    'It works once: have your key or phone at hand first, then finish within 15 minutes without leaving this page, or you will need another one.',
  name: 'Name of this key or app',
  nameHint: 'practice phone',
  app: 'An app',
  key: 'A security key or passkey',
  scan: 'Scan this with the app, or type into it:',
  openApp: 'Open in my app',
  shown: 'Code the app shows',
  codes: 'Recovery codes, to be printed: they are never shown again',
  yours: 'Your keys and apps',
  yoursHint:
    'To remove one, first confirm that it is you: that holds for five minutes. To remove the last one, add another one first.',
  notByCode:
    'A code can be phished, so it removes only what comes from a code of its own app; for the rest show a key or a card, add another one with a ticket first, or ask the portal’s administrator.',
  remove: 'Remove',
  isNew: 'new',
  addedWith: 'added with',
  lately: {
    added: 'Added to this account',
    on: 'on',
    is: ': ',
    next: '; ',
    open: '“',
    close: '”',
    more: ['and 1 more', 'and # more'],
    notYou: 'Was it not you or a colleague? Tell the portal’s administrator at once.',
    see: 'See and remove',
  },
  waits: 'counts from',
  unfinished: 'its addition broke off: add it again',
  left: 'left',
  kinds: { totp: 'app', webauthn: 'key', 'recovery-code': 'recovery codes' },
  goOn: 'Continue',
  done: 'Done.',
  notEnough:
    'What you have is not enough for this page: add a key, with a ticket from the portal’s administrator.',
  failed: 'That did not work. Please try again.',
  ticketRefused: 'This ticket is not accepted: mistyped, expired, already used, or for another account.',
  eitherWay: 'Choose what you add: a key or an app.',
};

export function wordsOf(language: 'fr' | 'en'): PageWords {
  return language === 'en' ? english : french;
}
