// Identity from the portal's own session: the gateway shows the portal its credential and asks who that is. The answer is
// kept for seconds, bound to that very credential, and asked once however many requests wait for it. For what streams it is
// kept longer: asked every few seconds, a portal would take an open page for a person at work and never end the session.

import { hash } from 'node:crypto';
import { type Clock, type Instant, parseAccountId } from '@palier/mfa-core';
import { keepNewest } from '../bounded-map.ts';
import type { HtmlPointer, PortalPointers } from '../config/account-pointers.ts';
import type { Carrier } from '../config/identity-settings.ts';
import type { PermitTerms } from '../gate/permit.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { portalCookie } from '../request/cookies.ts';
import { readHtml, textsAt } from '../request/html.ts';
import { readPointer } from '../request/json-pointer.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { parseStrictJson } from '../request/strict-json.ts';
import type { Answer } from './bounded-call.ts';
import { credentialOf } from './carrier.ts';
import type { Identity, IdentitySource } from './identity.ts';

export interface PortalSessionRules {
  readonly carrier: Carrier;
  readonly pointers: PortalPointers;
  /** On HTML: what a page for nobody shows. Without it such a page is one that cannot be read. */
  readonly nobody: HtmlPointer | undefined;
  /** In a JSON who-am-I: where the account reads mail. */
  readonly address?: string | undefined;
  readonly cacheMilliseconds: number;
  /** The same for what streams; never less. */
  readonly streamMilliseconds: number;
}

/** Asks the portal's who-am-I with these header lines (name, value). Rejects when the portal is broken or slow. */
export type AskPortal = (credential: readonly string[]) => Promise<Answer>;

interface Kept {
  readonly at: Instant;
  /** How many sign-outs had been seen. */
  readonly round: number;
  readonly identity: Promise<Identity>;
}

export interface PortalSource extends IdentitySource {
  readonly whileStreaming: IdentitySource;
  /** Sees every answer: one that clears the portal's cookie, or hands out another, may have ended its session. */
  readonly answered: (terms: Pick<PermitTerms, 'request'>, exchange: Pick<Exchange, 'headers'>) => undefined;
  /** After a sign-out: no request is judged by an answer of before, and the one who signed out by none at all. */
  readonly forget: (request: CanonicalRequest) => void;
}

const capacity = 50_000;

/**
 * 200 with an account is that account; 401, 403 and redirects are nobody; anything else, or an answer that cannot be
 * read, rejects: a portal that stammers must not look like a stranger nor like a friend.
 */
export function portalSession(rules: PortalSessionRules, ask: AskPortal, clock: Clock): PortalSource {
  const kept = new Map<string, Kept>();
  let round = 0;
  const { kind, name } = rules.carrier;
  const keyOf = (value: string): string => hash('sha256', value, 'base64');
  const known = (key: string, milliseconds: number): Kept | undefined => {
    const entry = kept.get(key);
    const age = entry === undefined ? 0 : clock.now() - entry.at;
    return age >= 0 && age < milliseconds ? entry : undefined;
  };
  const askNow = (value: string, key: string): Promise<Identity> => {
    const shown = kind === 'cookie' ? ['Cookie', `${name}=${value}`] : [name, value];
    const identity = ask(shown).then((answer) => read(rules, answer));
    const entry = { at: clock.now(), round, identity };
    keepNewest(kept, key, entry, capacity);
    identity.catch(() => {
      if (kept.get(key) === entry) kept.delete(key);
    });
    return identity;
  };
  const identify: IdentitySource = (request) => {
    const value = credentialOf(request, rules.carrier);
    if (value === undefined) return Promise.resolve(anonymous);
    const key = keyOf(value);
    const entry = known(key, rules.cacheMilliseconds);
    return entry?.round === round ? entry.identity : askNow(value, key);
  };
  const whileStreaming: IdentitySource = (request) => {
    const value = credentialOf(request, rules.carrier);
    if (value === undefined) return Promise.resolve(anonymous);
    const key = keyOf(value);
    return known(key, rules.streamMilliseconds)?.identity ?? askNow(value, key);
  };
  const drop = (request: CanonicalRequest): void => {
    const value = credentialOf(request, rules.carrier);
    if (value !== undefined) kept.delete(keyOf(value));
  };
  const answered: PortalSource['answered'] = ({ request }, { headers }) => {
    if (kind === 'cookie' && headers.some((line) => changes(line, name, request))) drop(request);
    return undefined;
  };
  const forget = (request: CanonicalRequest): void => {
    round += 1;
    drop(request);
  };
  return Object.assign(identify, { whileStreaming, answered, forget });
}

