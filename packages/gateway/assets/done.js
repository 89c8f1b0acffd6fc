// Tells every page that waits for a gesture that it was made, and closes the window that was opened for it.
(() => {
  if (window.BroadcastChannel) new BroadcastChannel('palier').postMessage('stepped-up');
  window.close();
})();
