// What a person is told of the app on the phone: what to install before a ticket is spent, and how to bring the secret
// over on the phone itself, whose camera cannot look at its own screen.
import type { Language } from '../respond/problems.ts';

interface AppWords {
  /** Names of different makers, and one of them free software: an example, no advice. */
  readonly install: string;
  readonly here: string;
  readonly open: string;
  readonly nothing: string;
}

export const appWords: Readonly<Record<Language, AppWords>> = {
  fr: {
    install:
      'Pour les codes, installez d’abord sur votre téléphone une application d’authentification, par exemple FreeOTP, Google Authenticator ou Microsoft Authenticator.',
    here: 'L’application est sur cet appareil\u00a0?',
    open: 'Ouvrir dans mon application',
    nothing: 'Si rien ne s’ouvre, recopiez dans l’application le secret ci-dessous.',
  },
  en: {
    install:
      'For codes, first install an authenticator app on your phone, for example FreeOTP, Google Authenticator or Microsoft Authenticator.',
    here: 'Is the app on this device?',
    open: 'Open in my app',
    nothing: 'If nothing opens, type the secret below into the app.',
  },
};
