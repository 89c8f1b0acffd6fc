// The step-up page in one of several tabs: when the gesture was made in another one, this one goes on by itself. Without
// this file the person presses the button here too, and goes on as well. While the gesture is being made in this very tab
// (`ceremonies.js` marks it), this file stays out of the way: two ways on at once would lose the form that was kept.
(() => {
  var stop = document.getElementById('stop');
  if (!stop || !window.fetch) return;
  var left = false;

  function look() {
    if (left || stop.dataset.busy) return;
    fetch('/.palier/api/session', { credentials: 'same-origin', headers: { accept: 'application/json' } })
      .then((answer) => (answer.ok ? answer.json() : { proofs: [] }))
      .then((session) => {
        var newest = session.proofs.length > 0 ? session.proofs[session.proofs.length - 1].at : '';
        if (left || stop.dataset.busy || newest === '' || newest === stop.dataset.proved) return;
        left = true;
        location.replace(`/.palier/step-up?resume=${encodeURIComponent(stop.dataset.resume)}`);
      })
      .catch(() => undefined);
  }

  if (window.BroadcastChannel) new BroadcastChannel('palier').onmessage = look;
  window.addEventListener('focus', look);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') look();
  });
})();
