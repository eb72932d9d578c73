/* Shows the link, its code and its digits from what this browser kept when the offer was signed. */
import { generate } from "./vendor/qr.js";

const place = document.querySelector("[data-handover]");
let kept = null;
try { kept = JSON.parse(localStorage.getItem(`handover:${place.dataset.handover}`)); } catch (unreadable) { /* as lost */ }
if (kept && kept.secret && kept.code) {
  const link = `${place.dataset.link}#${kept.secret}`;
  document.getElementById("link").value = link;
  document.getElementById("digits").textContent = `${kept.code.slice(0, 3)} ${kept.code.slice(3)}`;
  generate(link).toCanvas(place.querySelector("canvas"), { on: [0, 0, 0, 255], off: [255, 255, 255, 255] });
  place.querySelector("[data-kept]").hidden = false;
} else {
  place.querySelector("[data-lost]").hidden = false;
}
