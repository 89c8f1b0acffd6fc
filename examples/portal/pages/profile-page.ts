// The profile: who the account is, and what may be changed about it.

import { texts } from '../locales/texts.ts';
import { field, postForm } from './form.ts';
import { type Html, html } from './html.ts';
import { alert, layout, type Reader } from './layout.ts';

/** What came of a change. */
export interface Outcome {
  readonly problem?: string;
  readonly notice?: string;
}

/** Prints the profile with its changeable parts. */
export function profilePage(reader: Reader, delegates: readonly string[], outcome: Outcome): Html {
  const t = texts(reader.language);
  const { account } = reader;
  const email = field({ name: 'email', label: t.email, type: 'email', value: account?.email ?? '' });
  const passwords = [
    field({
      name: 'actuel',
      label: t.passwordNow,
      type: 'password',
      autocomplete: 'current-password',
    }),
    field({ name: 'nouveau', label: t.passwordNext, type: 'password', autocomplete: 'new-password' }),
  ];
  const delegate = field({ name: 'delegue', label: t.delegateLogin });
  const notice = outcome.notice !== undefined && html`<p class="notice" role="status">${outcome.notice}</p>`;
  return layout(
    reader,
    t.profile,
    html`${notice}${alert(outcome.problem)}<dl>
<div><dt>${t.login}</dt><dd>${account?.login}</dd></div>
<div><dt>${t.professional}</dt><dd>${account?.name}</dd></div>
<div><dt>${t.organisation}</dt><dd>${account?.organisation}</dd></div>
</dl>${postForm('/profil', t.save, [email])}
<section><h2>${t.passwordChange}</h2>${postForm('/profil/mot-de-passe', t.save, passwords)}</section>
<section><h2>${t.delegates}</h2><p>${t.delegatesIntro}</p>${delegateList(reader, delegates)}
${postForm('/profil/delegues', t.delegateAdd, [delegate])}</section>`,
  );
}

function delegateList(reader: Reader, delegates: readonly string[]): Html {
  const t = texts(reader.language);
  if (delegates.length === 0) return html`<p>${t.delegatesNone}</p>`;
  const rows = delegates.map(
    (login) => html`<li>${login}
<form method="post" action="/profil/delegues/retirer"><input type="hidden" name="delegue" value="${login}">
<button>${t.delegateRemove}</button></form></li>`,
  );
  return html`<ul>${rows}</ul>`;
}
