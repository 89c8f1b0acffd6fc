// Whether the person at the provider is the person of the session: compared exactly, by a rule the operator wrote. The
// wrong person at the right counter proves nothing (G29).
import { readFileSync } from 'node:fs';
import type { AccountId } from '@palier/mfa-core';
import type { PersonRule } from '../config/oidc-settings.ts';
import { readPointer } from '../request/json-pointer.ts';
import { parseStrictJson } from '../request/strict-json.ts';
import { textIn } from './claims.ts';
import type { Claims } from './provider.ts';

/** Whether the claims name the person this account belongs to. */
export type SamePerson = (account: AccountId, claims: Claims) => boolean;

/** Reads the file of links once, whole; one that is unsound is an Error at start, never a link that is missing. */
export function samePerson({ claim, is }: PersonRule): SamePerson {
  if (is.kind === 'account') return (account, claims) => textIn(claims, claim) === account;
  const links = readLinks(is.file);
  return (account, claims) => {
    const name = textIn(claims, claim);
    return name !== undefined && (links.get(account)?.includes(name) ?? false);
  };
}

function readLinks(file: string): ReadonlyMap<string, readonly string[]> {
  const json = parseStrictJson(readFileSync(file), { depth: 3, members: 1_000_000 });
  if ('refused' in json || json.kind !== 'object')
    throw new Error(`${file} is no JSON object of accounts and lists of names`);
  return new Map(
    [...json.members].map(([account, names]) => {
      const found = names.kind === 'array' ? readPointer(names, '/*') : undefined;
      if (found === undefined || 'refused' in found || found.some(({ kind }) => kind !== 'string'))
        throw new Error(`${file}: an account has no list of names`);
      return [account, found.flatMap((one) => (one.kind === 'string' ? [one.text] : []))] as const;
    }),
  );
}
