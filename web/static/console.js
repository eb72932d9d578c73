/* Keeps a page that waits for work up to date; without it the page loads itself anew every few seconds. */
(function () {
  "use strict";
  function live(page) { return page.querySelector("[data-live]"); }
  async function look() {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      const next = live(new DOMParser().parseFromString(await answer.text(), "text/html"));
      const now = live(document);
      if (!answer.ok || answer.redirected || !next || next.dataset.live !== now.dataset.live) {
        location.reload();
        return;
      }
      now.replaceWith(next);
    } catch (away) {
      /* The next look will tell. */
    }
    setTimeout(look, 1000);
  }
  if (live(document)) { setTimeout(look, 800); }
})();
