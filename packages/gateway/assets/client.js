// Browser helper for portals that load it: wraps fetch. When an answer asks for a step-up (RFC 9470), it opens the
// step-up page in a dialog, waits for the gesture, and sends the request once more. Nothing typed is lost.
(() => {
  if (window.palier) return;
  var plainFetch = window.fetch.bind(window);
  var waiting;

  function asksForStepUp(answer) {
    var challenge = answer.headers.get('www-authenticate') || '';
    return answer.status === 401 && challenge.indexOf('insufficient_user_authentication') !== -1;
  }

  // One dialog serves every request that waits: ten stopped requests ask for one gesture.
  function stepUp() {
    if (!waiting) {
      waiting = openDialog().finally(() => {
        waiting = undefined;
      });
    }
    return waiting;
  }

  function openDialog() {
    return new Promise((resolve) => {
      var popup = window.open('/.palier/step-up?next=close', 'palier', 'popup,width=620,height=760');
      if (!popup) return resolve(false);
      var channel = new BroadcastChannel('palier');
      var timer = setInterval(() => {
        if (popup.closed) finish(false);
      }, 400);
      function finish(done) {
        clearInterval(timer);
        channel.close();
        resolve(done);
      }
      channel.onmessage = (message) => {
        if (message.data === 'stepped-up') finish(true);
      };
    });
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
