/* Keeps what waits up to date: the page is fetched again and what stands in [data-live] replaced where it differs.
   A page whose data-live says "done" waits for nothing. Gives up asking after half an hour. */
(() => {
  const place = () => document.querySelector("[data-live]");
  const until = Date.now() + 30 * 60 * 1000;
  let pause = 1500;
  const look = async () => {
    const here = place();
    if (!here || here.dataset.live === "done" || Date.now() > until) { return; }
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.redirected) { location.replace(answer.url); return; }
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
      if (answer.ok && !next) { location.reload(); return; }
      if (answer.ok && next.innerHTML !== here.innerHTML) {
        here.innerHTML = next.innerHTML;
        here.dataset.live = next.dataset.live;
        if (next.dataset.live === "done") { location.reload(); return; }
      }
      pause = Math.min(pause * 1.02, 5000);
    } catch (away) {
      pause = 5000;
    }
    setTimeout(look, pause);
  };
  setTimeout(look, pause);

  for (const one of document.querySelectorAll("[data-copy]")) {
    one.hidden = !navigator.clipboard;
    one.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(one.dataset.copy).value);
      one.textContent = one.dataset.done;
    });
  }
  for (const one of document.querySelectorAll("[data-share]")) {
    one.hidden = !navigator.share;
    one.addEventListener("click", () => {
      navigator.share({ url: document.getElementById(one.dataset.share).value }).catch(() => {});
    });
  }
})();
