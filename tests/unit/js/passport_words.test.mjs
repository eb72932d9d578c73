// The verifier's sentences: all there in every language, all used, all sayable.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { FLAGS, BATCH_FLAGS } from "../../../web/static/verify/src/custody.js";
import { STEPS } from "../../../web/static/verify/src/outcome.js";
import { language, LANGUAGES, NAMES, speaker } from "../../../web/static/verify/src/say.js";
import { ITEM_KINDS } from "../../../web/static/verify/src/shapes.js";

const PAGE = new URL("../../../web/static/verify/", import.meta.url);
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
const COMPOSED = /^(?:(?:step|outcome|flag|batchFlag|kind|field|rewritable)\.|answer\.level)/;
// What a reader meets before opening "Check it yourself".
const PLAIN = /^(page|trust|trouble|answer|flag|batchFlag|kind|field)\./;

test("every sentence stands in every language, with the same places", () => {
  assert.deepEqual(Object.keys(NAMES), Object.keys(LANGUAGES));
  for (const [lang, words] of Object.entries(LANGUAGES)) {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(LANGUAGES.en).sort(), lang);
    for (const [name, text] of Object.entries(words)) {
      assert.ok(text.trim(), `${lang} ${name}`);
      assert.deepEqual(places(text), places(LANGUAGES.en[name]), `${lang} ${name}`);
    }
  }
});

test("a translation is none where it is the English sentence", () => {
  for (const lang of ["fr", "it", "zh-Hans"])
    for (const [name, text] of Object.entries(LANGUAGES[lang]))
      if (text.replaceAll(/\{\w+\}/g, "").split(" ").length > 2) assert.notEqual(text, LANGUAGES.en[name], `${lang} ${name}`);
});

test("no English sentence for people has more than twenty words, or the technique's", () => {
  const jargon = /\b(blockchain|hash|token|mint|NFT|wallet|gas)\b/i;
  for (const [name, text] of Object.entries(LANGUAGES.en)) {
    if (!PLAIN.test(name)) continue;
    for (const sentence of text.split(/(?<=[.?!:;])\s+/)) assert.ok(sentence.split(/\s+/).length <= 20, `${name}: ${sentence}`);
    assert.doesNotMatch(text, jargon, name);
  }
});

const OF_KINDS = { OwnerReport: [1, 2, 3], Record: [1, 2, 3, 4, "other"], Mark: [1, 2, 3, 4, 5, 6, 7, 8, 13, 14] };

test("every step, flag and kind has its words", () => {
  const names = [
    ...STEPS.map((step) => `step.${step}`),
    ...FLAGS.filter((flag) => flag !== "claimed").map((flag) => `flag.${flag}`),
    ...BATCH_FLAGS.map((flag) => `batchFlag.${flag}`),
    ...ITEM_KINDS.filter((kind) => !OF_KINDS[kind]).map((kind) => `kind.${kind}`),
    ...Object.entries(OF_KINDS).flatMap(([kind, numbers]) => numbers.map((number) => `kind.${kind}.${number}`)),
  ];
  for (const name of names) assert.ok(LANGUAGES.en[name], name);
});

test("every name that the code says has a sentence, and every sentence is said somewhere", () => {
  const files = readdirSync(new URL("src/", PAGE)).map((name) => new URL(`src/${name}`, PAGE));
  const code = [...files, new URL("page.html", PAGE)].map((file) => readFileSync(file, "utf8")).join("\n");
  const prefixes = new Set(Object.keys(LANGUAGES.en).map((name) => name.split(".")[0]));
  const said = new Set(
    [...code.matchAll(/"(\w+\.[\w.]+)"/g)].map((found) => found[1]).filter((name) => prefixes.has(name.split(".")[0])),
  );
  for (const name of said) if (name !== "touchmark.trust") assert.ok(LANGUAGES.en[name], name);
  for (const name of Object.keys(LANGUAGES.en)) assert.ok(said.has(name) || COMPOSED.test(name), `nobody says ${name}`);
});

test("a sentence inside a sentence is said in the same language", () => {
  const said = speaker("fr").said({ name: "signatures.other", values: { what: { name: "what.statement", values: { place: 3 } } } });
  assert.equal(said, "La déclaration 3 porte la signature de quelqu’un d’autre.");
});

test("the reader's language is taken, then the browser's, then English", () => {
  assert.equal(language("it", ["fr"]), "it");
  assert.equal(language(undefined, ["de-CH", "fr-CH"]), "fr");
  assert.equal(language("zh-TW"), "zh-Hans");
  assert.equal(language("constructor", ["tlh"]), "en");
});
