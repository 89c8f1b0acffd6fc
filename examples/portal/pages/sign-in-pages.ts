// The pages one sees before being signed in.

import type { Language } from '../http/negotiate.ts';
import { texts } from '../locales/texts.ts';
import { field, postForm } from './form.ts';
import { type Html, html } from './html.ts';
import { alert, layout } from './layout.ts';

/** Prints the sign-in form; `next` is where to go afterwards. */
export function loginPage(
  language: Language,
  { next, login = '', problem, notice }: { next: string; login?: string; problem?: string; notice?: string },
): Html {
  const t = texts(language);
  const fields = [
    html`<input type="hidden" name="next" value="${next}">`,
    field({ name: 'login', label: t.login, hint: t.loginHint, value: login, autocomplete: 'username' }),
    field({ name: 'password', label: t.password, type: 'password', autocomplete: 'current-password' }),
  ];
  return layout(
    { language },
    t.signIn,
    html`${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}${alert(problem)}
${postForm('/login', t.signIn, fields)}<p><a href="/mot-de-passe-oublie">${t.forgotten}</a></p>`,
  );
}

/** Prints the form that asks for a reset link. */
export function forgottenPage(language: Language): Html {
  const t = texts(language);
  const email = field({ name: 'email', label: t.email, type: 'email', autocomplete: 'email' });
  return layout(
    { language },
    t.forgotten,
    html`<p>${t.forgottenIntro}</p>${postForm('/mot-de-passe-oublie', t.send, [email])}`,
  );
}

/** Prints the form behind a live reset link. */
export function resetPage(language: Language, token: string, problem?: string): Html {
  const t = texts(language);
  const password = field({
    name: 'password',
    label: t.newPassword,
    hint: t.newPasswordHint,
    type: 'password',
    autocomplete: 'new-password',
  });
  const form = postForm(`/reinitialiser/${encodeURIComponent(token)}`, t.save, [password]);
  return layout({ language }, t.newPassword, html`${alert(problem)}${form}`);
}
