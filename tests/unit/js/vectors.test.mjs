// The signing page's own code against the vectors that Python made (tests/vectors/sign.py).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { hex, unbase64url, unhex } from "../../../web/sign/bytes.js";
import { checkCharacter, claimKey, linkKey, readClaimCode, sixDigits } from "../../../web/sign/codes.js";
import { digest, structHash, value } from "../../../web/sign/eip712.js";
import { unpackFacts } from "../../../web/sign/facts.js";
import { itemId } from "../../../web/sign/item.js";
import { commitment, jcs } from "../../../web/sign/jcs.js";
import { addressOf, blindOf, recovered, signWith } from "../../../web/sign/keys.js";
import { holds, pack, packBackup, passkeyAddress } from "../../../web/sign/passkey.js";
import { ANSWERS, STATEMENTS, TYPES } from "../../../web/sign/types.js";

const stored = (name) => JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8"));
const vectors = stored("sign");
const assertionOf = (one) => ({
  clientDataJSON: unhex(one.clientDataJSON),
  authenticatorData: unhex(one.authenticatorData),
  signature: unhex(one.signature),
});

test("an item's number is the one that the ledger computes", () => {
  for (const { id, ...item } of vectors.items) assert.equal(itemId(item).toString(), id);
  for (const item of stored("identity").items)
    assert.equal(itemId(item).toString(16).padStart(64, "0"), item.itemId, item.serial);
});

test("the page knows every kind of message, and no other", () => {
  assert.deepEqual([...STATEMENTS, ...ANSWERS].sort(), vectors.messages.map((message) => message.text).sort());
});

test("every kind of message has the struct hash and the digest that Python computes", () => {
  for (const { type, values, structHash: struct, digest: wanted } of vectors.messages) {
    const checked = Object.fromEntries(TYPES.get(type).fields.map((field) => [field.name, value(field.type, values[field.name])]));
    assert.equal(hex(structHash(type, checked)), struct, type);
    assert.equal(hex(digest(vectors.domain, type, checked)), wanted, type);
  }
});

test("a value that its type cannot hold is refused", () => {
  const bad = [
    ["uint8", 256], ["uint8", -1], ["uint8", 1.5], ["uint8", "0x1"], ["uint8", true], ["uint8", null], ["uint8", ""],
    ["uint40", 2 ** 53], ["address", "0x12"], ["address", 5], ["bytes32", "0x" + "0".repeat(63)],
    ["string", 5], ["string", "\ud800"], ["string", "x".repeat(501)],
  ];
  for (const [type, given] of bad) assert.throws(() => value(type, given), RangeError, `${type} ${given}`);
});

test("a claim code gives the claim key, however it is typed", () => {
  for (const { code, half, item, key, address } of vectors.claims) {
    const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4, 9)}\u2013${code.slice(9)}\n`.replaceAll("0", "o").replaceAll("1", "l");
    assert.deepEqual(readClaimCode(typed), { code });
    assert.equal(hex(claimKey(code, unhex(half), BigInt(item))), key);
    assert.equal(addressOf(unhex(key)), address);
  }
});

test("every wrong character of a claim code is found", () => {
  const [{ code }] = vectors.claims;
  for (let place = 0; place < code.length; place += 1) {
    const wrong = code[place] === "7" ? "8" : "7";
    const typed = code.slice(0, place) + wrong + code.slice(place + 1);
    assert.equal(readClaimCode(typed).wrong, "misread", typed);
  }
  assert.deepEqual(readClaimCode("  - "), { wrong: "empty", values: {} });
  assert.deepEqual(readClaimCode("7K3U"), { wrong: "foreign", values: { character: "U", place: 4 } });
  assert.deepEqual(readClaimCode("7K3\u200b"), { wrong: "foreign", values: { character: "U+200B", place: 4 } });
  assert.deepEqual(readClaimCode("7K3M"), { wrong: "length", values: { count: 4, length: 17 } });
});

test("check characters are those of Crockford's alphabet under Luhn modulo 32", () => {
  for (const { text, check } of stored("crockford").encoded) assert.equal(checkCharacter(text), check, text);
});

test("secret, digits and item give the link key", () => {
  for (const { secret, code, item, key, address } of vectors.links) {
    assert.equal(hex(linkKey(unbase64url(secret), code, BigInt(item))), key);
    assert.equal(addressOf(unhex(key)), address);
  }
});

test("six digits are six digits, and not always the same", () => {
  const drawn = new Set(Array.from({ length: 50 }, sixDigits));
  for (const digits of drawn) assert.match(digits, /^[0-9]{6}$/);
  assert.ok(drawn.size > 40);
});

test("an assertion is packed as the contract takes it, with s lowered", () => {
  for (const one of vectors.assertions) {
    assert.equal(passkeyAddress(one), one.address);
    assert.ok(holds(assertionOf(one), one, unhex(one.digest)));
    assert.equal(hex(pack(assertionOf(one), one)), one.packed);
  }
});

test("an assertion over something else, by another key or without a finger is not taken", () => {
  const [one, other] = vectors.assertions;
  const assertion = assertionOf(one);
  assert.ok(!holds(assertion, one, unhex(other.digest)));
  assert.ok(!holds(assertion, other, unhex(one.digest)));
  const unverified = Uint8Array.from(assertion.authenticatorData);
  unverified[32] = 0x01;
  assert.ok(!holds({ ...assertion, authenticatorData: unverified }, one, unhex(one.digest)));
  assert.ok(!holds({ ...assertion, clientDataJSON: Uint8Array.of(0xff) }, one, unhex(one.digest)));
  assert.ok(!holds({ ...assertion, signature: new Uint8Array(8) }, one, unhex(one.digest)));
});

test("the backup key is the blind, and signs in its own form", () => {
  for (const one of vectors.assertions) {
    const backup = unhex(one.backup);
    assert.equal(blindOf(backup), one.blind);
    assert.equal(hex(packBackup(signWith(backup, unhex(one.digest)), one)), one.byBackup);
    assert.equal(recovered(unhex(one.digest), signWith(backup, unhex(one.digest))), addressOf(backup));
  }
});

test("what recovers to nobody is nobody's", () => {
  const [{ backup, digest: text }] = vectors.assertions;
  const signature = signWith(unhex(backup), unhex(text));
  assert.equal(recovered(unhex(text), signature.slice(1)), null);
  assert.equal(recovered(unhex(text), new Uint8Array(65)), null);
  const twisted = Uint8Array.from(signature);
  twisted[64] = 9;
  assert.equal(recovered(unhex(text), twisted), null);
});

test("facts are unpacked as Python packed them, and what is not known is not guessed", () => {
  for (const { record, facts, told } of vectors.facts) assert.deepEqual(unpackFacts(record, unhex(facts)), told);
});

test("words have the reference that the ledger gave them", () => {
  for (const { salt, body, jcs: text, reference } of vectors.references) {
    assert.equal(jcs(body), text);
    assert.equal(commitment(salt, body), reference);
  }
  assert.throws(() => jcs(JSON.parse("[".repeat(20) + "]".repeat(20))), RangeError);
});
