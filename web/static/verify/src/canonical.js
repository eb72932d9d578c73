// JSON as a proof file may have it: whole numbers and text, names once, in the one form of RFC 8785.
// The language's own parser keeps the last of two equal names and rounds numbers; so this one reads.

import { Contradicts } from "./outcome.js";

export const MOST_BYTES = 16 * 2 ** 20;
export const MOST_DEPTH = 16;
const SPACE = new Set([" ", "\t", "\n", "\r"]);
const NUMBER = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
const WORDS = [
  ["true", true],
  ["false", false],
  ["null", null],
];

/** The value in `raw`, however it is spelt, names given once. Throws Contradicts. */
export function readJson(raw) {
  if (raw.length > MOST_BYTES)
    throw new Contradicts("file.large", {}, `at most ${MOST_BYTES} bytes`, `${raw.length} bytes`);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Contradicts("file.utf8", {}, "JSON in UTF-8", "other bytes");
  }
  return new Reader(text).whole();
}

/** The value in `raw`, which must be in canonical form. Throws Contradicts. */
export function readCanonical(raw) {
  const value = readJson(raw);
  const canonical = writeCanonical(value);
  const at = canonical.findIndex((byte, place) => byte !== raw[place]);
  if (at !== -1 || canonical.length !== raw.length) {
    const from = at === -1 ? canonical.length : at;
    throw new Contradicts("file.canonical", { at: from }, excerpt(canonical, from), excerpt(raw, from));
  }
  return value;
}

/** A value in the one form of RFC 8785, as bytes. */
export const writeCanonical = (value) => new TextEncoder().encode(canonicalText(value));

/** The same as text. Names are sorted by UTF-16 units, which is how this language compares. */
export function canonicalText(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`).join(",")}}`;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value(1);
    this.space();
    if (this.at < this.text.length) this.fail("json.more");
    return value;
  }

  value(depth) {
    if (depth > MOST_DEPTH) throw new Contradicts("file.deep", {}, `at most ${MOST_DEPTH} levels`, "more");
    this.space();
    const first = this.text[this.at];
    if (first === "{") return this.object(depth);
    if (first === "[") return this.array(depth);
    if (first === '"') return this.string();
    for (const [word, meant] of WORDS)
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return meant;
      }
    return this.number();
  }

  object(depth) {
    // Without a prototype, so that no name means anything but itself.
    const members = Object.create(null);
    this.at += 1;
    if (this.closes("}")) return members;
    do {
      this.space();
      if (this.text[this.at] !== '"') this.fail("json.form");
      const name = this.string();
      if (name in members) this.fail("json.twice");
      this.space();
      if (this.text[this.at] !== ":") this.fail("json.form");
      this.at += 1;
      members[name] = this.value(depth + 1);
    } while (this.goesOn("}"));
    return members;
  }

  array(depth) {
    const members = [];
    this.at += 1;
    if (this.closes("]")) return members;
    do members.push(this.value(depth + 1));
    while (this.goesOn("]"));
    return members;
  }

  string() {
    const from = this.at;
    for (this.at += 1; this.text[this.at] !== '"'; this.at += this.text[this.at] === "\\" ? 2 : 1)
      if (this.at >= this.text.length) this.fail("json.form");
    this.at += 1;
    let value;
    try {
      value = JSON.parse(this.text.slice(from, this.at));
    } catch {
      this.at = from;
      this.fail("json.form");
    }
    if (!value.isWellFormed()) this.fail("json.half");
    return value;
  }

  number() {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0];
    const value = Number(found);
    if (!Number.isSafeInteger(value)) this.fail("json.number");
    this.at += found.length;
    return value + 0;
  }

  goesOn(end) {
    this.space();
    if (this.text[this.at] !== ",") {
      if (this.text[this.at] !== end) this.fail("json.form");
      this.at += 1;
      return false;
    }
    this.at += 1;
    return true;
  }

  closes(end) {
    this.space();
    if (this.text[this.at] !== end) return false;
    this.at += 1;
    return true;
  }

  space() {
    while (SPACE.has(this.text[this.at])) this.at += 1;
  }

  fail(name) {
    throw new Contradicts(name, { at: this.at });
  }
}

const excerpt = (raw, at) =>
  at < raw.length
    ? JSON.stringify(new TextDecoder().decode(raw.slice(Math.max(0, at - 10), at + 20)))
    : "the end of the file";
