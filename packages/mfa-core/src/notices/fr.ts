// Notices in French. A locale file: words and nothing else.
import type { Locale } from './texts.ts';

const kinds = {
  totp: 'application d’authentification',
  webauthn: 'clé d’accès ou clé de sécurité',
  'recovery-code': 'codes de secours',
} as const;
const called = (factor: { readonly kind: keyof typeof kinds; readonly name: string }): string =>
  factor.name === '' ? kinds[factor.kind] : `${kinds[factor.kind]} « ${factor.name} »`;

const withShown = (shown: Parameters<typeof called>[0] | undefined): string =>
  shown === undefined ? '' : ` Autorisé avec : ${called(shown)}.`;

const by = {
  person: 'par vous',
  operator: 'par l’administrateur du portail',
  'other-account': 'parce qu’un autre compte s’est connecté ici',
  'card-revoked': 'parce que la carte a été révoquée',
  'factor-change': 'parce que vos clés ou applications ont changé',
  provider: 'parce que vous vous êtes déconnecté chez votre fournisseur d’identité',
} as const;

export const french: Locale = {
  tag: 'fr-FR',
  greeting: 'Bonjour,',
  when: (at) => `Date : ${at}`,
  notYou: (contact) => `Si ce n’était pas vous, appelez sans attendre : ${contact}`,
  never:
    'Nous n’envoyons jamais de code ni de lien par courriel, et personne ne vous demandera jamais un code.',
  texts: {
    'new-browser': ({ agent }) => ({
      subject: 'Connexion depuis un nouveau navigateur',
      sentence: `Quelqu’un s’est connecté à votre compte avec votre mot de passe, dans un navigateur qui ne l’avait jamais fait : ${agent}.`,
    }),
    'session-opened': ({ agent }) => ({
      subject: 'Nouveau navigateur',
      sentence: `Votre compte a été ouvert dans un navigateur : ${agent}.`,
    }),
    'session-ended': ({ count, by: who }) => ({
      subject: 'Déconnexion',
      sentence: `${count} session(s) de votre compte ont pris fin, ${by[who]}.`,
    }),
    'stepped-up': ({ factor }) => ({
      subject: 'Une confirmation a été faite',
      sentence: factor === undefined ? 'Votre carte a été utilisée.' : `Utilisé : ${called(factor)}.`,
    }),
    refused: () => ({
      subject: 'Une confirmation a été refusée',
      sentence: 'Une clé, une carte ou un code présenté pour votre compte a été refusé.',
    }),
    locked: ({ until, failures, ceiling }, at) => ({
      subject: 'Plusieurs codes faux',
      sentence: `${failures} codes faux ont été saisis à la suite par quelqu’un qui connaît votre mot de passe. Au ${ceiling}e, vos codes sont désactivés. De nouveaux essais sont possibles à partir du ${at(until)}.`,
    }),
    'factors-disabled': ({ count }) => ({
      subject: 'Clés ou applications désactivées',
      sentence: `${count} de vos clés, applications ou jeux de codes de secours ont été désactivés. Pour utiliser de nouveau un code, demandez un ticket à l’administrateur du portail.`,
    }),
    'factor-enrolled': ({ factor, activeFrom, at: added, shown }, at) => ({
      subject: 'Une clé ou une application a été ajoutée',
      sentence:
        activeFrom > added
          ? `Ajouté : ${called(factor)}. Cela compte à partir du ${at(activeFrom)} ; jusque-là, vous pouvez retirer ce qui a été ajouté.${withShown(shown)}`
          : `Ajouté : ${called(factor)}.${withShown(shown)}`,
    }),
    'factor-renamed': ({ factor, shown }) => ({
      subject: 'Une clé ou une application a été renommée',
      sentence: `Nouveau nom : ${called(factor)}.${withShown(shown)}`,
    }),
    'factor-removed': ({ factor, by: who, shown }) => ({
      subject: 'Une clé ou une application a été retirée',
      sentence: `Retiré ${by[who]} : ${called(factor)}.${withShown(shown)}`,
    }),
    'recovery-codes-replaced': ({ remaining, shown }) => ({
      subject: 'Nouveaux codes de secours',
      sentence: `${remaining} nouveaux codes de secours ont été créés ; les anciens ne fonctionnent plus.${withShown(shown)}`,
    }),
    'recovery-code-used': ({ remaining }) => ({
      subject: 'Un code de secours a été utilisé',
      sentence: `Un code de secours a été utilisé ; il en reste ${remaining}.`,
    }),
    'ticket-issued': () => ({
      subject: 'Un ticket d’inscription a été émis',
      sentence:
        'L’administrateur du portail a émis un ticket qui permet d’ajouter une clé ou une application à votre compte.',
    }),
    'ticket-used': () => ({
      subject: 'Un ticket d’inscription a été utilisé',
      sentence: 'Un ticket a été utilisé pour ajouter une clé ou une application à votre compte.',
    }),
    'ticket-revoked': () => ({
      subject: 'Un ticket d’inscription a été révoqué',
      sentence: 'L’administrateur du portail a révoqué un ticket de votre compte.',
    }),
    'card-ends-soon': ({ until }, at) => ({
      subject: 'Votre carte arrive à échéance',
      sentence: `Le certificat de votre carte se termine le ${at(until)}. Demandez-en le renouvellement avant cette date.`,
    }),
    'counter-went-back': ({ factor }) => ({
      subject: 'Une clé de sécurité a été refusée',
      sentence: `Refusée, car elle a pu être copiée : ${called(factor)}.`,
    }),
  },
};
