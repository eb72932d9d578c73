/* Photos of a sheet: drawn anew on this device (which leaves the place and the camera behind), hashed, kept here until
   the server has them, and sent one by one. Closed in between, the page goes on when it is opened again. */

const MOST_DOTS = 60_000_000;
const LONGEST_SIDE = 4096;
const QUALITY = 0.9;
const AGAIN = 5000;
const STORE = "waiting";

class Trouble extends Error {}

const list = () => document.getElementById("uploads");
const say = (text) => { list().textContent = text; };

function complain(text) {
  const place = document.getElementById("upload-trouble");
  place.textContent = text;
  place.hidden = !text;
}

/* ---- the photos that wait, in this browser */

const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

async function shelf(mode) {
  const opening = indexedDB.open("touchmark-photos", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { autoIncrement: true });
  const db = await asked(opening);
  return db.transaction(STORE, mode).objectStore(STORE);
}

async function waiting(sheet) {
  const store = await shelf("readonly");
  const [keys, photos] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())]);
  return photos.map((photo, at) => ({ ...photo, key: keys[at] })).filter((photo) => photo.sheet === sheet);
}

const lay = async (photo) => asked((await shelf("readwrite")).add(photo));
const clear = async (key) => asked((await shelf("readwrite")).delete(key));

/* ---- making a photo bare */

/** Width and height from a JPEG's or PNG's first bytes, before it is unpacked; null where they do not tell. */
async function sizeOf(file) {
  const view = new DataView(await file.slice(0, 512 * 1024).arrayBuffer());
  if (view.byteLength > 24 && view.getUint32(0) === 0x89504e47) { return [view.getUint32(16), view.getUint32(20)]; }
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) { return null; }
  for (let at = 2; at + 9 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    }
    if (marker < 0xff00 || view.getUint16(at + 2) < 2) { return null; }
  }
  return null;
}

const tooMany = ([width, height]) => width * height > MOST_DOTS;

async function bare(file) {
  const words = list().dataset;
  const size = await sizeOf(file);
  if (size && tooMany(size)) { throw new Trouble(words.large); }
  const picture = await createImageBitmap(file).catch(() => { throw new Trouble(words.unreadable); });
  try {
    if (tooMany([picture.width, picture.height])) { throw new Trouble(words.large); }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
    if (!blob) { throw new Trouble(words.unreadable); }
    return { blob, reduced: scale < 1 };
  } finally {
    picture.close();
  }
}

async function sha256(blob) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* ---- sending */

async function send(photo) {
  const form = new FormData();
  form.set("csrf_token", document.querySelector("meta[name=csrf]").content);
  form.set("of", photo.of);
  form.set("sha256", photo.sha256);
  form.set("photo", photo.blob, "photo.jpg");
  const response = await fetch(list().dataset.send, { method: "POST", headers: { Accept: "application/json" }, body: form });
  const told = await response.json();
  if (response.ok) { return; }
  if (response.status >= 500 || response.status === 429) { throw new TypeError(told.detail); }
  throw new Trouble(told.detail);
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("slots");
  if (!answer.ok || answer.redirected || !next) { return location.reload(); }
  const focused = document.activeElement?.dataset?.of;
  document.getElementById("slots").replaceChildren(...next.childNodes);
  if (focused !== undefined) { document.querySelector(`input[data-of="${CSS.escape(focused)}"]`)?.focus(); }
  return undefined;
}

let sending = false;
let later = 0;

async function drain(saved) {
  if (sending) { return; }
  sending = true;
  clearTimeout(later);
  let sent = 0;
  try {
    for (let left = await waiting(list().dataset.sheet); left.length; left = await waiting(list().dataset.sheet)) {
      say(list().dataset.waiting.replace("{n}", left.length));
      try {
        await send(left[0]);
        sent += 1;
      } catch (refused) {
        if (!(refused instanceof Trouble)) { throw refused; }
        complain(refused.message);
      }
      await clear(left[0].key);
    }
    if (sent) {
      await saved();
      await refresh();
      say(list().dataset.done);
    }
  } catch (away) {
    const left = await waiting(list().dataset.sheet).catch(() => []);
    say(list().dataset.offline.replace("{n}", left.length));
    later = setTimeout(() => drain(saved), AGAIN);
  } finally {
    sending = false;
  }
}

async function taken(input, saved) {
  const [file] = input.files;
  if (!file) { return; }
  complain("");
  try {
    const { blob, reduced } = await bare(file);
    if (reduced) { complain(list().dataset.reduced); }
    await lay({ sheet: list().dataset.sheet, of: input.dataset.of, sha256: await sha256(blob), blob });
  } catch (wrong) {
    complain(wrong instanceof Trouble ? wrong.message : list().dataset.unreadable);
  }
  input.value = "";
  await drain(saved);
}

/** Take over the photo fields. `saved` keeps the rest of the page before it is shown anew. */
export function sendPhotos(saved) {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) { return; }
  document.documentElement.classList.add("scripted");
  document.getElementById("slots").addEventListener("change", (event) => {
    if (event.target.matches("input[type=file]")) { taken(event.target, saved); }
  });
  addEventListener("online", () => drain(saved));
  drain(saved);
}
