// The verifier's page. Nothing leaves it but what a button says: to the node the reader names, to the page's own host.

import { button, el } from "../../../sign/view.js";
import { answerOf } from "./answer.js";
import { bytesOf, fetched, hasHost, passportPath, recognised, Trouble } from "./files.js";
import { STEPS } from "./outcome.js";
import { language, LANGUAGES, NAMES, speaker } from "./say.js";
import { Invalid, readTrust } from "./trust.js";
import { readPassport, verify } from "./verify.js";
import { checkpointWitness, nodeAddress, nodeWitness } from "./witness.js";

const TRUST_ADDRESS = "/.well-known/touchmark.json";
const KEPT = "touchmark.trust";
const place = (id) => document.getElementById(id);
const state = { raw: null, trust: null, trustBytes: null, checkpoint: null, report: null, passport: null };
let say = speaker(language(undefined, navigator.languages));

function draw() {
  document.documentElement.lang = say.lang;
  document.title = `${say("page.title")} · Touchmark`;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  place("language").value = say.lang;
  const ledgers = state.trust?.ledgers ?? [];
  const name = ledgers[0]?.name ?? "";
  place("trust-state").textContent = state.trust
    ? say(ledgers.length === 1 ? "trust.one" : "trust.many", { count: ledgers.length, name })
    : say("trust.none");
  place("forget").hidden = state.trust === null;
  place("checkpoint-state").textContent = state.checkpoint
    ? say("chain.checkpointOne", { date: say.date(state.checkpoint.made) })
    : "";
  drawHost();
  drawAnswer();
}

function drawHost() {
  place("host").hidden = !hasHost();
  if (!hasHost()) return;
  const { host } = location;
  place("host-way").replaceChildren(button(say("trust.host", { host }), () => attempt(takeHostsList)));
  place("host-why").textContent = say("trust.hostWhy", { host });
  const path = passportPath(location.hash);
  place("fetch").hidden = path === null;
  if (path !== null)
    place("fetch").replaceChildren(
      button(say("page.fetch", { host }), () => attempt(() => fetchPassport(path)), { class: "primary" }),
    );
}

function drawAnswer() {
  const { report } = state;
  place("answer").hidden = report === null;
  if (report === null) return;
  const wasOpen = place("answer").querySelector("details")?.open ?? false;
  const print = el("p", { class: "ways" }, button(say("page.printed"), () => window.print()));
  const parts = answerOf(say, report, state).filter((one) => one !== null);
  place("answer").replaceChildren(...parts, print);
  place("answer").querySelector("details").open = wasOpen;
}

/** Does what was asked for, and says what went wrong. */
async function attempt(act) {
  complain("");
  // An answer is not left standing beside another file than its own.
  place("answer").hidden = true;
  try {
    await act();
  } catch (wrong) {
    if (!(wrong instanceof Trouble) && !(wrong instanceof Invalid)) throw wrong;
    tell("");
    complain(say.said(wrong.said));
  } finally {
    place("answer").hidden = state.report === null;
  }
}

async function takeFile(file, asked) {
  await take(await bytesOf(file), asked);
}

async function take(raw, asked) {
  const { trust, checkpoint } = recognised(raw, asked);
  if (trust) {
    Object.assign(state, { trust, trustBytes: raw });
    keep();
  } else if (checkpoint) state.checkpoint = checkpoint;
  else state.raw = raw;
  draw();
  await check();
}

async function takeHostsList() {
  await take(await fetched(TRUST_ADDRESS), "trust");
}

async function fetchPassport(path) {
  tell(say("page.fetching"));
  await take(await fetched(path), "passport");
}

let running = 0;

/** Checks what there is, with the checkpoint if there is one; a node is asked only by its own button. */
async function check(ask = state.checkpoint && checkpointWitness(state.checkpoint)) {
  if (state.raw === null) return;
  running += 1;
  const mine = running;
  state.report = null;
  place("progress").hidden = false;
  const report = await verify(state.raw, state.trust, ask, async ({ number, step }) => {
    if (mine !== running) return;
    place("progress").value = number;
    tell(say("page.checking", { number, all: STEPS.length, step: say(`step.${step}`) }));
    // A moment in which the step can be seen.
    await new Promise((done) => setTimeout(done));
  });
  // Another check began meanwhile, and will answer.
  if (mine !== running) return;
  place("progress").hidden = true;
  tell("");
  state.passport = report.facts === null ? null : readPassport(state.raw);
  state.report = report;
  drawAnswer();
  place("answer-title").focus({ preventScroll: true });
  place("answer").scrollIntoView({ block: "start" });
}

async function askNode() {
  const field = place("node");
  const address = nodeAddress(field.value);
  field.setAttribute("aria-invalid", String(address === null));
  place("node-wrong").textContent = address === null ? say("trouble.node") : "";
  if (address === null) return field.focus();
  if (state.raw === null) throw new Trouble("trouble.noFile");
  await check(nodeWitness(address));
}

function keep() {
  try {
    if (place("keep").checked && state.trustBytes) localStorage.setItem(KEPT, new TextDecoder().decode(state.trustBytes));
    else localStorage.removeItem(KEPT);
  } catch {
    if (place("keep").checked) complain(say("trouble.kept"));
  }
}

function remembered() {
  try {
    const kept = localStorage.getItem(KEPT);
    if (kept === null) return;
    state.trustBytes = new TextEncoder().encode(kept);
    state.trust = readTrust(state.trustBytes);
    place("keep").checked = true;
  } catch {
    Object.assign(state, { trust: null, trustBytes: null });
  }
}

function forget() {
  Object.assign(state, { trust: null, trustBytes: null });
  place("keep").checked = false;
  keep();
  draw();
  place("trust").focus();
  return check();
}

function tell(text) {
  place("status").textContent = text;
}

function complain(text) {
  place("trouble").textContent = text;
}

function choose(input, asked) {
  const [file] = input.files;
  // The same file chosen again is a change too.
  if (file) attempt(() => takeFile(file, asked)).finally(() => (input.value = ""));
}

function listen() {
  for (const kind of ["passport", "trust", "checkpoint"])
    place(kind).addEventListener("change", ({ target }) => choose(target, kind));
  place("use-pasted").addEventListener("click", () =>
    attempt(() => take(new TextEncoder().encode(place("pasted").value), "trust")),
  );
  place("ask").addEventListener("click", () => attempt(askNode));
  place("node").addEventListener("keydown", ({ key }) => key === "Enter" && attempt(askNode));
  place("forget").addEventListener("click", () => attempt(forget));
  place("keep").addEventListener("change", () => attempt(keep));
  place("language").addEventListener("change", ({ target }) => {
    say = speaker(target.value);
    draw();
  });
  window.addEventListener("hashchange", draw);
  window.addEventListener("beforeprint", () => {
    for (const one of place("answer").querySelectorAll("details")) one.open = true;
  });
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, dragged);
}

function dragged(event) {
  event.preventDefault();
  document.documentElement.classList.toggle("over", event.type === "dragover");
  if (event.type === "drop")
    attempt(async () => {
      for (const file of event.dataTransfer.files) await takeFile(file, "passport");
    });
}

place("language").append(...Object.keys(LANGUAGES).map((lang) => el("option", { value: lang, lang }, NAMES[lang])));
remembered();
listen();
draw();
place("off").remove();
place("on").hidden = false;
