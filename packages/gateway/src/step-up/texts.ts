// The words of the step-up and enrolment pages. French first: the people at the counter read it; English second.
// One sentence serves every refusal of a code, so that it does not tell wrong from expired from locked (oracle O12).

const fr = {
  stepUpTitle: 'Confirmez que c’est vous',
  stepUpWhy: {
    'no-proof': 'Cette page montre des dossiers de personnes assurées : il faut être sûr que c’est vous.',
    'not-accepted': 'Cette page demande un moyen plus sûr que celui que vous avez montré.',
    'too-old': 'Votre dernière confirmation est trop ancienne pour cette page.',
    'presence-used-up':
      'Vous avez consulté toutes les personnes que permet une confirmation ; les numéros qui n’ont rien donné comptent aussi. Confirmez de nouveau, et vous continuez où vous étiez.',
    stronger:
      'Vos consultations sortent de l’ordinaire. Pour continuer, utilisez une clé d’accès, une clé de sécurité ou votre carte.',
  },
  held: 'Ce que vous avez saisi est gardé, chiffré, et sera envoyé une seule fois, quand vous aurez confirmé.',
  passkeyButton: 'Utiliser ma clé ou ma clé d’accès',
  passkeyHint: 'Empreinte, visage, code de l’appareil ou clé de sécurité.',
  passkeyFailed: 'La clé n’a pas répondu, ou vous avez annulé. Vous pouvez recommencer.',
  or: 'ou',
  codeLabel: 'Code à 6 chiffres de votre application',
  codeHint: 'Le code change toutes les 30 secondes et ne sert qu’une fois.',
  codeButton: 'Valider le code',
  signInTitle: 'Connexion',
  signInHint: 'Ce portail vous connaît par votre fournisseur d’identité. Vous revenez ici ensuite.',
  signInRefused: {
    gone: 'Cette connexion a expiré, a déjà servi, ou a été commencée dans un autre navigateur. Recommencez ici.',
    declined:
      'Le fournisseur d’identité a répondu que la connexion n’a pas eu lieu. Vous pouvez recommencer.',
    invalid:
      'La réponse du fournisseur d’identité n’est pas acceptée. Recommencez ; si cela se répète, prévenez l’administrateur du portail.',
    'no-account':
      'Le fournisseur d’identité n’a pas dit qui vous êtes pour ce portail. Prévenez l’administrateur du portail.',
  },
  providerButton: 'S’identifier avec',
  providerHint: 'Vous revenez ici ensuite, là où vous étiez.',
  leavingTitle: 'Vers',
  leavingHint: 'Vous allez vous identifier chez votre fournisseur d’identité, puis revenir ici.',
  leavingButton: 'Aller à',
  providerDownTitle: 'Le fournisseur d’identité ne répond pas',
  providerDownHint:
    'Rien n’a été envoyé ni perdu. Réessayez dans un instant, ou utilisez un autre moyen si vous en avez un.',
  providerRefused: {
    gone: 'Cette identification a expiré ou a déjà servi. Recommencez.',
    declined:
      'Le fournisseur d’identité a répondu que l’identification n’a pas eu lieu. Vous pouvez recommencer.',
    invalid:
      'La réponse du fournisseur d’identité n’est pas acceptée. Recommencez ; si cela se répète, prévenez l’administrateur du portail.',
    'other-person':
      'La personne identifiée n’est pas celle de cette session. Utilisez la carte de la personne connectée, ou déconnectez-vous d’abord.',
    'not-a-card': 'Cette identification ne vaut pas une carte. Recommencez avec votre carte ou votre e-CPS.',
    'too-old': 'Cette identification est trop ancienne. Recommencez et identifiez-vous à nouveau.',
  },
  recoveryMore: 'Je n’ai plus mon appareil',
  recoveryLabel: 'Code de secours',
  recoveryHint: 'Un de ceux que vous avez notés. Il ne sert qu’une fois.',
  recoveryButton: 'Utiliser ce code de secours',
  refused: 'Ce n’est pas accepté. Vérifiez, attendez le code suivant, puis recommencez.',
  refusedUntil: 'Ce n’est pas accepté. Trop d’essais : réessayez après',
  noFactor:
    'Ce compte n’a encore ni clé ni application pour confirmer que c’est vous. Il vous faut le ticket d’inscription que l’administrateur du portail vous remet en main propre ou par courrier ; jamais par courriel.',
  noAcceptedFactor: 'Ce que ce compte a pour confirmer ne suffit pas pour cette page. Ajoutez une clé.',
  toEnrol: 'Ajouter une clé ou une application',
  gone: 'Cette demande a expiré ou a déjà servi. Revenez à la page voulue et recommencez.',
  signIn: 'Connectez-vous d’abord au portail avec votre identifiant et votre mot de passe.',
  toPortal: 'Aller au portail',
  enrolTitle: 'Ajouter une clé ou une application',
  enrolFirst:
    'La première clé ou application de ce compte demande un ticket d’inscription : il n’a été remis qu’à vous.',
  enrolFirstOrCard:
    'La première clé ou application de ce compte demande votre carte, ou un ticket d’inscription qui vous a été remis.',
  enrolMore: 'Confirmez d’abord avec la clé ou l’application que vous avez, ou utilisez un ticket.',
  keyNeedsTicket:
    'Un code peut être volé sur un faux site : il ne permet donc pas d’ajouter une clé. Demandez un ticket à l’administrateur du portail.',
  keyNeedsTicketOrCard:
    'Un code peut être volé sur un faux site : il ne permet donc pas d’ajouter une clé. Demandez un ticket à l’administrateur du portail, ou montrez votre carte.',
  ticketLabel: 'Ticket d’inscription',
  ticketHint:
    'Il commence par tkt- et compte 20 lettres ou chiffres. Il ne sert qu’une fois : ayez d’abord sous la main votre clé ou votre téléphone, puis terminez dans les 15 minutes sans quitter ces pages, sinon il en faudra un autre.',
  ticketButton: 'Continuer avec ce ticket',
  ticketRefused: 'Ce ticket n’est pas accepté : mal recopié, expiré, déjà utilisé, ou pour un autre compte.',
  withFactor: 'Continuer avec ce que j’ai déjà',
  rightRefused: 'Ce droit a expiré, a déjà servi, ou demande une confirmation plus récente. Recommencez.',
  chooseTitle: 'Clé ou application',
  chooseKey: 'Clé d’accès ou clé de sécurité',
  chooseKeyHint:
    'Recommandé : aucun faux site ne peut s’en servir. Le navigateur demande ensuite laquelle : cet appareil (empreinte, visage ou code), un téléphone ou une clé de sécurité.',
  chooseKeyButton: 'Ajouter une clé',
  keyAsCard: 'Cette clé doit compter comme une carte',
  keyAsCardHint: 'Seuls les modèles agréés par le portail le peuvent ; la clé dira quel est le sien.',
  chooseCode: 'Application d’authentification',
  chooseCodeHint: 'Elle affiche des codes sur un téléphone ; convient à tous les navigateurs.',
  chooseCodeButton: 'Utiliser une application',
  nameLabel: 'Nom (facultatif)',
  nameHint: 'Pour la reconnaître, par exemple « clé du comptoir 2 ».',
  keyNeedsScript: 'Les clés demandent un navigateur récent avec JavaScript.',
  qrTitle: 'Relier votre application',
  qrHint: 'Ouvrez votre application d’authentification et scannez l’image, ou recopiez le secret.',
  qrAlt: 'Code QR à scanner avec une application d’authentification',
  secretLabel: 'Secret à recopier',
  confirmLabel: 'Code affiché par l’application',
  confirmButton: 'Confirmer',
  provedTitle: 'C’est bien vous',
  provedHint: 'C’est confirmé. Vous pouvez continuer.',
  doneTitle: 'C’est ajouté',
  doneHint: 'Vous pouvez vous en servir dès maintenant.',
  waitingHint: 'Par précaution, cela ne comptera qu’à partir du',
  codesTitle: 'Vos codes de secours',
  codesHint:
    'Notez-les ou imprimez-les : ils ne seront plus montrés. Chacun ouvre l’accès une fois, mais ne permet pas d’ajouter une clé ou une application.',
  continueButton: 'Continuer',
  factorsTitle: 'Mes clés et applications',
  factorKinds: {
    totp: 'Application d’authentification',
    webauthn: 'Clé d’accès ou clé de sécurité',
    'recovery-code': 'Codes de secours',
  },
  isNew: 'nouveau',
  addedOn: 'ajouté le',
  lastUsed: 'utilisé le',
  activeFrom: 'compte à partir du',
  unfinished: 'ajout interrompu, à recommencer',
  disabled: 'désactivé après trop d’essais',
  remaining: 'codes restants',
  remove: 'Retirer',
  rename: 'Renommer',
  newName: 'Nouveau nom',
  addFactor: 'Ajouter une clé ou une application',
  newCodes: 'Remplacer mes codes de secours',
  changeRefused:
    'Pour ce changement, confirmez d’abord que c’est vous avec ce que vous avez de plus sûr. Pour retirer la dernière clé ou application, ajoutez-en d’abord une autre.',
  stepUpNow: 'Confirmer maintenant',
  noFactors: 'Ni clé ni application.',
  noCodes: 'Vous n’avez pas de codes de secours. Faites-en, et notez-les.',
  sessionsTitle: 'Mes sessions',
  thisOne: 'ce navigateur',
  openedOn: 'ouverte le',
  seenOn: 'vue le',
  endOthers: 'Fermer toutes les autres',
  endThis: 'Fermer',
  endedCount: 'Sessions fermées :',
  stayCount: 'Restent ouvertes :',
  stayWhy:
    'Quelqu’un y a prouvé que c’est lui, ou s’en est servi depuis moins d’un quart d’heure. Pour les fermer, confirmez que c’est vous, puis recommencez. Une application ajoutée par un code n’y suffit pas.',
  presence: 'Il reste',
  presencePersons: 'personnes à consulter avant de confirmer de nouveau',
} as const;

