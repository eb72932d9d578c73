// What the signing page refuses to read, each with its own sentence.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { base64url, utf8 } from "../../../web/sign/bytes.js";
import { itemId } from "../../../web/sign/item.js";
import { readRequest } from "../../../web/sign/request.js";
import { LANGUAGES } from "../../../web/sign/say.js";

const SITE = "http://localhost:8000";
const NOW = 1_900_000_000;
const BYTES = "0x" + "11".repeat(32);
const ITEM = { brand: 7, gtin: "09521234543213", serial: "7K3M9QX2TP4W", name: "Sac Lune 25", maker: "Maison", detail: "black" };
const ID = itemId(ITEM).toString();
const OWNER = "0x" + "22".repeat(20);
const { references } = JSON.parse(readFileSync(new URL("../../vectors/sign.json", import.meta.url), "utf8"));

const report = (values = {}) => ({ type: "OwnerReport", values: { item: ID, kind: 1, ref: BYTES, sequence: 1, ...values } });
const request = (more = {}) => ({
  v: 1, errand: "err_12345678", back: SITE, lang: "fr", act: "sign", expires: NOW + 60,
  item: ITEM, messages: [report()], signer: OWNER, keys: [], ...more,
});
const written = (given) => "#r=" + base64url(utf8(typeof given === "string" ? given : JSON.stringify(given)));
const refusal = (hash) => {
  try {
    readRequest(hash, [SITE], NOW);
  } catch (error) {
    assert.ok(LANGUAGES.en[`refusal.${error.sentence}`], error.stack);
    return error;
  }
  return assert.fail("it was read");
};

test("a whole request is read, its numbers exact", () => {
  const read = readRequest(written(request()), [SITE], NOW);
  assert.equal(read.messages[0].values.item, itemId(ITEM));
  assert.equal(read.item.id, itemId(ITEM));
  assert.equal(read.signer, OWNER);
});

const BAD = {
  "nothing at all": ["", "nothing"],
  "no base64url": ["#r=%%%", "unreadable"],
  "no JSON": [written("{"), "unreadable"],
  "no UTF-8": ["#r=" + base64url(Uint8Array.of(0xff)), "unreadable"],
  "a list": [written("[]"), "unreadable"],
  "more than 64 KB": ["#r=" + "A".repeat(65536), "tooLong"],
  "another site": [written(request({ back: "https://evil.example" })), "foreignSite"],
  "a site that only begins like ours": [written(request({ back: `${SITE}.evil.example` })), "foreignSite"],
  "our site with a path": [written(request({ back: `${SITE}/` })), "foreignSite"],
  "no site": [written(request({ back: undefined })), "foreignSite"],
};
for (const [name, [hash, sentence]] of Object.entries(BAD))
  test(`${name} is refused, and there is no way back to press`, () => {
    const error = refusal(hash);
    assert.equal(error.sentence, sentence);
    assert.equal(error.back, undefined);
  });

const REFUSED = {
  "an errand that is a path": [{ errand: "../../evil" }, "unreadable"],
  "another version": [{ v: 2 }, "version"],
  "an act nobody knows": [{ act: "transfer" }, "unknownAct"],
  "an act by the name of something built in": [{ act: "constructor" }, "unknownAct"],
  "what has expired": [{ expires: NOW }, "expired"],
  "no time of expiry": [{ expires: "never" }, "unreadable"],
  "a kind of message nobody knows": [{ messages: [{ type: "Transfer", values: {} }] }, "unknownKind"],
  "a kind of message by the name of something built in": [{ messages: [{ type: "toString", values: {} }] }, "unknownKind"],
  "no message": [{ messages: [] }, "otherKind"],
  "seventeen messages": [{ messages: Array.from({ length: 17 }, () => report()) }, "unreadable"],
  "a claim under another act": [{ messages: [{ type: "Claim", values: { item: ID, newOwner: OWNER } }] }, "otherKind"],
  "an offer under another act": [
    { messages: [{ type: "Offer", values: { item: ID, recipient: OWNER, expiry: NOW + 9, sequence: 1, ref: BYTES } }] },
    "otherKind",
  ],
  "a message about another item": [{ messages: [report({ item: "5" })] }, "otherItem"],
  "an item described as another": [{ item: { ...ITEM, serial: "7K3M9QX2TP4X" } }, "otherItem"],
  "a message about an item that is not described": [{ item: undefined }, "noItem"],
  "a field too many": [{ messages: [report({ more: 1 })] }, "unreadable"],
  "a field too few": [{ messages: [report({ sequence: undefined })] }, "unreadable"],
  "a field out of range": [{ messages: [report({ sequence: 2 ** 24 })] }, "unreadable"],
  "a kind of report nobody knows": [{ messages: [report({ kind: 9 })] }, "noWords"],
  "facts nobody knows": [
    {
      messages: [
        { type: "Record", values: { item: ID, party: 1, accreditor: 1, kind: 1, facts: BYTES, about: 0, report: BYTES, date: 1, nonce: 1 } },
      ],
    },
    "noWords",
  ],
  "other words than those signed": [
    { words: { [BYTES]: { salt: references[0].salt, body: references[0].body } } },
    "otherWords",
  ],
  "words without a salt": [{ words: { [BYTES]: { body: {} } } }, "unreadable"],
  "text that turns its direction": [{ item: { ...ITEM, name: "Sac \u202e" } }, "unreadable"],
  "a serial that no item can have": [{ item: { ...ITEM, serial: "é" } }, "unreadable"],
  "keys that are none": [{ keys: [{ credential: "", x: BYTES, y: BYTES }] }, "unreadable"],
  "nobody who has to sign": [{ signer: undefined }, "unreadable"],
  "a sign-in to another site": [
    { act: "sign_in", messages: [{ type: "SignIn", values: { origin: "https://evil.example", challenge: BYTES, expiry: NOW + 9 } }] },
    "otherOrigin",
  ],
  "a sign-in whose message has expired": [
    { act: "sign_in", messages: [{ type: "SignIn", values: { origin: SITE, challenge: BYTES, expiry: NOW } }] },
    "expired",
  ],
};
for (const [name, [more, sentence]] of Object.entries(REFUSED))
  test(`${name} is refused, with a way back`, () => {
    const error = refusal(written(request(more)));
    assert.equal(error.sentence, sentence);
    assert.equal(error.back, SITE);
  });

test("words that are the signed ones are taken", () => {
  const [{ salt, body, reference }] = references;
  const read = readRequest(written(request({ messages: [report({ ref: reference })], words: { [reference]: { salt, body } } })), [SITE], NOW);
  assert.deepEqual(read.words[reference].body, body);
});

test("a batch's mark needs no item", () => {
  const mark = { type: "Mark", values: { subject: ((7n << 32n) + 3n).toString(), party: 7, kind: 9, ref: BYTES, nonce: 1 } };
  assert.equal(readRequest(written(request({ item: undefined, messages: [mark] })), [SITE], NOW).item, null);
});
