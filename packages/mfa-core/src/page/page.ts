// A ready-made page for stepping up, adding and removing factors, for portals that do not draw their own: plain HTML, one
// script, no style of its own beyond legibility. It holds nothing of a person: everything comes from the API beside it.
import { type ApiAnswer, type ApiRequest, languageOf } from '../api/api-request.ts';
import { script } from './script.ts';
import { type PageWords, wordsOf } from './words.ts';

/** The browser's own colours, light or dark as its person likes it; the picture stays dark on white, or no app reads it. */
const style = `:root{color-scheme:light dark}
body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:CanvasText;background:Canvas}
main{max-width:34rem;margin:0 auto;padding:1rem}
label{display:block;margin-top:1rem}input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem}
button{font:inherit;padding:.5rem 1rem;margin:.5rem .5rem .5rem 0}
#said{min-height:1.5em;font-weight:bold}#factor-list{overflow-wrap:anywhere}#lately{border-left:.3rem solid;padding:.5rem .8rem}bdi{font-weight:bold;overflow-wrap:anywhere}#qr svg{width:14rem;display:block;background:#fff;padding:.5rem}#secret{user-select:all}
#open-app{display:none}@media (pointer:coarse){#open-app{display:block}}
:focus-visible{outline:3px solid LinkText;outline-offset:2px}[hidden]{display:none}
`;

/** Nothing from elsewhere, no frame, no inline script; the page's own origin is sent along, or our API would refuse it. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** The page and its two files, where the API lies below a path of its own; undefined for any other path. */
export function pageFile(request: ApiRequest): ApiAnswer | undefined {
  const [path = '', query] = request.target.split('?');
  // At the root of a site the page would take the place of the portal's own.
  const isMounted = path.length > request.path.length || (path.length > 1 && request.path === '/');
  if (request.method !== 'GET' || !isMounted) return undefined;
  if (request.path === '/page.js') return file('text/javascript', script);
  if (request.path === '/page.css') return file('text/css', style);
  if (request.path !== '/') return undefined;
  // The files are beside the page, so its address ends with a slash.
  if (!path.endsWith('/')) return moved(`${path}/${query === undefined ? '' : `?${query}`}`);
  return file('text/html', html(wordsOf(languageOf(request))));
}

function file(type: string, body: string): ApiAnswer {
  const headers = [
    ['content-type', `${type}; charset=utf-8`],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
    ['content-security-policy', policy],
    ['referrer-policy', 'same-origin'],
  ] as const;
  return { status: 200, headers, body };
}

function moved(location: string): ApiAnswer {
  // `//host/` would be another site's.
  const safe = location.replace(/^[/\\]+/, '/');
  return {
    status: 308,
    headers: [
      ['location', safe],
      ['cache-control', 'no-store'],
    ],
    body: '',
  };
}

function html(words: PageWords): string {
  const { lang, title } = words;
  const once = 'inputmode="numeric" autocomplete="one-time-code" maxlength="20" required';
  const submit = `<button type="submit">${words.confirm}</button>`;
  return `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><link rel="stylesheet" href="page.css"></head>
<body><main><h1>${title}</h1><p id="said" role="status"></p>
<p id="lately" role="note" hidden></p>
<section id="step-up" hidden><h2>${words.prove}</h2>
<p><button type="button" id="use-key" hidden>${words.useKey}</button></p>
<form id="code-form" hidden><label for="code">${words.code}</label><input id="code" ${once}>${submit}</form>
<details id="lost" hidden><summary>${words.lost}</summary><form id="recovery-form"><label for="recovery">${words.recovery}</label><input id="recovery" autocomplete="off" required>${submit}</form></details>
</section>
<details id="enrol"><summary>${words.add}</summary><p>${words.addHint}</p><p>${words.install}</p><p id="key-why">${words.keyWhy}</p>
<p id="key-hint" hidden>${words.keyNeedsTicket}</p>
<form id="ticket-form"><label for="ticket">${words.ticket}</label><input id="ticket" autocomplete="off" placeholder="tkt-…" aria-describedby="ticket-hint"><p id="ticket-hint">${words.ticketHint}</p>
<label for="name">${words.name}</label><input id="name" maxlength="60" placeholder="${words.nameHint}">
<button type="submit" value="webauthn" id="add-key" aria-describedby="key-why">${words.key}</button><button type="submit" value="totp">${words.app}</button></form>
<form id="confirm-form" hidden><p>${words.scan} <code id="secret"></code></p><p id="open-app"><a id="app-link">${words.openApp}</a></p><div id="qr"></div>
<label for="confirm">${words.shown}</label><input id="confirm" ${once}>${submit}</form></details>
<section id="codes" hidden><h2>${words.codes}</h2><ul id="code-list"></ul></section>
<p><button type="button" id="go-on" hidden>${words.goOn}</button></p>
<section id="yours" hidden><h2>${words.yours}</h2><p>${words.yoursHint}</p><ul id="factor-list"></ul><p id="not-by-code" hidden>${words.notByCode}</p></section>
</main><script id="words" type="application/json">${JSON.stringify(words).replaceAll('<', '\\u003c')}</script>
<script src="page.js"></script></body></html>
`;
}
