// What the operator declared about one route, compiled. Nothing here is optional "for later": a route without a word
// about bodies, queries or upgrades has none.
import type { Requirement, Seconds } from '@palier/mfa-core';
import type { RecordRule } from '../budget/record-rule.ts';

/** A path pattern: literal segments, `{name}` for one whole segment, `**` as the last segment for any rest. No regular expressions (A016). */
export type PatternSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'rest' };

export interface Route {
  /** `GET /patients/{nir}/droits`, as the configuration has it; names the route in logs and the ledger. */
  readonly id: string;
  readonly methods: readonly string[];
  readonly segments: readonly PatternSegment[];
  readonly requirement: Requirement;
  /** Where the persons are whose records this route shows; empty for routes that show none. */
  readonly records: readonly RecordRule[];
  /** How a refused client is spoken to when its headers do not say. */
  readonly client: 'page' | 'program' | undefined;
  /** Query parameters that may occur; undefined means any (only on routes that count nothing). */
  readonly query: readonly string[] | undefined;
  /** The line says nothing of a query, so that none passes but what is counted: for a list, rarely what was meant. */
  readonly queryLeftOut?: true;
  /** What may be sent as a body; undefined means no body on counted routes, any elsewhere. */
  readonly body: BodyRule | undefined;
  readonly upgrade: 'websocket' | undefined;
  /** `request` binds the Palier-Assertion to method, path and one id. */
  readonly bind: 'session' | 'request';
  /** Name of the upstream in the configuration. */
  readonly upstream: string;
  /** What kinds of data the records of this route show, for the exposure report: `identity`, `rights`... */
  readonly fields: readonly string[];
  /** Extra conditions, all of which must hold, else the route answers 403. */
  readonly conditions: readonly Condition[];
  /** `gateway`: only our own listener serves it; a front that asks about it is refused. */
  readonly through: 'gateway' | undefined;
  /** This route ends the portal's session; a success ends ours. */
  readonly signsOut: boolean;
  /** This route signs in or resets at the portal: guesses are counted before it is asked (sign-in/guard.ts). */
  readonly signIn?: SignInRule;
  /** 1-based line in the configuration, for messages. */
  readonly line: number;
}

export interface BodyRule {
  /** `*` for any; empty where the line says that there is no body. */
  readonly types: readonly string[];
  readonly limit: number;
  /**
   * On routes whose request names persons: the fields of a form, or the members of a JSON body (a name or a pointer, with
   * all below it), that may occur beside those that are counted. `any`: the operator says that none of the others names a
   * person.
   */
  readonly members: readonly string[] | 'any';
}

/** What is known of a POST that signs in at the portal, or asks it for a way back in. */
export interface SignInRule {
  readonly kind: 'sign-in' | 'reset';
  /** Where the login is typed; undefined where a reset names nobody. */
  readonly typed:
    | { readonly from: 'form'; readonly name: string }
    | { readonly from: 'json'; readonly pointer: string }
    | undefined;
  /** How a sign-in that worked is told from one that did not: all of it must hold. */
  readonly success: {
    readonly status: readonly number[];
    /** The portal's cookie, which must come with a new value; undefined where the credential is no cookie. */
    readonly cookie: string | undefined;
    readonly location: string | undefined;
  };
  readonly limits: GuessLimits;
  /** Other origins whose pages may post here; the gateway's own always may. */
  readonly from: readonly string[];
  /** One answer for all that does not succeed, so that it does not tell which accounts there are. */
  readonly equal: { readonly location: string; readonly after: Seconds } | undefined;
}

/** How many guesses are free, and how long the growing wait gets. */
export interface GuessLimit {
  readonly free: number;
  readonly longest: Seconds;
}

export interface GuessLimits {
  /** Of a browser that signed this account in before. */
  readonly browser: GuessLimit;
  /** Of one account from one network, in browsers that did not. */
  readonly account: GuessLimit;
  /** Of one network, over all accounts. */
  readonly network: GuessLimit;
  /** Guesses of one account over all networks, after which each network has one guess for its longest wait. */
  readonly pressure: number;
}

export type Condition =
  | { readonly kind: 'class'; readonly anyOf: readonly string[] }
  | { readonly kind: 'group'; readonly anyOf: readonly string[] }
  | { readonly kind: 'network'; readonly anyOf: readonly string[] }
  | {
      readonly kind: 'time';
      readonly from: string;
      readonly to: string;
      readonly zone: string;
      readonly days: readonly number[];
    };

/** A route found for a request, with the decoded values of its `{name}` segments. */
export interface Matched {
  readonly route: Route;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Whether one of its methods may have a body. */
export function takesBody({ methods }: Pick<Route, 'methods'>): boolean {
  return methods.some((method) => method === 'POST' || method === 'PUT' || method === 'PATCH');
}
