// Browser helper for portals that load it: wraps fetch. When an answer asks for a step-up (RFC 9470), it opens the
// step-up page in a window, waits for the gesture, and sends the request once more. Nothing typed is lost. The window
// cannot be watched from here (it is isolated from whoever opened it), so it says itself when it is done.
(() => {
  if (window.palier) return;
  var plainFetch = window.fetch.bind(window);
  var address = '/.palier/step-up?next=close';
  var waiting;

  var words = /^en/i.test(document.documentElement.lang)
    ? {
        title: 'Confirm that it is you',
        text: 'Do so in the window that has opened. What you typed here stays.',
        open: 'Open the window',
        cancel: 'Not now',
      }
    : {
        title: 'Confirmez que c’est vous',
        text: 'La fenêtre qui s’est ouverte vous le demande. Ce que vous avez saisi ici est gardé.',
        open: 'Ouvrir la fenêtre',
        cancel: 'Pas maintenant',
      };

  function asksForStepUp(answer) {
    var challenge = answer.headers.get('www-authenticate') || '';
    return answer.status === 401 && challenge.indexOf('insufficient_user_authentication') !== -1;
  }

  // One dialog serves every request that waits: ten stopped requests ask for one gesture.
  function stepUp() {
    if (!waiting) {
      waiting = ask().finally(() => {
        waiting = undefined;
      });
    }
    return waiting;
  }

  // Resolves with whether the gesture was made. The dialog is there for browsers that open no window by themselves, and
  // for whoever closed it; Escape gives up.
  function ask() {
    return new Promise((resolve) => {
      var before = document.activeElement;
      var channel = new BroadcastChannel('palier');
      var dialog = document.createElement('dialog');
      var title = add(dialog, 'h2', words.title);
      title.id = 'palier-title';
      dialog.setAttribute('aria-labelledby', title.id);
      add(dialog, 'p', words.text);
      var open = add(dialog, 'button', words.open);
      var cancel = add(dialog, 'button', words.cancel);

      function finish(done) {
        channel.close();
        dialog.close();
        dialog.remove();
        if (before instanceof HTMLElement) before.focus();
        resolve(done);
      }
      channel.onmessage = (message) => {
        if (message.data === 'stepped-up') finish(true);
      };
      dialog.addEventListener('cancel', (event) => {
        event.preventDefault();
        finish(false);
      });
      open.addEventListener('click', openWindow);
      cancel.addEventListener('click', () => finish(false));
      document.body.appendChild(dialog);
      dialog.showModal();
      open.focus();
      openWindow();
    });
  }

  function openWindow() {
    window.open(address, '_blank', 'popup,width=620,height=760');
  }

  function add(parent, name, text) {
    var element = document.createElement(name);
    if (name === 'button') element.type = 'button';
    element.textContent = text;
    parent.appendChild(element);
    return element;
  }

  function palierFetch(input, init) {
    var request = new Request(input, init);
    var again = request.clone();
    return plainFetch(request).then((answer) => {
      if (!asksForStepUp(answer) || new URL(answer.url).origin !== location.origin) return answer;
      return stepUp().then((done) => (done ? plainFetch(again) : answer));
    });
  }

  window.palier = { fetch: palierFetch, stepUp: stepUp };
  window.fetch = palierFetch;
})();
