// The signing page's sentences: all there in every language, all used, all sayable.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { test } from "node:test";

import { does, lines } from "../../../web/sign/describe.js";
import { value } from "../../../web/sign/eip712.js";
import * as kinds from "../../../web/sign/kinds.js";
import { LANGUAGES, language, speaker } from "../../../web/sign/say.js";
import { TYPES } from "../../../web/sign/types.js";

const SIGN = new URL("../../../web/sign/", import.meta.url);
const vectors = JSON.parse(readFileSync(new URL("../../vectors/sign.json", import.meta.url), "utf8"));
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
const BY_KIND = { Mark: kinds.MARKS, OwnerReport: kinds.OWNER_REPORTS, Record: kinds.RECORDS };
const FACTS = { inspection: 0, correction: 1, service: 2, withdrawal: 3 };

/** A checked message of each type, and of each kind where a type has kinds. */
function* everyMessage() {
  for (const { type, values } of vectors.messages) {
    const checked = Object.fromEntries(TYPES.get(type).fields.map((field) => [field.name, value(field.type, values[field.name])]));
    for (const [kind, name] of (BY_KIND[type] ?? [null, "any"]).entries()) {
      if (!name) continue;
      const more = BY_KIND[type] ? { kind: BigInt(kind) } : {};
      if (type === "Record") more.facts = vectors.facts[FACTS[name]].facts;
      yield { type, values: { ...checked, ...more } };
    }
  }
}

test("every sentence stands in every language, with the same places", () => {
  for (const [lang, words] of Object.entries(LANGUAGES)) {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(LANGUAGES.en).sort(), lang);
    for (const [name, text] of Object.entries(words)) {
      assert.ok(text.trim(), `${lang} ${name}`);
      assert.deepEqual(places(text), places(LANGUAGES.en[name]), `${lang} ${name}`);
    }
  }
});

test("a translation is none where it is the English sentence", () => {
  const same = new Set(["field.date", "value.photos", "page.name", "backup.file", "field.words.contact", "hint.numbered"]);
  for (const lang of ["fr", "it", "zh-Hans"])
    for (const [name, text] of Object.entries(LANGUAGES[lang]))
      if (text.split(" ").length > 2) assert.ok(text !== LANGUAGES.en[name] || same.has(name), `${lang} ${name}`);
});

test("no English sentence has more than twenty words", () => {
  for (const [name, text] of Object.entries(LANGUAGES.en))
    for (const sentence of text.split(/(?<=[.?!:;])\s+/))
      assert.ok(sentence.split(/\s+/).length <= 20, `${name}: ${sentence}`);
});

test("no sentence outside the check speaks of the technique", () => {
  const jargon = /\b(blockchain|hash|token|mint|NFT|wallet|gas|EIP|signature scheme)\b/i;
  for (const [lang, words] of Object.entries(LANGUAGES))
    for (const [name, text] of Object.entries(words))
      if (name !== "page.digest") assert.doesNotMatch(text, jargon, `${lang} ${name}`);
});

test("every message of every kind is said in every language, with its fields", () => {
  for (const lang of Object.keys(LANGUAGES)) {
    const say = speaker(lang);
    for (const message of everyMessage()) {
      const sentence = does(say, message);
      assert.ok(sentence && !/[{}]|undefined/.test(sentence), `${lang} ${message.type}: ${sentence}`);
      for (const [label, text] of lines(say, message, {}))
        assert.ok(label && text && !/undefined|Invalid/.test(label + text), `${lang} ${message.type}: ${label} ${text}`);
    }
  }
});

test("words kept with a statement are shown, and those not shown are said to be there", () => {
  const say = speaker("en");
  const [{ salt, body, reference }, nested] = vectors.references;
  const report = { type: "OwnerReport", values: { kind: 2n, ref: reference, sequence: 1n } };
  assert.deepEqual(lines(say, report, { [reference]: { salt, body } }), [
    ["Reason", body.reason],
    ["Police reference", body.police_reference],
  ]);
  assert.match(lines(say, report, {})[0][1], /did not show it/);
  assert.deepEqual(lines(say, { ...report, values: { ...report.values, ref: "0x" + "0".repeat(64) } }, {}), []);
  const told = lines(say, { type: "Retire", values: { ref: nested.reference } }, { [nested.reference]: nested });
  assert.ok(told.some(([label, text]) => label === "seams" && text === nested.body.text.seams));
  assert.equal(told.filter(([label]) => label === "evidence").length, 2);
});

test("every name that the code says has a sentence, and every sentence is said somewhere", () => {
  const code = files(SIGN).map((file) => readFileSync(file, "utf8")).join("\n");
  const said = new Set([...code.matchAll(/"((?:page|act|press|item|does|field|value|hint|status|code|paper|trouble|refusal|backup)\.[\w.]+)"/g)].map((found) => found[1]));
  for (const name of said) assert.ok(LANGUAGES.en[name], name);
  const refusals = [...code.matchAll(/new Refusal\("(\w+)"/g)].map((found) => `refusal.${found[1]}`);
  const troubles = [...code.matchAll(/new Trouble\("([\w.]+)"/g)].map((found) => (found[1].includes(".") ? found[1] : `trouble.${found[1]}`));
  for (const name of [...refusals, ...troubles]) assert.ok(LANGUAGES.en[name], name);
  const built = new Set([...said, ...refusals, ...troubles]);
  const composed = /^(act|press|does|field|value|code|paper)\./;
  for (const name of Object.keys(LANGUAGES.en)) assert.ok(built.has(name) || composed.test(name), `nobody says ${name}`);
});

test("the person's language is taken, then the browser's, then English", () => {
  assert.equal(language("it", ["fr"]), "it");
  assert.equal(language(undefined, ["de-CH", "fr-CH"]), "fr");
  assert.equal(language("zh-TW"), "zh-Hans");
  assert.equal(language("constructor", ["tlh"]), "en");
});

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const url = new URL(name, folder);
    if (statSync(url).isDirectory()) return name === "vendor" || name === "words" ? [] : files(new URL(`${name}/`, folder));
    return name.endsWith(".js") ? [url] : [];
  });
}
