/* Accepting: the link's secret comes in the fragment and stays in this tab; it joins the request on its way to the
   signing page and never goes to the server. */
(() => {
  const form = document.querySelector("form[data-accept]");
  if (!form) { return; }
  const name = `accept:${form.dataset.accept}`;
  const found = /^#([A-Za-z0-9_-]{22})$/.exec(location.hash);
  if (found) { sessionStorage.setItem(name, found[1]); }
  const secret = sessionStorage.getItem(name);
  if (!secret) {
    document.getElementById("no-secret").hidden = false;
    return;
  }
  if (!form.action.endsWith("/sign")) { return; }
  const refused = document.getElementById("refused");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    refused.hidden = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST", headers: { Accept: "application/json" }, body: new FormData(form),
      });
      const told = await answer.json();
      if (!answer.ok) { throw new Error(told.detail); }
      const [address, packed] = told.to.split("#r=");
      const bytes = Uint8Array.from(atob(packed.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
      const wanted = JSON.parse(new TextDecoder().decode(bytes));
      wanted.link = { ...wanted.link, secret };
      const full = new TextEncoder().encode(JSON.stringify(wanted));
      const base64 = btoa(Array.from(full, (one) => String.fromCharCode(one)).join(""));
      location.assign(`${address}#r=${base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`);
    } catch (trouble) {
      refused.textContent = trouble.message;
      refused.hidden = false;
    }
  });
})();