type Texts = {
  readonly [K in keyof typeof fr]: (typeof fr)[K] extends string
    ? string
    : { readonly [J in keyof (typeof fr)[K]]: string };
};

const en: Texts = {
  stepUpTitle: 'Confirm that it is you',
  stepUpWhy: {
    'no-proof': 'This page shows records of insured persons: we must be sure that it is you.',
    'not-accepted': 'This page asks for a safer means than the one you have shown.',
    'too-old': 'You last confirmed too long ago for this page.',
    'presence-used-up':
      'You have seen all the persons one confirmation allows; numbers that were not found count too. Confirm again, and you go on where you were.',
    stronger: 'Your look-ups are out of the ordinary. To go on, use a passkey, a security key or your card.',
  },
  held: 'What you typed is kept, encrypted, and will be sent exactly once, when you have confirmed.',
  passkeyButton: 'Use my passkey or security key',
  passkeyHint: 'Fingerprint, face, device PIN or security key.',
  passkeyFailed: 'The key did not answer, or you cancelled. You can try again.',
  or: 'or',
  codeLabel: '6-digit code from your app',
  codeHint: 'The code changes every 30 seconds and works once.',
  codeButton: 'Check the code',
  signInTitle: 'Sign in',
  signInHint: 'This portal knows you by your identity provider. You come back here afterwards.',
  signInRefused: {
    gone: 'This sign-in has expired, was already used, or was begun in another browser. Start again here.',
    declined: 'The identity provider says that you were not signed in. You can try again.',
    invalid:
      'The identity provider’s answer is not accepted. Start again; if it happens again, tell the portal’s administrator.',
    'no-account':
      'The identity provider did not say who you are for this portal. Tell the portal’s administrator.',
  },
  providerButton: 'Identify with',
  providerHint: 'You come back here afterwards, to where you were.',
  leavingTitle: 'On to',
  leavingHint: 'You are going to identify yourself at your identity provider, and then come back here.',
  leavingButton: 'Go to',
  providerDownTitle: 'The identity provider does not answer',
  providerDownHint: 'Nothing was sent or lost. Try again in a moment, or use another means if you have one.',
  providerRefused: {
    gone: 'This identification has expired or was already used. Start again.',
    declined: 'The identity provider says that you were not identified. You can try again.',
    invalid:
      'The identity provider’s answer is not accepted. Start again; if it happens again, tell the portal’s administrator.',
    'other-person':
      'The person identified is not the one of this session. Use the card of the person signed in, or sign out first.',
    'not-a-card': 'This identification is not worth a card. Start again with your card or its app.',
    'too-old': 'This identification is too old. Start again and identify yourself anew.',
  },
  recoveryMore: 'I no longer have my device',
  recoveryLabel: 'Recovery code',
  recoveryHint: 'One of those you wrote down. It works once.',
  recoveryButton: 'Use this recovery code',
  refused: 'Not accepted. Check it, wait for the next code, then try again.',
  refusedUntil: 'Not accepted. Too many attempts: try again after',
  noFactor:
    'This account has neither key nor app yet to confirm that it is you. You need the enrolment ticket that the portal’s administrator hands to you or sends by post; never by e\u2011mail.',
  noAcceptedFactor: 'What this account has to confirm with is not enough for this page. Add a key.',
  toEnrol: 'Add a key or an app',
  gone: 'This request has expired or was already used. Go back to the page you wanted and try again.',
  signIn: 'Sign in to the portal first, with your login and password.',
  toPortal: 'Go to the portal',
  enrolTitle: 'Add a key or an app',
  enrolFirst:
    'The first key or app of this account needs an enrolment ticket: it was handed to nobody but you.',
  enrolFirstOrCard:
    'The first key or app of this account needs your card, or an enrolment ticket that was handed to you.',
  enrolMore: 'First confirm with the key or app you have, or use a ticket.',
  keyNeedsTicket:
    'A code can be phished, so it cannot add a key. Ask the portal’s administrator for a ticket.',
  keyNeedsTicketOrCard:
    'A code can be phished, so it cannot add a key. Ask the portal’s administrator for a ticket, or show your card.',
  ticketLabel: 'Enrolment ticket',
  ticketHint:
    'It starts with tkt- and has 20 letters or digits. It works once: have your key or phone at hand first, then finish within 15 minutes without leaving these pages, or you will need another one.',
  ticketButton: 'Go on with this ticket',
  ticketRefused: 'This ticket is not accepted: mistyped, expired, already used, or for another account.',
  withFactor: 'Go on with what I have',
  rightRefused: 'This right has expired, was already used, or needs a more recent confirmation. Start again.',
  chooseTitle: 'Key or app',
  chooseKey: 'Passkey or security key',
  chooseKeyHint:
    'Recommended: no false site can make use of it. The browser then asks which one: this device (fingerprint, face or PIN), a phone or a security key.',
  chooseKeyButton: 'Add a key',
  keyAsCard: 'This key is to count as a card',
  keyAsCardHint: 'Only models the portal has approved can; the key will tell which one it is.',
  chooseCode: 'Authenticator app',
  chooseCodeHint: 'It shows codes on a phone; works in every browser.',
  chooseCodeButton: 'Use an app',
  nameLabel: 'Name (optional)',
  nameHint: 'To recognise it, for example “key of counter 2”.',
  keyNeedsScript: 'Keys need a recent browser with JavaScript.',
  qrTitle: 'Connect your app',
  qrHint: 'Open your authenticator app and scan the picture, or type the secret.',
  qrAlt: 'QR code to scan with an authenticator app',
  secretLabel: 'Secret to type',
  confirmLabel: 'Code shown by the app',
  confirmButton: 'Confirm',
  provedTitle: 'It is you',
  provedHint: 'It is confirmed. You can go on.',
  doneTitle: 'Added',
  doneHint: 'You can use it from now on.',
  waitingHint: 'As a precaution it will count only from',
  codesTitle: 'Your recovery codes',
  codesHint:
    'Write them down or print them: they will not be shown again. Each opens access once, but cannot add a key or an app.',
  continueButton: 'Go on',
  factorsTitle: 'My keys and apps',
  factorKinds: {
    totp: 'Authenticator app',
    webauthn: 'Passkey or security key',
    'recovery-code': 'Recovery codes',
  },
  isNew: 'new',
  addedOn: 'added on',
  lastUsed: 'used on',
  activeFrom: 'counts from',
  unfinished: 'its addition broke off: add it again',
  disabled: 'disabled after too many attempts',
  remaining: 'codes left',
  remove: 'Remove',
  rename: 'Rename',
  newName: 'New name',
  addFactor: 'Add a key or an app',
  newCodes: 'Replace my recovery codes',
  changeRefused:
    'For this change, first confirm that it is you with the safest you have. To remove the last key or app, add another one first.',
  stepUpNow: 'Confirm now',
  noFactors: 'Neither key nor app.',
  noCodes: 'You have no recovery codes. Make some, and write them down.',
  sessionsTitle: 'My sessions',
  thisOne: 'this browser',
  openedOn: 'opened on',
  seenOn: 'seen on',
  endOthers: 'End all others',
  endThis: 'End',
  endedCount: 'Sessions ended:',
  stayCount: 'Sessions that stay:',
  stayWhy:
    'Somebody proved there that it is them, or used them within the last quarter of an hour. To end those, confirm that it is you, then try again. An app that a code added is not enough for that.',
  presence: 'Left:',
  presencePersons: 'persons to see before confirming again',
};

export const texts: { readonly fr: Texts; readonly en: Texts } = { fr, en };
export type { Texts };
