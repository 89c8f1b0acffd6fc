// Client certificates as configured: a listener of their own, whom it believes, and what a certificate must be to count
// as a card. Identifiers of a sector (policies, usages, issuers) are all here and none is in the code.
import type { Seconds, Secret } from '@palier/mfa-core';
import type { ForwardedForm } from '../card/forwarded/forms.ts';
import type { PersonName } from '../card/holder.ts';
import type { SignatureName } from '../card/rules.ts';
import type { ListenAddress, TlsFiles } from './listen-settings.ts';

export interface ClientCertificateSetting {
  readonly kind: 'client-certificate';
  /** A listener of its own: no request without a certificate ever shares it (A218). */
  readonly listen: ListenAddress;
  /** Where browsers find that listener: the one Host it answers to. */
  readonly origin: URL;
  /** Undefined: the listener ends TLS itself. Else a listed front does, and hands certificates on in this form. */
  readonly behind: BehindSetting | undefined;
  /** The listener's own certificate; undefined: that of the clients' listener. */
  readonly tls: TlsFiles | undefined;
  /** PEM file of the roots that are believed. */
  readonly ca: string;
  /** PEM file of the authorities between roots and cards. */
  readonly intermediates: string | undefined;
  /** PEM file of those authorities whose certificates are persons'; undefined: any of the above. */
  readonly issuers: string | undefined;
  /** Undefined only with `dangerouslyWithoutRevocation`. */
  readonly revocation: RevocationSetting | undefined;
  /** Where in the certificate the person is named. */
  readonly account: PersonName;
  /** What that name must be: the account's own, or the `person` that the source of identity tells. */
  readonly matches: 'account' | 'person';
  /** Policy object identifiers one of which the certificate must carry; empty: any. */
  readonly policies: readonly string[];
  /** Extended key usages one of which it must carry. */
  readonly extendedKeyUsage: readonly string[];
  readonly signatures: readonly SignatureName[];
  readonly rsaBits: number;
  readonly ecBits: number;
  /** Shared or pseudonymous certificates let in, each by its name. */
  readonly shared: readonly string[];
  /** How long before its end a certificate is told to be renewed. */
  readonly remind: Seconds;
  /** Whether a card alone signs in, and the class of account of whoever does. */
  readonly signsIn: boolean;
  readonly class: string;
  readonly signIn: string | undefined;
}

/** Another end of TLS that hands certificates on. */
export interface BehindSetting {
  readonly form: ForwardedForm;
  /** Networks in canonical CIDR form; there is no default (A215). */
  readonly trustedPeers: readonly string[];
  readonly secret: Secret | undefined;
}

/** How it is known whether a card was revoked. */
export interface RevocationSetting {
  /** Files and folders of lists that something else keeps up; read again every minute. */
  readonly files: readonly string[];
  /** Publishers' addresses, asked every `refresh`. */
  readonly urls: readonly URL[];
  readonly refresh: Seconds;
  readonly timeout: Seconds;
  /** How long past its own end a list still counts. */
  readonly grace: Seconds;
  /** Where lists that were brought are kept for the next start. */
  readonly keepIn: string | undefined;
  readonly ocsp:
    | { readonly use: 'never' }
    | {
        /** `prefer`: lists answer when the responder does not. `require`: it must answer. */
        readonly use: 'prefer' | 'require';
        readonly url: URL | undefined;
        readonly timeout: Seconds;
        readonly maxAge: Seconds;
      };
}
