// The configuration after parsing: nothing optional that has a default, every duration in Seconds, every address a URL,
// every route compiled. A value of this type is sound; nothing inside checks it again.
import type { Seconds, Secret } from '@palier/mfa-core';
import type { Route } from '../policy/route.ts';
import type { ClientAddressRules } from '../request/client-address.ts';
import type { Budgets } from './budget-settings.ts';
import type { IdentitySetting } from './identity-settings.ts';
import type { ListenAddress, TlsFiles } from './listen-settings.ts';
import type { StepUpSetting } from './oidc-settings.ts';

export interface Config {
  readonly listen: ListenAddress;
  /** Health, readiness and metrics; never on the clients' listener (A068). */
  readonly healthListen: ListenAddress;
  /** Undefined: plain HTTP, for a TLS front on the same machine. */
  readonly tls: TlsFiles | undefined;
  /** The one public origin: cookies, rpId and links. https, or http on localhost. */
  readonly origin: URL;
  /** Exact Host values served, lower case: the origin's and those of `hosts`. */
  readonly hosts: ReadonlySet<string>;
  readonly mode: 'enforce' | 'observe';
  /** By name; `default` is the only or the first one. */
  readonly upstreams: ReadonlyMap<string, UpstreamTarget>;
  readonly defaultUpstream: string;
  /** Asked in this order; the first that knows somebody wins. */
  readonly identity: readonly IdentitySetting[];
  /** Providers that prove a card for whoever is signed in. */
  readonly stepUp: readonly StepUpSetting[];
  readonly routes: readonly Route[];
  readonly recordTypes: readonly RecordTypeSetting[];
  readonly budgets: Budgets;
  readonly enrolment: Enrolment;
  readonly sessions: SessionSetting;
  readonly stores: StoresSetting;
  /** File of the gateway's own keys, made by `palier init` or `palier keys rotate`. */
  readonly keys: { readonly file: string };
  readonly ledger: LedgerSetting;
  readonly notify: Notify;
  readonly foreignLinks: ForeignLinks;
  readonly limits: Limits;
  /** Request headers let through besides the standard ones, lower case. */
  readonly forwardHeaders: readonly string[];
  /** Undefined: the address of a client is that of the socket. For the limits at sign-in only. */
  readonly clientAddress: ClientAddressRules | undefined;
  /** Undefined: the forward-auth endpoints do not exist. */
  readonly forwardAuth: ForwardAuthSetting | undefined;
  /** Undefined: standard output. A file is opened anew at a reload, so that it can be moved away before. */
  readonly log: { readonly file: string | undefined };
}

export interface UpstreamTarget {
  /** Scheme, host and port only; the path of a request is never rewritten. */
  readonly url: URL;
  /** PEM file of the authorities that may sign its certificate; undefined for the system's. */
  readonly ca: string | undefined;
  /** The Host it is called with; undefined for the public origin's. */
  readonly host: string | undefined;
}

/** A kind of record identifier the operator declared; `nir`, `rpps` and `finess` are built in and not listed here. */
export interface RecordTypeSetting {
  readonly name: string;
  readonly alphabet: 'digits' | 'letters' | 'alphanumeric' | 'hexadecimal';
  readonly length: { readonly from: number; readonly to: number };
  /** How letters are made one; `none` tells `a` from `A`. */
  readonly fold: 'upper' | 'lower' | 'none';
  /** Characters that carry no meaning and are taken out: ` -.`. */
  readonly strip: string;
}

export interface Enrolment {
  /** How the right to bind the first factor is earned. E-mail is not in the list and cannot be. */
  readonly first: readonly ('ticket' | 'card')[];
  /** Whether a code, which can be phished, binds a key: never, or one that counts after so long. */
  readonly keyAfterCode: 'never' | Seconds;
  readonly ticketLifetime: Seconds;
  /** Authenticators (AAGUID) counted as cards when attested. */
  readonly cardClass: readonly string[];
  /** Directory of trusted attestation roots (PEM), for a house that knows its models' makers. */
  readonly attestationRoots: string | undefined;
  /** File of the FIDO Metadata Service (its signed blob): roots by model, and which models were found broken. */
  readonly metadata: string | undefined;
  /** Name shown by authenticators and in authenticator apps. */
  readonly issuer: string;
}

export interface SessionSetting {
  readonly idle: Seconds;
  readonly lifetime: Seconds;
  readonly cardIdle: Seconds;
}

export interface StoresSetting {
  readonly durable: StoreAddress;
  readonly shared: StoreAddress;
  /** The longest silence of Redis before a request is refused. */
  readonly patience: Seconds;
}

export type StoreAddress =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly path: string }
  /** The URL holds no password; it is in `password`. */
  | { readonly kind: 'postgres' | 'redis'; readonly url: URL; readonly password: Secret | undefined };

export interface LedgerSetting {
  readonly directory: string;
  /** File of the operator's public key (JWK); undefined only in observe mode. */
  readonly sealTo: string | undefined;
  readonly retention: Seconds;
}

/** Who is told of enrolments, removals and alarms, and how. Mail is for notices only: nothing in it can be used to sign in. */
export interface Notify {
  readonly smtp: SmtpSetting | undefined;
  readonly webhook: { readonly url: URL; readonly secret: Secret } | undefined;
  readonly syslog: { readonly url: URL; readonly format: 'cef' | 'rfc5424' } | undefined;
}

export interface SmtpSetting {
  /** `smtps:` for TLS from the start, `smtp:` for STARTTLS (required unless the host is this machine). */
  readonly url: URL;
  readonly from: string;
  readonly name: string | undefined;
  readonly password: Secret | undefined;
  /** JSON pointer into the portal's who-am-I answer where the account's address is; undefined: operators only. */
  readonly address: string | undefined;
  /** How a person reaches a human when a notice tells of something they did not do; needed with `address`. */
  readonly contact: string | undefined;
  /** Of the mails to persons: there is no browser that says which one they read. */
  readonly language: 'fr' | 'en' | 'both';
  /** Mailboxes of the operator, told of alarms. */
  readonly operators: readonly string[];
}

/** Links of other sites to counted pages. */
export interface ForeignLinks {
  /** `ask`: a page of ours asks the person to go on before anybody is shown and counted. */
  readonly counted: 'follow' | 'ask';
  /** Origins whose links are followed all the same. */
  readonly except: readonly string[];
}

export interface Limits {
  /** Bytes of a request body on routes that do not say; Infinity cannot be written. */
  readonly body: number;
  /** Bytes of an answer that is read to be counted. */
  readonly answer: number;
  /** From the first byte of a request head to its last. */
  readonly headTime: Seconds;
  /** From the first byte of a request to the last of its body. */
  readonly bodyTime: Seconds;
  readonly keepAlive: Seconds;
  /** Silence of the portal after which an exchange is given up. */
  readonly upstreamTime: Seconds;
  readonly connections: number;
  readonly upstreamSockets: number;
}

/** For fronts that ask before they forward. Only these peers may ask; there is no default (A064). */
export interface ForwardAuthSetting {
  readonly listen: ListenAddress;
  /** Networks in canonical CIDR form. */
  readonly trustedPeers: readonly string[];
  /** A header the front must send, so that a neighbour on its network cannot ask; undefined: the address alone decides. */
  readonly secret: Secret | undefined;
}

/** One thing wrong with a configuration, for `palier check`. Lines and columns count from 1. */
export interface ConfigProblem {
  readonly line: number;
  readonly column: number;
  /** `routes[3].records.as`; empty for the whole document. */
  readonly path: string;
  readonly problem: string;
  readonly fix: string;
}
