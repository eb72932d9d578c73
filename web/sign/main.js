// The signing page. It reads one request from its own address, shows it in words, signs what it showed, and goes back.
// It asks no network for anything: its policy forbids it (connect-src 'none').

import { existing } from "./acts/existing.js";
import { join } from "./acts/join.js";
import { newOwner } from "./acts/new_owner.js";
import { signIn } from "./acts/sign_in.js";
import { leave } from "./answer.js";
import { readRequest } from "./request.js";
import { language, speaker } from "./say.js";
import { Refusal } from "./trouble.js";
import { button, el, frame, show } from "./view.js";

const ACTS = {
  sign_in: signIn,
  join,
  claim: newOwner,
  recover: newOwner,
  accept: (desk) => (desk.request.link ? newOwner(desk) : existing(desk)),
  sign: existing,
  offer: existing,
  prove: existing,
};

const speak = (lang) => speaker(language(lang, navigator.languages));

/** One sentence, and nothing to press but the way back where it is known to be ours. */
function refuse({ sentence, values, lang, back, errand }) {
  const say = speak(lang);
  frame(say);
  const answer = sentence === "expired" ? { expired: true } : { cancelled: true };
  const home = () => leave({ back, errand }, answer);
  show(
    say("act.refused"),
    el("p", { class: "does" }, say(`refusal.${sentence}`, values)),
    back && el("div", { class: "ways" }, button(say("press.back"), home, { class: "primary" })),
  );
}

function begin(config) {
  if (window.top !== window) throw new Refusal("framed");
  if (!config) throw new Refusal("notReady");
  const request = readRequest(location.hash, config.origins, Math.floor(Date.now() / 1000));
  const from = { back: request.back, errand: request.errand, lang: request.lang };
  if (!config.domain) throw Object.assign(new Refusal("notReady"), from);
  const say = speak(request.lang);
  frame(say);
  try {
    ACTS[request.act]({ config, say, request, refuse });
  } catch (error) {
    throw error instanceof Refusal ? Object.assign(error, from) : error;
  }
}

window.addEventListener("hashchange", () => location.reload());
try {
  // What an installation sets; without it (a server that cannot say yet) there is nothing to sign for.
  begin(await import("./config.js").then((module) => module.default, () => null));
} catch (error) {
  if (!(error instanceof Refusal)) console.error(error);
  refuse(error instanceof Refusal ? error : new Refusal("unreadable"));
}
