// Where the gateway learns whose request it is, as configured. One variant per source; the sources are identity/'s.
import type { Seconds } from '@palier/mfa-core';
import type { AccountPointers, HtmlPointer, PortalPointers } from './account-pointers.ts';
import type { ClientCertificateSetting } from './card-settings.ts';
import type { OidcSetting } from './oidc-settings.ts';

export type IdentitySetting =
  | PortalSessionSetting
  | JwtSetting
  | LoginWatchedSetting
  | OidcSetting
  | ClientCertificateSetting;

/** Where the portal's credential is in a request. */
export type Carrier = { readonly kind: 'cookie' | 'header'; readonly name: string };

export interface SignInSetting {
  /** Path of the portal's sign-in page. */
  readonly signIn: string | undefined;
}

export interface PortalSessionSetting extends SignInSetting {
  readonly kind: 'portal-session';
  readonly carrier: Carrier;
  /** Path of the portal's who-am-I. */
  readonly ask: string;
  readonly upstream: string;
  readonly pointers: PortalPointers;
  /** On a page: what one for nobody shows. */
  readonly nobody: HtmlPointer | undefined;
  readonly cache: Seconds;
  /** How old the portal's answer may be for what streams. */
  readonly cacheForStreams: Seconds;
  readonly timeout: Seconds;
}

export interface JwtSetting extends SignInSetting {
  readonly kind: 'jwt';
  readonly carrier: Carrier;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly ('ES256' | 'ES384' | 'EdDSA' | 'RS256' | 'PS256')[];
  readonly jwks:
    | { readonly kind: 'file'; readonly path: string }
    | {
        readonly kind: 'url';
        readonly url: URL;
        /** PEM file of the authorities that may sign its certificate; undefined for the system's. */
        readonly ca: string | undefined;
      };
  /** Keys are read anew after `refresh`, and serve for `stale` at most while they cannot be. */
  readonly refresh: Seconds;
  readonly stale: Seconds;
  /** Values of the `typ` header that count as access, lower case; undefined among them: it may be missing. */
  readonly types: readonly (string | undefined)[];
  readonly pointers: AccountPointers;
  /** Clock difference tolerated for exp and nbf. */
  readonly tolerance: Seconds;
}

/** For portals without a who-am-I: a form post that answers with success binds the new portal cookie to that login. */
export interface LoginWatchedSetting extends SignInSetting {
  readonly kind: 'login-watched';
  /** Path the login form posts to, and the name of the field with the login. */
  readonly post: string;
  readonly field: string;
  readonly cookie: string;
  readonly success: { readonly status: readonly number[]; readonly location: string | undefined };
  readonly class: string;
  /** Whether spellings of a login that differ in case and blanks are one account. */
  readonly fold: 'case' | 'none';
  readonly lifetime: Seconds;
}
