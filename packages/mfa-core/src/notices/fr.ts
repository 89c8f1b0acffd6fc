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
  operator: 'par l’exploitant',
  'other-account': 'parce qu’un autre compte s’est connecté ici',
  'card-revoked': 'parce que la carte a été révoquée',
  'factor-change': 'parce que vos moyens de preuve ont changé',
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
      subject: 'Second facteur utilisé',
      sentence: factor === undefined ? 'Votre carte a été utilisée.' : `Utilisé : ${called(factor)}.`,
    }),
    refused: () => ({
      subject: 'Un second facteur a été refusé',
      sentence: 'Une tentative avec un second facteur a été refusée.',
    }),
    locked: ({ until, failures, ceiling }, at) => ({
      subject: 'Plusieurs codes faux',
      sentence: `${failures} codes faux ont été saisis à la suite par quelqu’un qui connaît votre mot de passe. Au ${ceiling}e, vos codes sont désactivés. De nouveaux essais sont possibles à partir du ${at(until)}.`,
    }),
    'factors-disabled': ({ count }) => ({
      subject: 'Seconds facteurs désactivés',
      sentence: `${count} de vos seconds facteurs ont été désactivés. Pour utiliser de nouveau un code, demandez un ticket à l’exploitant.`,
    }),
    'factor-enrolled': ({ factor, activeFrom, at: added, shown }, at) => ({
      subject: 'Un second facteur a été ajouté',
      sentence:
        activeFrom > added
          ? `Ajouté : ${called(factor)}. Il compte à partir du ${at(activeFrom)} ; jusque-là, vous pouvez le retirer.${withShown(shown)}`
          : `Ajouté : ${called(factor)}.${withShown(shown)}`,
    }),
    'factor-renamed': ({ factor, shown }) => ({
      subject: 'Un second facteur a été renommé',
      sentence: `Nouveau nom : ${called(factor)}.${withShown(shown)}`,
    }),
    'factor-removed': ({ factor, by: who, shown }) => ({
      subject: 'Un second facteur a été retiré',
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
      subject: 'Un ticket d’enrôlement a été émis',
      sentence: 'L’exploitant a émis un ticket qui permet d’ajouter un second facteur à votre compte.',
    }),
    'ticket-used': () => ({
      subject: 'Un ticket d’enrôlement a été utilisé',
      sentence: 'Un ticket a été utilisé pour ajouter un second facteur à votre compte.',
    }),
    'ticket-revoked': () => ({
      subject: 'Un ticket d’enrôlement a été révoqué',
      sentence: 'L’exploitant a révoqué un ticket de votre compte.',
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
