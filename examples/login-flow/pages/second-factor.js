// The page's calls to the ceremonies' API: nothing is decided here, and a changed answer opens nothing.
(() => {
  const at = (id) => document.getElementById(id);
  const resume = new URLSearchParams(location.search).get('resume');
  const say = (text) => {
    at('said').textContent = text;
  };

  async function call(path, body) {
    const init =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`/mfa${path}`, init);
    const json = await answer.json();
    if (!answer.ok) throw new Error(json.title);
    return json;
  }

  function acting(act) {
    return (event) => {
      event.preventDefault();
      say('');
      act(event).catch((error) => say(error.message));
    };
  }

  /** Where the person was stopped; the address is the server's, named by a ticket that works once. */
  async function onward() {
    if (resume === null) return say('C’est fait.');
    const { target } = await call('/resume', { resume });
    location.assign(target);
  }

  async function useKey() {
    const { challenge, webauthn } = await call('/step-up', {});
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(webauthn);
    const response = await navigator.credentials.get({ publicKey });
    await call('/step-up/webauthn', { challenge, response: response.toJSON() });
    await onward();
  }

  let pending;
  async function enrol(event) {
    const kind = event.submitter.value;
    const name = at('name').value;
    const ticket = at('ticket').value.trim();
    const { right } =
      ticket === '' ? await call('/enrol/right', {}) : await call('/enrol/ticket', { ticket });
    const begun = await call('/enrol', { right, kind, name });
    if (kind === 'webauthn') return bindKey(begun, name);
    pending = { challenge: begun.challenge, name };
    at('qr').innerHTML = begun.totp.qr;
    at('secret').textContent = begun.totp.secret;
    at('confirm-form').hidden = false;
  }

  async function bindKey({ challenge, webauthn }, name) {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(webauthn);
    const response = await navigator.credentials.create({ publicKey });
    enrolled(await call('/enrol/complete', { challenge, response: response.toJSON(), name }));
  }

  function enrolled({ recoveryCodes }) {
    at('confirm-form').hidden = true;
    at('codes').hidden = recoveryCodes.length === 0;
    at('code-list').replaceChildren(
      ...recoveryCodes.map((code) => Object.assign(document.createElement('li'), { textContent: code })),
    );
    say('Ajouté.');
    at('onward').onclick = acting(onward);
  }

  async function begin() {
    const { kinds } = await call('/step-up', {});
    at('step-up').hidden = kinds.length === 0;
    at('use-key').hidden = !kinds.includes('webauthn');
    at('code-form').hidden = !kinds.includes('totp');
  }

  at('use-key').onclick = acting(useKey);
  at('code-form').onsubmit = acting(() => call('/step-up/totp', { code: at('code').value }).then(onward));
  at('recovery-form').onsubmit = acting(() =>
    call('/step-up/recovery-code', { code: at('recovery').value }).then(onward),
  );
  at('ticket-form').onsubmit = acting(enrol);
  at('confirm-form').onsubmit = acting(async () =>
    enrolled(await call('/enrol/complete', { ...pending, code: at('confirm').value })),
  );
  begin().catch((error) => say(error.message));
})();
