// Client certificates as configured: a listener of their own, whom it believes, and what a certificate must be to count
// as a card. Identifiers of a sector (policies, usages, issuers) are all here and none is in the code.
import type { Seconds } from '@palier/mfa-core';
import type { BehindSetting } from '../card/forwarded/front.ts';
import type { PersonName } from '../card/holder.ts';
import type { RevocationSetting } from '../card/revocation/sources.ts';
import type { SignatureName } from '../card/rules.ts';
import type { ListenAddress, TlsFiles } from './config.ts';

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
  readonly signIn: string | undefined;
}
