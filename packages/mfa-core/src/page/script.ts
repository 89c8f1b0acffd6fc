// The script of the ready-made page, as text, so that every bundler and runtime can carry it. Plain browser JavaScript: it
// calls the ceremonies beside it and decides nothing; a changed answer opens nothing.
export const script: string = `'use strict';
(() => {
  const at = (id) => document.getElementById(id);
  const words = JSON.parse(at('words').textContent);
  const resume = new URLSearchParams(location.search).get('resume') || undefined;
  let pending;
  // What a ticket gave: it is used up, and a key that was put away half-way must not cost another one.
  let byTicket;
  let addable = [];

  const say = (text) => { at('said').textContent = text; };

  async function call(path, body) {
    const init = body === undefined ? {} : {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    };
    const answer = await fetch('.' + path, init);
    const json = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(json.title || words.failed), { type: json.type });
    return json;
  }

  // One act at a time; what the browser itself refuses has no words a person could use.
  function acting(act) {
    return (event) => {
      event.preventDefault();
      say('');
      act(event).catch((error) => say(error instanceof DOMException ? words.failed : error.message));
    };
  }

  // Where the person was stopped: the address is the server's, behind a ticket that works once.
  async function onward() {
    if (resume === undefined) { say(words.done); return begin(); }
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

  async function enrol(event) {
    const kind = event.submitter.value;
    const name = at('name').value;
    const ticket = at('ticket').value.trim();
    if (ticket === '' && byTicket === undefined && kind === 'webauthn' && codesOnly()) {
      at('ticket').focus();
      return say(words.keyNeedsTicket);
    }
    if (ticket !== '') byTicket = await redeemed(ticket);
    at('ticket').value = '';
    const right = byTicket ?? (await call('/enrol/right', {})).right;
    const begun = await call('/enrol', { right, kind, name }).catch((error) => {
      byTicket = undefined;
      throw error;
    });
    if (kind === 'webauthn') return bindKey(begun, name);
    pending = { challenge: begun.challenge, name };
    at('qr').innerHTML = begun.totp.qr;
    at('secret').textContent = begun.totp.secret;
    at('app-link').href = begun.totp.uri;
    at('confirm-form').hidden = false;
    // On a phone the way to the app: a field with the focus would push it off the screen.
    (at('open-app').offsetParent === null ? at('confirm') : at('app-link')).focus();
  }

  // What was typed stays where it is refused: of 24 signs one is wrong.
  async function redeemed(ticket) {
    const isRefused = ({ type }) => type === 'urn:palier:problem:refused';
    const { right } = await call('/enrol/ticket', { ticket }).catch((error) => {
      throw isRefused(error) ? new Error(words.ticketRefused) : error;
    });
    return right;
  }

  // Where only codes are held: they add another app and no key.
  function codesOnly() {
    return addable.length > 0 && !addable.includes('webauthn');
  }

  async function bindKey({ challenge, webauthn }, name) {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(webauthn);
    const response = await navigator.credentials.create({ publicKey });
    await enrolled(await call('/enrol/complete', { challenge, response: response.toJSON(), name }));
  }

  async function enrolled({ factor, recoveryCodes }) {
    pending = undefined;
    byTicket = undefined;
    at('qr').replaceChildren();
    at('secret').textContent = '';
    at('app-link').removeAttribute('href');
    at('confirm-form').hidden = true;
    at('codes').hidden = recoveryCodes.length === 0;
    at('code-list').replaceChildren(...recoveryCodes.map((code) => element('li', code)));
    at('go-on').hidden = false;
    await begin();
    // What was just bound was shown, unless it has to wait: nobody is asked for it again beside the codes to be printed.
    if (factor.activeFrom <= factor.addedAt) at('step-up').hidden = true;
    say(words.done);
  }

  function element(name, text) {
    return Object.assign(document.createElement(name), { textContent: text });
  }

  function line(factor, isNew, shown) {
    const parts = [factor.name, words.kinds[factor.kind]].filter(Boolean);
    if (isNew) parts.push(words.isNew);
    if (factor.remaining !== undefined) parts.push(factor.remaining + ' ' + words.left);
    const until = new Date(factor.activeFrom);
    if (factor.unfinished) parts.push(words.unfinished);
    else if (until > new Date()) parts.push(words.waits + ' ' + until.toLocaleString(document.documentElement.lang));
    const item = element('li', parts.join(', '));
    if (shown) item.append(', ' + words.addedWith + ' ', ...called(shown));
    item.append(' ');
    // What would be refused has no button; the line below the list says why.
    if (factor.remove !== 'allowed') return item;
    const button = element('button', words.remove);
    button.type = 'button';
    button.setAttribute('aria-label', words.remove + ' ' + parts[0]);
    button.onclick = acting(() => remove(factor.id));
    item.append(button);
    return item;
  }

  // Names come from people, a thief among them: they are text, and set apart from what the page says.
  function called({ kind, name }) {
    if (name === '') return [words.kinds[kind]];
    const { open, close } = words.lately;
    return [words.kinds[kind] + ' ' + open, element('bdi', name), close];
  }

  function tellLately(factors) {
    const { added, on, is, next, more, notYou, see } = words.lately;
    const style = { dateStyle: 'long', timeStyle: 'short' };
    const when = (instant) => new Date(instant).toLocaleString(document.documentElement.lang, style);
    const told = factors.slice(0, 3).flatMap((factor, index) => [
      (index === 0 ? ' ' : next) + on + ' ' + when(factor.addedAt) + is, ...called(factor),
    ]);
    const left = factors.length - 3;
    const others = left > 0 ? next + more[left === 1 ? 0 : 1].replace('#', left) : '';
    const link = Object.assign(element('a', see), { href: '#yours' });
    at('lately').replaceChildren(added, ...told, others + '. ' + notYou + ' ', link);
    at('lately').hidden = factors.length === 0;
  }

  async function remove(factor) {
    const { unknown } = await call('/factors/remove', { factor });
    // The browser stops offering what is gone, where it knows how.
    if (unknown && PublicKeyCredential.signalUnknownCredential) await PublicKeyCredential.signalUnknownCredential(unknown);
    await begin();
    say(words.done);
  }

  async function begin() {
    const { kinds, addedLately } = await call('/step-up', resume === undefined ? {} : { resume });
    const held = await call('/factors');
    const { factors } = held;
    addable = held.addable;
    at('key-hint').hidden = !codesOnly();
    at('key-why').hidden = codesOnly();
    at('add-key').setAttribute('aria-describedby', codesOnly() ? 'key-hint' : 'key-why');
    tellLately(addedLately);
    at('step-up').hidden = kinds.length === 0;
    at('use-key').hidden = !kinds.includes('webauthn');
    at('code-form').hidden = !kinds.includes('totp');
    at('lost').hidden = !kinds.includes('recovery-code');
    at('enrol').open = kinds.length === 0;
    at('yours').hidden = factors.length === 0;
    at('not-by-code').hidden = !factors.some(({ remove }) => remove === 'not-by-code');
    const isNew = ({ id }) => addedLately.some((added) => added.id === id);
    const shownFor = ({ boundWith }) => factors.find(({ id }) => id === boundWith);
    at('factor-list').replaceChildren(...factors.map((one) => line(one, isNew(one), shownFor(one))));
    if (kinds.length === 0 && factors.length > 0) say(words.notEnough);
  }

  const code = (path, id) => acting(async () => {
    const typed = at(id).value;
    at(id).value = '';
    await call(path, { code: typed });
    await onward();
  });

  at('use-key').onclick = acting(useKey);
  at('code-form').onsubmit = code('/step-up/totp', 'code');
  at('recovery-form').onsubmit = code('/step-up/recovery-code', 'recovery');
  at('ticket-form').onsubmit = acting(enrol);
  // Enter in a field chooses nothing: there are two ways to go on, and the page says so.
  at('ticket-form').onkeydown = (event) => {
    if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
    event.preventDefault();
    say(words.eitherWay);
    at('add-key').focus();
  };
  at('confirm-form').onsubmit = acting(async () => {
    await enrolled(await call('/enrol/complete', { ...pending, code: at('confirm').value }));
  });
  at('go-on').onclick = acting(onward);
  begin().catch((error) => say(error.message));
})();
`;
