// What a professional changes about the account itself: where its mail goes, its password, who may act for it. Each is a
// way to keep an account that was stolen, so what stands in front should ask for more than a password.

import type { Account, Accounts } from '../accounts.ts';
import type { Delegations } from '../desk/delegations.ts';
import { type Answer, page } from '../http/answer.ts';
import { type Route, signedIn } from '../http/routes.ts';
import type { Visit } from '../http/visit.ts';
import { texts } from '../locales/texts.ts';
import { type Outcome, profilePage } from '../pages/profile-page.ts';
import { SHORTEST_PASSWORD } from '../sign-in/password-resets.ts';
import type { Sessions } from '../sign-in/sessions.ts';

interface Parts {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly delegations: Delegations;
}

/** Lists the routes of the profile. */
export function profileRoutes(parts: Parts): readonly Route[] {
  return [
    signedIn('GET /profil', (visit) => profile(parts, visit, 200)),
    signedIn('POST /profil', (visit, account) => changeEmail(parts, visit, account)),
    signedIn('POST /profil/mot-de-passe', (visit, account) => changePassword(parts, visit, account)),
    signedIn('POST /profil/delegues', (visit, account) => addDelegate(parts, visit, account)),
    signedIn('POST /profil/delegues/retirer', (visit, account) => removeDelegate(parts, visit, account)),
  ];
}

function profile(
  { accounts, delegations }: Parts,
  visit: Visit,
  status: number,
  outcome: Outcome = {},
): Answer {
  const login = visit.account?.login ?? '';
  const reader = { ...visit, account: accounts.find(login) };
  return page(status, profilePage(reader, delegations.of(login), outcome));
}

async function changeEmail(parts: Parts, visit: Visit, { login }: Account): Promise<Answer> {
  const t = texts(visit.language);
  const email = (await visit.form()).get('email') ?? '';
  return parts.accounts.changeEmail(login, email) === 'malformed'
    ? profile(parts, visit, 422, { problem: t.emailMalformed })
    : profile(parts, visit, 200, { notice: t.saved });
}

/** The other browsers are signed out: whoever else knew the old password is not to stay. */
async function changePassword(parts: Parts, visit: Visit, { login }: Account): Promise<Answer> {
  const t = texts(visit.language);
  const form = await visit.form();
  const next = form.get('nouveau') ?? '';
  const isOwn = (await parts.accounts.checkPassword(login, form.get('actuel') ?? '')) !== undefined;
  if (!isOwn) return profile(parts, visit, 422, { problem: t.passwordWrong });
  if (next.length < SHORTEST_PASSWORD) return profile(parts, visit, 422, { problem: t.passwordTooShort });
  await parts.accounts.changePassword(login, next);
  parts.sessions.endAllOf(login, visit.sessionId);
  return profile(parts, visit, 200, { notice: t.passwordSaved });
}

async function addDelegate(parts: Parts, visit: Visit, { login }: Account): Promise<Answer> {
  const t = texts(visit.language);
  const delegate = ((await visit.form()).get('delegue') ?? '').trim().toLowerCase();
  const isOther = delegate !== login && parts.accounts.find(delegate) !== undefined;
  const added = isOther && parts.delegations.add(login, delegate) === 'added';
  return added
    ? profile(parts, visit, 200, { notice: t.delegateSaved })
    : profile(parts, visit, 422, { problem: t.delegateUnknown });
}

async function removeDelegate(parts: Parts, visit: Visit, { login }: Account): Promise<Answer> {
  parts.delegations.remove(login, (await visit.form()).get('delegue') ?? '');
  return profile(parts, visit, 200, { notice: texts(visit.language).delegateSaved });
}
