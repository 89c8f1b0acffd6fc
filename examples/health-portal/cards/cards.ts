// The cards of the example: one for each account, and one more of the first account that was reported lost.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyText } from '../certificates.ts';
import { type CardName, type IssuedCard, makeCardAuthority } from './authority.ts';
import { bundleOf } from './bundle.ts';

/** Files of one card. */
export interface CardFiles {
  /** What a browser imports, and the password it asks for. */
  readonly bundle: string;
  readonly password: string;
  /** The same for programs, PEM. */
  readonly certificate: string;
  readonly key: string;
}

export interface AccountCards {
  readonly card: CardFiles;
  /** Only of the first account: revoked before the gateway starts. */
  readonly lost?: CardFiles;
}

/** Everybody may know it: the card is of nobody. */
const password = 'carte';

/** Makes authority, cards and lists in `folder`; answers with the cards of each account. */
export async function makeCards(
  folder: string,
  people: readonly (CardName & { readonly account: string })[],
): Promise<ReadonlyMap<string, AccountCards>> {
  for (const name of ['card-lists', 'cards']) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  const authority = await makeCardAuthority(folder);
  const made = new Map<string, AccountCards>();
  for (const person of people)
    made.set(person.account, {
      card: await write(folder, person.account, await authority.issue(person)),
    });
  const [first] = people;
  const cards = first && made.get(first.account);
  if (first === undefined || cards === undefined) throw new TypeError('the example has people');
  const lost = await authority.issue(first);
  made.set(first.account, { ...cards, lost: await write(folder, `${first.account}-lost`, lost) });
  await authority.publish([lost]);
  return made;
}

async function write(folder: string, name: string, card: IssuedCard): Promise<CardFiles> {
  const path = (ending: string): string => join(folder, 'cards', `${name}${ending}`);
  const files = { bundle: path('.p12'), password, certificate: path('.pem'), key: path('-key.pem') };
  writeFileSync(files.certificate, card.certificate.toString('pem'));
  writeFileSync(files.key, await keyText(card.key), { mode: 0o600 });
  writeFileSync(files.bundle, await bundleOf(card, password), { mode: 0o600 });
  return files;
}
