// Goes back to the page where a number was typed, with what was typed there, rather than to its address. Not to a page
// of ours, whose work is done, nor out of the portal: then the link leads on. A browser that cannot say what is behind
// it (before 2026 some) is believed where it came from a page other than the home, as our own pages never say.
(() => {
  function isPortalBehind() {
    var past = window.navigation;
    if (past === undefined)
      return window.history.length > 1 && !/^[^/]*\/\/[^/]*\/?$/.test(document.referrer);
    var before = past.entries()[past.currentEntry.index - 1];
    return (
      before !== undefined && new URL(before.url || '/', location.href).pathname.indexOf('/.palier/') !== 0
    );
  }
  document.getElementById('back').addEventListener('click', (event) => {
    if (!isPortalBehind()) return;
    event.preventDefault();
    window.history.back();
  });
})();
