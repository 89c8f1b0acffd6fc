// The frame of every page: language, menu, title, footer. Also the pages that only say one thing.

import type { Account } from '../accounts.ts';
import type { Language } from '../http/negotiate.ts';
import type { Texts } from '../locales/fr.ts';
import { texts } from '../locales/texts.ts';
import { type Html, html } from './html.ts';

/** Who a page is printed for. */
export interface Reader {
  readonly language: Language;
  readonly account?: Account | undefined;
}

/** Prints a whole page around its main part. */
export function layout(reader: Reader, title: string, main: Html): Html {
  const t = texts(reader.language);
  return html`<!doctype html>
<html lang="${reader.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} - ${t.portal}</title>
<link rel="icon" href="/public/icon.svg">
<link rel="stylesheet" href="/public/portal.css">
</head>
<body>
<a class="skip" href="#main">${t.skip}</a>
<header>
<p class="brand"><a href="/">${t.portal}</a> <span>${t.tagline}</span></p>
${reader.account && menu(t, reader.account)}
</header>
<main id="main">
<h1>${title}</h1>
${main}
</main>
<footer><p>${t.notice} <a href="/public/a-propos">${t.about}</a></p></footer>
</body>
</html>
`;
}

/** Prints a page of one sentence with a way back. */
export function sentencePage(reader: Reader, title: string, sentence: string): Html {
  const back = html`<p><a href="/">${texts(reader.language).backHome}</a></p>`;
  return layout(reader, title, html`<p>${sentence}</p>${back}`);
}

/** Prints a sentence that assistive technology reads out at once. */
export function alert(sentence: string | undefined): Html {
  return sentence === undefined ? html`` : html`<p class="alert" role="alert">${sentence}</p>`;
}

function menu(t: Texts, account: Account): Html {
  return html`<nav aria-label="${t.menu}"><ul>
<li><a href="/">${t.home}</a></li>
<li><a href="/aat">${t.sickLeave}</a></li>
<li><a href="/paiements">${t.payments}</a></li>
<li><a href="/messages">${t.messages}</a></li>
<li><a href="/profil">${t.profile}</a></li>
</ul></nav>
<form class="account" method="post" action="/logout"><span>${t.signedInAs} ${account.name}, ${account.organisation}</span>
<button class="quiet">${t.signOut}</button></form>`;
}
