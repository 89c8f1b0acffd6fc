// The cards of a site: who holds one, by what the portal itself says of the person behind an account.

import { examplePassword } from '../../portal/accounts.ts';
import { signIn } from '../attack/script.ts';
import { createLine } from '../line.ts';
import type { CardAuthority, Holder } from './authority.ts';
import type { Card } from './card.ts';

/** The cards of a site's professionals. */
export interface SiteCards {
  /** Where cards are shown. */
  readonly origin: URL;
  /** The card of the person behind an account; the same one each time. */
  of(login: string): Promise<Card>;
  /** An earlier card of that person, revoked before the run began. */
  revokedOf(login: string): Promise<Card>;
}

export function siteCards(authority: CardAuthority, portal: URL, origin: URL): SiteCards {
  const made = new Map<string, Promise<Card>>();
  return {
    origin,
    of(login) {
      const card = made.get(login) ?? holderOf(portal, login).then(authority.issue);
      made.set(login, card);
      return card;
    },
    revokedOf: async (login) => authority.issueRevoked(await holderOf(portal, login)),
  };
}

/** As the authority of a profession knows the person: from its own register, here the portal's. */
async function holderOf(portal: URL, login: string): Promise<Holder> {
  const line = createLine(portal, {});
  try {
    if (!(await signIn(line, { login, password: examplePassword(login) })))
      throw new Error('the portal does not know the holder of a card');
    const reply = await line.send('/api/me', { headers: { accept: 'application/json' } });
    const { name, nationalId } = JSON.parse(reply.body) as Readonly<Record<string, string>>;
    const [givenName = '', surname = ''] = (name ?? '').split(' ');
    return { nationalId: nationalId ?? '', givenName, surname };
  } finally {
    line.close();
  }
}