/** Some portals hand out the same value with every answer: that changes nothing. */
function changes(
  [name, line]: readonly [string, string],
  cookie: string,
  { headers }: CanonicalRequest,
): boolean {
  if (name.length !== 10 || name.toLowerCase() !== 'set-cookie') return false;
  const [pair = '', attributes] = line.split(/;(.*)/s);
  const mark = pair.indexOf('=');
  if (pair.slice(0, mark).trim().toLowerCase() !== cookie.toLowerCase()) return false;
  const isSame = portalCookie(headers.get('cookie'), cookie) === pair.slice(mark + 1).trim();
  return !isSame || /(?:^|;)\s*(?:max-age|expires)\s*=/i.test(attributes ?? '');
}

const anonymous: Identity = { kind: 'anonymous' };

/** The texts of an answer at a pointer. */
type Reader = (pointer: PortalPointers['account']) => readonly string[];

function read(rules: PortalSessionRules, answer: Answer): Identity {
  if (answer.status === 401 || answer.status === 403 || (answer.status >= 300 && answer.status < 400))
    return anonymous;
  if (answer.status !== 200) throw new Error(`the portal's who-am-I answered ${answer.status}`);
  const { account: where, class: className, organisation, groups, name, person } = rules.pointers;
  const texts = typeof where === 'string' ? jsonReader(answer.body) : htmlReader(answer.body);
  const accounts = new Set(texts(where));
  if (accounts.size === 0 && rules.nobody !== undefined && texts(rules.nobody).length > 0) return anonymous;
  const [only, ...others] = accounts;
  const account = only === undefined || others.length > 0 ? undefined : parseAccountId(only);
  if (account === undefined)
    throw new Error("the portal's who-am-I names no account, or several, at the place configured");
  const first = (pointer: typeof className): string | undefined =>
    pointer === undefined ? undefined : texts(pointer)[0];
  return {
    kind: 'account',
    account,
    class: first(className) ?? 'default',
    organisation: first(organisation),
    groups: groups === undefined ? [] : texts(groups),
    displayName: first(name) ?? account,
    person: person === undefined ? undefined : onlyOne(texts(person)),
    address: rules.address === undefined ? undefined : texts(rules.address)[0],
    source: 'portal-session',
  };
}

/** Two numbers for one person name nobody. */
function onlyOne(texts: readonly string[]): string | undefined {
  return new Set(texts).size === 1 ? texts[0] : undefined;
}

function jsonReader(body: Uint8Array): Reader {
  const json = parseStrictJson(body, { depth: 16, members: 1000 });
  if ('refused' in json) throw new Error(`the portal's who-am-I is not sound JSON: ${json.refused}`);
  return (pointer) => {
    const found = typeof pointer === 'string' ? readPointer(json, pointer) : [];
    if ('refused' in found) return [];
    return found.flatMap((scalar) =>
      scalar.kind === 'string' || scalar.kind === 'number' ? [scalar.text] : [],
    );
  };
}

function htmlReader(body: Uint8Array): Reader {
  const document = readHtml(body);
  if (document === undefined) throw new Error("the portal's who-am-I is not UTF-8");
  return (pointer) =>
    typeof pointer === 'string' ? [] : (textsAt(document, pointer.selector, pointer.attribute) ?? []);
}
