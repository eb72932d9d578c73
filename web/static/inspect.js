/* Helps an inspector at a sheet: Enter goes to the next field and never sends, 1 to 4 answer a point, a barcode reader
   is told from a hand by its speed, every change is kept at once, and photos are made bare and hashed on this device.
   Without this script every step is kept by its button, and photos are made bare by the server. */

import { sendPhotos } from "./inspect_photos.js";

const BURST = 60;
/** Milliseconds between the keys of a barcode reader; a hand is slower. */
const PAUSE = 2000;
/** Milliseconds that a reader, or the device it speaks to, pauses at most in the middle of a code. */
const LONG_ENOUGH = 8;
const sheet = document.querySelector("form[data-sheet]");
const begin = document.querySelector("form[data-identify]");

/* ---- a barcode reader: a burst of characters, then Enter */

let burst = "";
let slow = 0;
let last = 0;
let waiting = 0;

/** A hand pauses before nearly every key, a reader once in a while: a code cut there would be another one. */
const isReader = () => burst.length >= LONG_ENOUGH && slow * LONG_ENOUGH <= burst.length;

/** Takes a key into the burst; true while the burst is faster than a hand. */
function bursting(event) {
  const gap = event.timeStamp - last;
  const quick = !event.repeat && (gap < BURST || (isReader() && gap < PAUSE));
  last = event.timeStamp;
  if (!quick) { burst = ""; }
  if (event.key.length === 1) {
    slow = burst ? slow + (gap >= BURST) : 0;
    burst += event.key;
  }
  return quick && burst.length > 1;
}

function scanned(event) {
  if (event.key !== "Enter") { return false; }
  const code = isReader() ? burst : "";
  burst = "";
  if (!begin || !code) { return false; }
  if (event.target === begin.elements.code) {
    /* The field holds the whole of it, also where the burst is what came after a pause, or it stands beside what was there. */
    const { defaultValue, value } = event.target;
    if (defaultValue + code !== value && code + defaultValue !== value) { return false; }
  }
  event.preventDefault();
  const about = begin.elements.about ? `&about=${encodeURIComponent(begin.elements.about.value)}` : "";
  location.assign(`${begin.dataset.identify}${begin.dataset.identify.includes("?") ? "&" : "?"}code=${encodeURIComponent(code)}${about}`);
  return true;
}

/* ---- Enter moves on */

const stops = (form) => [...form.elements].filter((one) => {
  if (one.type === "hidden" || one.disabled || one.tagName === "FIELDSET" || !one.getClientRects().length) { return false; }
  if (one.type !== "radio") { return true; }
  const all = [...form.elements].filter((each) => each.type === "radio" && each.name === one.name);
  return one === (all.find((each) => each.checked) ?? all[0]);
});

const groupOf = (one) => (one.type === "radio" ? one.name : one);

function onward(from) {
  const all = stops(from.form);
  const at = all.findIndex((one) => groupOf(one) === groupOf(from));
  all[at + 1]?.focus();
}

const MOVES = new Set(["text", "search", "number", "radio", "checkbox", "date"]);
/* A field called “method” hides the form's own; its attribute cannot be hidden. */
const isSheet = (form) => form && (form === sheet || (form === begin && form.getAttribute("method") === "post"));

/* ---- 1 to 4 answer a focused point */

function answer(target, key) {
  const field = target.closest("fieldset.point, fieldset[data-keys]");
  const radio = field?.querySelectorAll("input[type=radio]")[Number(key) - 1];
  if (!radio) { return; }
  radio.checked = true;
  radio.focus();
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  if (!field.classList.contains("point")) { return; }
  if (radio.value === "concern") { return field.querySelector("input:not([type=radio])").focus(); }
  const next = field.nextElementSibling;
  const there = next?.matches("fieldset.point") ? next.querySelector("input:checked, input[type=radio]") : sheet.querySelector(".ways button");
  there.focus();
  return undefined;
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
  const quick = bursting(event);
  if (quick) { clearTimeout(waiting); }
  if (scanned(event)) { return; }
  const { target } = event;
  if (event.key === "Enter" && MOVES.has(target.type) && isSheet(target.form)) {
    event.preventDefault();
    return onward(target);
  }
  if (target.type === "radio" && /^[1-4]$/.test(event.key) && !quick) {
    event.preventDefault();
    /* Whether it is a hand shows only when nothing follows at once. */
    waiting = setTimeout(() => answer(target, event.key), BURST);
  }
  return undefined;
}, true);

/* ---- every change is kept */

let dirty = false;
let timer = 0;
let saving = Promise.resolve();

const tell = (text) => {
  const place = document.querySelector("[data-saved]");
  if (place && place.textContent !== text) { place.textContent = text; }
};

async function keep() {
  if (!dirty) { return; }
  dirty = false;
  tell(sheet.dataset.keeping);
  try {
    const response = await fetch(sheet.getAttribute("action"), {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(sheet)),
      keepalive: true,
    });
    const told = await response.json();
    if (!response.ok) { return tell(told.detail); }
    tell(sheet.dataset.kept);
    const shown = document.querySelector("[data-progress]");
    if (shown.textContent !== told.said) { shown.textContent = told.said; }
    document.querySelector("[data-bar]").value = told.done;
  } catch (away) {
    dirty = true;
    tell(sheet.dataset.away);
    timer = setTimeout(save, 5000);
  }
  return undefined;
}

/** One at a time, in order, so that an older state never overwrites a newer one. */
function save() {
  clearTimeout(timer);
  saving = saving.then(keep);
  return saving;
}

function changed(event) {
  if (event.target.form !== sheet) { return; }
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(save, event.type === "change" ? 150 : 800);
}

if (sheet) {
  addEventListener("change", changed);
  addEventListener("input", changed);
  addEventListener("online", save);
  addEventListener("pagehide", () => { if (dirty) { save(); } });
}

if (document.getElementById("slots")) { sendPhotos(save); }
