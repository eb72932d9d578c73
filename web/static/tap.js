// Goes on by itself once a person sees the page: what is only loaded ahead, or fetched for a preview, sends nothing.
"use strict";
(() => {
  const form = document.querySelector("form[data-tap]");
  let sent = false;
  const goOn = () => {
    if (sent || document.visibilityState !== "visible" || document.prerendering) return;
    sent = true;
    form.requestSubmit();
  };
  document.addEventListener("visibilitychange", goOn);
  document.addEventListener("prerenderingchange", goOn);
  goOn();
})();
