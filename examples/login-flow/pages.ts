// Four small pages. The step-up page talks to the ceremonies' JSON API with plain fetch: a code, or a ticket first.

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>:root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}label{display:block;margin:.8rem 0 .2rem}input,button{font:inherit;padding:.4rem .7rem}</style></head>
<body><main><h1>${title}</h1>${body}</main></body></html>`;
}

export function homePage(account: string | undefined): string {
  if (account === undefined) return page('A portal', '<p><a href="/login">Sign in</a></p>');
  return page('A portal', `<p>Signed in as ${escape(account)}.</p><p><a href="/records/1">Record 1</a> asks for a second factor.</p><form method="post" action="/logout"><button>Sign out</button></form>`);
}

export function loginPage(wrong: boolean): string {
  return page('Sign in', `${wrong ? '<p role="alert">Not accepted.</p>' : ''}<form method="post" action="/login">
<label for="login">Login</label><input id="login" name="login" autocomplete="username" required>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<p><button>Sign in</button></p></form>`);
}

export function recordPage(id: string): string {
  return page(`Record ${escape(id)}`, '<p>This page was opened with a second factor.</p>');
}

export function stepUpPage(account: string | undefined): string {
  if (account === undefined) return page('Second factor', '<p><a href="/login">Sign in first</a></p>');
  return page('Second factor', `<p role="alert" id="said"></p>
<form id="code-form"><label for="code">Code of your app</label><input id="code" inputmode="numeric" autocomplete="one-time-code" required><p><button>Check</button></p></form>
<details><summary>No factor yet: enrol with a ticket</summary>
<form id="ticket-form"><label for="ticket">Ticket</label><input id="ticket" required><p><button>Enrol an app</button></p></form>
<div id="offer"></div></details>
<script>${script}</script>`);
}

/** begin, show the picture, confirm; or just a code. Goes back by the opaque ticket in the address. */
const script = `
const said = (text) => { document.getElementById('said').textContent = text; };
const call = async (path, body) => {
  const answer = await fetch('/mfa' + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.detail || json.title);
  return json;
};
const goOn = () => { location.href = '/records/1'; };
const on = (id, act) => document.getElementById(id).addEventListener('submit', (event) => { event.preventDefault(); act().catch((error) => said(error.message)); });
let challenge;
on('code-form', async () => {
  const code = document.getElementById('code').value;
  if (challenge) await call('/enrol/complete', { challenge, code, name: 'app' });
  else await call('/step-up/totp', { code });
  goOn();
});
on('ticket-form', async () => {
  const { right } = await call('/enrol/ticket', { ticket: document.getElementById('ticket').value });
  const begun = await call('/enrol', { right, kind: 'totp', name: 'app' });
  challenge = begun.challenge;
  document.getElementById('offer').innerHTML = begun.totp.qr;
  said('Scan the picture, then type the code above.');
});`;
