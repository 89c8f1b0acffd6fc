// Notices in English. A locale file: words and nothing else.
import type { Locale } from './texts.ts';

const kinds = {
  totp: 'authenticator app',
  webauthn: 'passkey or security key',
  'recovery-code': 'recovery codes',
} as const;
const called = (factor: { readonly kind: keyof typeof kinds; readonly name: string }): string =>
  factor.name === '' ? kinds[factor.kind] : `${kinds[factor.kind]} “${factor.name}”`;

const withShown = (shown: Parameters<typeof called>[0] | undefined): string =>
  shown === undefined ? '' : ` Allowed with: ${called(shown)}.`;

const by = {
  person: 'by you',
  operator: 'by the portal’s administrator',
  'other-account': 'because another account signed in here',
  'card-revoked': 'because the card was revoked',
  'factor-change': 'because your keys or apps changed',
  provider: 'because you signed out at your identity provider',
} as const;

export const english: Locale = {
  tag: 'en-GB',
  greeting: 'Hello,',
  when: (at) => `When: ${at}`,
  notYou: (contact) => `If this was not you, call without delay: ${contact}`,
  never: 'We never send codes or links by e-mail, and nobody will ever ask you for a code.',
  texts: {
    'new-browser': ({ agent }) => ({
      subject: 'Sign-in from a new browser',
      sentence: `Somebody signed in to your account with your password, in a browser that never did before: ${agent}.`,
    }),
    'session-opened': ({ agent }) => ({
      subject: 'New browser',
      sentence: `Your account was opened in a browser: ${agent}.`,
    }),
    'session-ended': ({ count, by: who }) => ({
      subject: 'Signed out',
      sentence: `${count} browser session(s) of your account ended, ${by[who]}.`,
    }),
    'stepped-up': ({ factor }) => ({
      subject: 'A confirmation was made',
      sentence: factor === undefined ? 'Your card was used.' : `Used: ${called(factor)}.`,
    }),
    refused: () => ({
      subject: 'A confirmation was refused',
      sentence: 'A key, a card or a code shown for your account was refused.',
    }),
    locked: ({ until, failures, ceiling }, at) => ({
      subject: 'Several wrong codes',
      sentence: `${failures} wrong codes in a row were typed by somebody who knows your password. At ${ceiling} your codes are disabled. New attempts are possible from ${at(until)}.`,
    }),
    'factors-disabled': ({ count }) => ({
      subject: 'Keys or apps disabled',
      sentence: `${count} of your keys, apps or sets of recovery codes were disabled. To use a code again, ask the portal’s administrator for a ticket.`,
    }),
    'factor-enrolled': ({ factor, activeFrom, at: added, shown }, at) => ({
      subject: 'A key or an app was added',
      sentence:
        activeFrom > added
          ? `Added: ${called(factor)}. It counts from ${at(activeFrom)}; until then you can remove it.${withShown(shown)}`
          : `Added: ${called(factor)}.${withShown(shown)}`,
    }),
    'factor-renamed': ({ factor, shown }) => ({
      subject: 'A key or an app was renamed',
      sentence: `New name: ${called(factor)}.${withShown(shown)}`,
    }),
    'factor-removed': ({ factor, by: who, shown }) => ({
      subject: 'A key or an app was removed',
      sentence: `Removed ${by[who]}: ${called(factor)}.${withShown(shown)}`,
    }),
    'recovery-codes-replaced': ({ remaining, shown }) => ({
      subject: 'New recovery codes',
      sentence: `${remaining} new recovery codes were made; the old ones no longer work.${withShown(shown)}`,
    }),
    'recovery-code-used': ({ remaining }) => ({
      subject: 'A recovery code was used',
      sentence: `A recovery code was used; ${remaining} are left.`,
    }),
    'ticket-issued': () => ({
      subject: 'An enrolment ticket was issued',
      sentence:
        'The portal’s administrator issued a ticket with which a key or an app can be added to your account.',
    }),
    'ticket-used': () => ({
      subject: 'An enrolment ticket was used',
      sentence: 'A ticket was used to add a key or an app to your account.',
    }),
    'ticket-revoked': () => ({
      subject: 'An enrolment ticket was revoked',
      sentence: 'The portal’s administrator revoked a ticket of your account.',
    }),
    'card-ends-soon': ({ until }, at) => ({
      subject: 'Your card ends soon',
      sentence: `The certificate of your card ends on ${at(until)}. Ask for a new one before that day.`,
    }),
    'counter-went-back': ({ factor }) => ({
      subject: 'A security key was refused',
      sentence: `Refused, because it may have been copied: ${called(factor)}.`,
    }),
  },
};
