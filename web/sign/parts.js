// The parts that screens are made of: the item, the message in words, what the site adds, the check, the ways out.

import { hex } from "./bytes.js";
import { does, lines } from "./describe.js";
import { digest, plain } from "./eip712.js";
import { leave } from "./answer.js";
import { TYPES } from "./types.js";
import { button, el, pairs } from "./view.js";

/** The item: the numbers that are signed for, and the name that the site gives it. */
export function itemPlate(say, item) {
  if (!item) return null;
  return el(
    "section",
    { class: "plate item" },
    item.name &&
      el("p", { class: "called" }, el("span", { class: "soft" }, say("item.name")), el("bdi", {}, item.name)),
    [item.maker, item.detail].filter(Boolean).map((line) => el("p", { class: "soft" }, el("bdi", {}, line))),
    pairs([
      [say("item.serial"), item.serial],
      [say("item.gtin"), item.gtin],
      [say("item.brand"), String(item.brand)],
    ]),
    el("p", { class: "note" }, say("item.bound")),
  );
}

/** Every message that is signed, in words. */
export function messageParts(say, messages, words) {
  return messages.map((message, index) =>
    el(
      "section",
      { class: "message" },
      messages.length > 1
        ? el("h2", {}, say("page.messageOf", { number: index + 1, count: messages.length }))
        : null,
      el("p", { class: "does" }, does(say, message)),
      pairs(lines(say, message, words), { class: "fields" }),
    ),
  );
}

/** What the site adds, marked as unchecked. */
export function siteLines(say, about) {
  if (!about.length) return null;
  return el(
    "section",
    { class: "site" },
    el("h2", {}, say("page.siteSays")),
    el("p", { class: "note" }, say("page.unchecked")),
    el("ul", {}, ...about.map(({ label, line }) => el("li", {}, el("bdi", {}, label ? `${label}: ${line}` : line)))),
  );
}

/** The exact fields and the digest, for whoever wants to compute it again. */
export function check(say, config, messages) {
  return el(
    "details",
    { class: "check" },
    el("summary", {}, say("page.check")),
    el("p", { class: "note" }, say("page.checkWhy")),
    messages.map(({ type, values }) => {
      const { text, fields } = TYPES.get(type);
      const whole = fields.every(({ name }) => values[name] !== undefined);
      const rows = fields.map(({ name }) => [name, values[name] === undefined ? "…" : String(plain(values[name]))]);
      if (whole) rows.push([say("page.digest"), hex(digest(config.domain, type, values))]);
      return el("div", {}, el("p", { class: "exact" }, text), pairs(rows, { class: "exact" }));
    }),
  );
}

/** Leave without having signed. */
export const cancel = (say, request, answer = { cancelled: true }) =>
  button(say("press.cancel"), () => leave(request, answer), { class: "quiet" });

/** A link-like button for the less usual way. */
export const aside = (label, press) => button(label, press, { class: "plainly" });
