// Tells the page that opened this dialog that the gesture was made, and closes the dialog.
(() => {
  if (window.BroadcastChannel) new BroadcastChannel('palier').postMessage('stepped-up');
  if (window.opener || window.name === 'palier') window.close();
})();
