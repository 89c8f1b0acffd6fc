// An OpenID Connect provider as configured, in its two uses: signing people in, and proving that the person of a session
// holds a card. Every name a provider gives is matched exactly; what is not written here counts as nothing.
import type { Seconds, Secret } from '@palier/mfa-core';
import type { AccountPointers } from './account-pointers.ts';

/** Signature algorithms of an ID token. None has a shared key, so no client secret can sign one. */
export type IdTokenAlgorithm = 'RS256' | 'PS256' | 'ES256';

export interface ProviderSetting {
  /** In addresses (`/.palier/oidc/<name>/callback`) and logs. */
  readonly name: string;
  readonly profile: 'standard' | 'pro-sante-connect';
  /** What people read on the button. */
  readonly label: string;
  /** Compared with `iss` character by character: no slash more or less. */
  readonly issuer: string;
  readonly discovery: URL;
  readonly clientId: string;
  readonly credential: ClientCredential;
  /** PEM file of the authorities that may sign the provider's certificate; undefined for the system's. */
  readonly ca: string | undefined;
  readonly scope: readonly string[];
  /** Whether the userinfo endpoint is asked for the claims that are not in the ID token. */
  readonly userinfo: boolean;
  readonly algorithms: readonly IdTokenAlgorithm[];
  /** Difference of clocks tolerated. */
  readonly tolerance: Seconds;
  /** Longest wait for one answer of the provider. */
  readonly patience: Seconds;
  /** What counts as a card; empty: nothing does. */
  readonly card: readonly CardRule[];
}

/** How the gateway shows the provider that it is itself. */
export type ClientCredential =
  | { readonly kind: 'secret'; readonly secret: Secret }
  /** `tls_client_auth` (RFC 8705): PEM files of a certificate and its key. */
  | { readonly kind: 'certificate'; readonly cert: string; readonly key: string };

/** One ID token that counts as a card: this acr, all of these amr, and an authentication of this age. */
export interface CardRule {
  readonly acr: string;
  /** Each of them must be among the token's; undefined: amr is not looked at, as the operator wrote. */
  readonly amr: readonly string[] | undefined;
  /** How old the authentication may be; 0: it must have been made for this very ceremony. */
  readonly within: Seconds;
}

/** Where the person at the provider is named, and what that name must be. */
export interface PersonRule {
  readonly claim: string;
  /** The account's own name, or what this file says belongs to the account: `{ "<account>": ["<claim>"] }`. */
  readonly is: { readonly kind: 'account' } | { readonly kind: 'linked'; readonly file: string };
}

/** Signs people in; what it proves of them on the way counts too. */
export interface OidcSetting {
  readonly kind: 'oidc';
  readonly provider: ProviderSetting;
  readonly pointers: AccountPointers;
  readonly signIn: string | undefined;
}

/** Proves a card for a session that any source opened. */
export interface StepUpSetting {
  readonly provider: ProviderSetting;
  readonly person: PersonRule;
}

/** The gateway's own page that signs people in with a provider. */
export const signInPage = '/.palier/sign-in';
