// Which login was typed into a form that goes to the portal. What two readers could read differently is refused: else a
// stranger signs in as himself with one reader and is taken for somebody else by the other (A095, A106).
import { type AccountId, parseAccountId } from '@palier/mfa-core';
import type { SignInRule } from '../policy/route.ts';
import { readPointer } from '../request/json-pointer.ts';
import { type Pairs, parseQuery } from '../request/query.ts';
import { parseStrictJson } from '../request/strict-json.ts';

/** `text` is undefined when nothing was typed: the portal will say so. */
export type Typed = { readonly text: string | undefined } | { readonly refused: string };

const longest = 200;

export function typedLogin(rule: SignInRule, query: string | undefined, body: Uint8Array): Typed {
  const { typed } = rule;
  if (typed === undefined) return { text: undefined };
  const besides = loginInQuery(rule, query);
  if ('refused' in besides) return besides;
  // A reader that prefers the query would sign somebody else in.
  if (besides.text !== undefined) return { refused: 'login-in-query' };
  const found = typed.from === 'form' ? inForm(body, typed.name) : inJson(body, typed.pointer);
  const tooLong = 'text' in found && found.text !== undefined && found.text.length > longest;
  return tooLong ? { refused: 'login-too-long' } : found;
}

/** A login in the address: some portals sign in by it, so it is a guess like any other. */
export function loginInQuery({ typed }: SignInRule, query: string | undefined): Typed {
  if (typed === undefined) return { text: undefined };
  const name = typed.from === 'form' ? typed.name : (typed.pointer.split('/').at(-1) ?? '');
  return inPairs(parseQuery(query ?? ''), name);
}

function inForm(body: Uint8Array, name: string): Typed {
  const text = Buffer.from(body).toString('latin1');
  if (!/^[\x20-\x7e]*$/.test(text)) return { refused: 'login-form-not-ascii' };
  return inPairs(parseQuery(text), name);
}

function inPairs(pairs: Pairs | { readonly refused: string }, wanted: string): Typed {
  if ('refused' in pairs) return { refused: `login-form-${pairs.refused}` };
  const alike = pairs.filter(([name]) => folded(name) === folded(wanted));
  const [first, ...others] = alike;
  if (others.length > 0 || (first !== undefined && first[0] !== wanted)) return { refused: 'login-twice' };
  return { text: first?.[1] === '' ? undefined : first?.[1] };
}

/** What other readers take for one name: `login[]`, `LOGIN`, ` login`, `login.x`, `?login` (qs, PHP, ASP). */
function folded(name: string): string {
  return name
    .toLowerCase()
    .replace(/^[\s?&;+]+/, '')
    .replace(/[[.\0].*$/s, '')
    .trim()
    .replaceAll(' ', '_');
}

function inJson(body: Uint8Array, pointer: string): Typed {
  const json = parseStrictJson(body, { depth: 16, members: 200 });
  if ('refused' in json) return { refused: `login-${json.refused}` };
  const found = readPointer(json, pointer);
  if ('refused' in found) return { refused: `login-${found.refused}` };
  const [first, ...others] = found;
  if (first === undefined) return { text: undefined };
  return first.kind === 'string' && others.length === 0
    ? { text: first.text === '' ? undefined : first.text }
    : { refused: 'login-no-text' };
}

/**
 * The account a login names. With `case` its spellings in other cases, with blanks around it or several inside are one
 * account, as they are for most portals; with `none` only blanks around it go.
 */
export function accountTyped(text: string, fold: 'case' | 'none'): AccountId | undefined {
  const bare = text.normalize('NFC').trim();
  return parseAccountId(fold === 'none' ? bare : bare.replace(/\s+/gu, ' ').toLowerCase().normalize('NFC'));
}

/**
 * What all spellings of a login have in common that some portal may take for one, for counting only: two accounts that
 * meet here share a count, and a spelling more buys no guess more.
 */
export function countedAs(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[\s\p{C}\p{M}]/gu, '');
}
