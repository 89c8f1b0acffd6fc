// The passkey buttons of our own pages: begin, ask the browser, complete, go on. Without this file the pages still work
// with codes. Plain script for old browsers; SimpleWebAuthnBrowser comes from webauthn.js beside it.
(() => {
  var box = document.getElementById('key');
  var button = document.getElementById('key-button');
  var failed = document.getElementById('key-error');
  if (!box || !button || !window.SimpleWebAuthnBrowser || !window.PublicKeyCredential) return;
  var library = window.SimpleWebAuthnBrowser;
  // A key that was not right has the page's sentence (400); for all else the gateway says what helps.
  var silent = failed.textContent;
  button.hidden = false;
  // Enter in the name chooses nothing: without this it would choose the app, whose form the field belongs to.
  var named = document.getElementById('name');
  if (named)
    named.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      button.focus();
    });
  if (!document.querySelector('[autofocus]')) button.focus();

  function post(path, body) {
    return fetch(`/.palier/api/${path}`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    }).then((answer) =>
      answer.json().then((json) => {
        if (!answer.ok)
          throw Object.assign(new Error('refused'), { told: answer.status === 400 ? '' : json.title });
        return json;
      }),
    );
  }

  function stepUp() {
    return post('step-up', {})
      .then((begun) =>
        library
          .startAuthentication({ optionsJSON: begun.webauthn })
          .then((response) => post('step-up/webauthn', { challenge: begun.challenge, response: response })),
      )
      .then(() => {
        if (window.BroadcastChannel) new BroadcastChannel('palier').postMessage('stepped-up');
        location.replace(`/.palier/step-up/done?resume=${encodeURIComponent(box.dataset.resume)}`);
      });
  }

  function enrol() {
    var name = named ? named.value : '';
    var card = document.getElementById('key-card');
    return post('enrol/begin', {
      right: box.dataset.right,
      kind: 'webauthn',
      name: name,
      asCard: !!card && card.checked,
    })
      .then((begun) =>
        library.startRegistration({ optionsJSON: begun.webauthn }).then((response) =>
          post('enrol/complete', {
            challenge: begun.challenge,
            response: response,
            name: name,
            resume: box.dataset.resume,
          }),
        ),
      )
      .then((done) => {
        showDone(done);
      });
  }

  // The recovery codes are shown once, by the page the gateway makes of this answer: they never travel in an address.
  function showDone(done) {
    var parsed = new DOMParser().parseFromString(done.page, 'text/html');
    document.title = parsed.title;
    document
      .getElementById('main')
      .replaceChildren.apply(document.getElementById('main'), parsed.getElementById('main').childNodes);
    document.getElementById('main').focus();
  }

  function mark(busy) {
    var stop = document.getElementById('stop');
    if (stop) stop.dataset.busy = busy;
  }

  button.addEventListener('click', () => {
    button.disabled = true;
    mark('yes');
    failed.hidden = true;
    (box.dataset.act === 'enrol' ? enrol() : stepUp()).catch((error) => {
      failed.textContent = error.told || silent;
      button.disabled = false;
      mark('');
      failed.hidden = false;
      button.focus();
    });
  });
})();
