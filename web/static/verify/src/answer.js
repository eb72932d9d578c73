// The answer as a person reads it: what holds, as of when, what stands against the item, and what no file proves.

import { el, pairs } from "../../../sign/view.js";
import { CONTRADICTS, HOLDS } from "./outcome.js";
import { findLedger, findParty } from "./trust.js";

const HEADLINES = { [HOLDS]: "answer.holds", [CONTRADICTS]: "answer.contradicts" };
// What a buyer has to know before anything else; the rest of the flags are told, but not as warnings.
const CALM = new Set(["recovered", "owner_ended_recovery", "amended"]);

/** The answer's elements, out of the report, the passport it is of, and the trust list that names the parties. */
export function answerOf(say, report, known) {
  const { facts } = report;
  return [
    verdict(say, report),
    ...(facts === null || report.outcome === CONTRADICTS ? [] : told(say, report, known.passport, namer(say, known))),
    limits(say),
    steps(say, report),
  ];
}

function verdict(say, { outcome, level, steps: taken, facts }) {
  const last = taken.at(-1);
  const wrong = taken.find((one) => ![HOLDS, "not asked"].includes(one.outcome));
  const lines = [];
  if (wrong)
    lines.push(say("answer.wrong", { number: wrong.number, step: say(`step.${wrong.step}`), said: say.said(wrong.said) }));
  if (outcome !== CONTRADICTS)
    for (let reached = 1; reached <= level; reached += 1) lines.push(say(`answer.level${reached}`));
  if (outcome === HOLDS && level < 3) lines.push(say.said(last.said));
  if (facts?.asOf && outcome !== CONTRADICTS) lines.unshift(say("answer.asOf", { date: say.date(facts.asOf) }));
  return el(
    "div",
    { class: `verdict ${outcome.replace(" ", "-")}` },
    el("h2", { id: "answer-title", tabindex: "-1" }, say(HEADLINES[outcome] ?? "answer.cannot")),
    ...lines.map((line) => el("p", {}, line)),
  );
}

function told(say, { facts, notes }, passport, nameOf) {
  const flags = [
    ...facts.flags.map((flag) => [CALM.has(flag), say(`flag.${flag}`)]),
    ...facts.batchFlags.map((flag) => [CALM.has(flag), say(`batchFlag.${flag}`)]),
  ];
  const [calm, news] = [true, false].map((kind) => flags.filter(([one]) => one === kind).map(([, text]) => text));
  const { brand } = facts;
  const lines = [
    brand.name === null
      ? say("answer.brandUnknown", { number: brand.number })
      : say("answer.brand", { number: brand.number, name: brand.name }),
    say("answer.registered", { date: say.day(facts.registeredAt) }),
    say(facts.claimed ? "answer.owner" : "answer.unclaimed"),
    ...(facts.owners > 0 ? [say("answer.owners", { count: facts.owners })] : []),
    ...calm,
    ...(news.length || facts.asOf === null ? [] : [say("answer.calm")]),
  ];
  return [
    list("news", news),
    list("lines", lines),
    part(say("answer.item"), pairs([[say("answer.gtin"), facts.gtin], [say("answer.serial"), facts.serial]])),
    part(
      say("answer.record"),
      pairs(Object.entries(facts.record).map(([name, value]) => [labelOf(say, name), shown(value)])),
      facts.withheld ? el("p", { class: "note" }, say("answer.more", { count: facts.withheld })) : null,
    ),
    facts.statements.length
      ? part(say("answer.history"), pairs(facts.statements.map((one, index) => [say.date(one.time), line(say, one, passport.statements[index], nameOf)])))
      : null,
    notes.length ? part(say("answer.notes"), list("lines", notes.map(say.said))) : null,
  ];
}

function limits(say) {
  const sentences = ["answer.notObject", "answer.instead", "answer.notFirst"].map((name) => el("p", {}, say(name)));
  return el("div", { class: "limits" }, el("h3", {}, say("answer.limits")), ...sentences);
}

function steps(say, { steps: taken }) {
  const each = taken.map((one) =>
    el(
      "li",
      { class: one.outcome.replace(" ", "-") },
      el("strong", {}, `${one.number} · ${say(`step.${one.step}`)} · ${say(`outcome.${one.outcome}`)}`),
      el("br"),
      say.said(one.said),
      one.expected || one.found ? pairs([[say("answer.expected"), one.expected], [say("answer.found"), one.found]]) : null,
    ),
  );
  return el("details", { class: "check" }, el("summary", {}, say("answer.steps")), el("ol", { class: "steps" }, ...each));
}

const list = (kind, texts) =>
  texts.length ? el("ul", { class: kind }, ...texts.map((text) => el("li", {}, text))) : null;

const part = (title, ...content) => el("div", {}, el("h3", {}, title), ...content);

function line(say, { kind, party }, { values }, nameOf) {
  const who = party === null ? say("answer.byOwner") : say("answer.by", { name: nameOf(party) });
  const exact = [`kind.${kind}.${values.kind}`, `kind.${kind}.other`].find(say.has);
  return say("answer.said", { what: say(exact ?? `kind.${kind}`), who });
}

const namer = (say, { trust, passport }) => {
  const ledger = findLedger(trust, passport.ledger);
  return (number) => findParty(ledger, number)?.name ?? say("answer.party", { number });
};

const labelOf = (say, name) => (say.has(`field.${name}`) ? say(`field.${name}`) : name);

function shown(value) {
  if (Array.isArray(value)) return value.join(", ");
  if (value !== null && typeof value === "object")
    return Object.entries(value)
      .map(([name, one]) => `${name}: ${one}`)
      .join(", ");
  return String(value);
}
