/* Files to be dated are measured here, so that they need not be sent: their SHA-256 goes into the lines of the form. */
(function () {
  "use strict";
  const MOST_BYTES = 512 * 1024 * 1024;
  const form = document.getElementById("date");
  if (!form || !window.crypto || !crypto.subtle) { return; }
  const picker = form.elements.files, lines = form.elements.prints, told = document.getElementById("measured");
  async function line(file) {
    if (file.size > MOST_BYTES) { throw new Error("large"); }
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") + "  " + file.name;
  }
  picker.addEventListener("change", async function () {
    const button = form.querySelector("button");
    if (!picker.files.length) { return; }
    told.textContent = told.dataset.busy;
    button.disabled = true;
    try {
      const found = [];
      for (const file of picker.files) { found.push(await line(file)); }
      lines.value = [lines.value.trim(), ...found].filter(Boolean).join("\n");
      told.textContent = told.dataset.done;
    } catch (unread) {
      told.textContent = told.dataset.failed;
    }
    picker.value = "";
    button.disabled = false;
  });
})();
