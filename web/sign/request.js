// What the site asks for, read from the address and checked before anything of it is shown or signed.
// Every refusal names its sentence; it carries where to go back to as soon as that is known to be ours.

import { fromUtf8, unbase64url, unhex } from "./bytes.js";
import { value } from "./eip712.js";
import { unpackFacts } from "./facts.js";
import { itemId } from "./item.js";
import { commitment } from "./jcs.js";
import { BATCH_MARKS, MARKS, OWNER_REPORTS, RECORDS } from "./kinds.js";
import { Refusal } from "./trouble.js";
import { TYPES } from "./types.js";

const LONGEST = 64 * 1024;
const MOST_MESSAGES = 16;
const MOST_KEYS = 32;
const MOST_LINES = 12;
const OWN_TYPES = {
  sign_in: ["SignIn"],
  join: ["Join"],
  claim: ["Claim"],
  recover: ["CompleteRecovery"],
  offer: ["Offer"],
  accept: ["Offer", "Accept"],
  prove: ["Possession"],
};
const ONLY_THERE = new Set(Object.values(OWN_TYPES).flat());
/** What the page itself fills in, by kind of message. */
const FILLED = { Claim: ["newOwner"], CompleteRecovery: ["newOwner"], Accept: ["newOwner", "offer"] };
const SERIAL = /^[A-Za-z0-9!"%&'()*+,\-./:;<=>?_]{1,20}$/;
// Control characters and those that turn the direction of what follows: with them a line shows what it is not.
const DECEIVING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** Read `#r=…`. Throws Refusal; its `back` and `errand` are set where they can be believed. */
export function readRequest(hash, origins, now) {
  const known = {};
  try {
    return checked(parsed(hash), origins, now, known);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal("unreadable");
    throw Object.assign(refusal, known);
  }
}

function parsed(hash) {
  if (!hash || hash === "#") throw new Refusal("nothing");
  if (hash.length > LONGEST) throw new Refusal("tooLong");
  if (!hash.startsWith("#r=")) throw new Refusal("unreadable");
  const given = JSON.parse(fromUtf8(unbase64url(hash.slice(3))));
  if (given === null || typeof given !== "object" || Array.isArray(given)) throw new Refusal("unreadable");
  return given;
}

function checked(given, origins, now, known) {
  if (typeof given.back !== "string" || !origins.includes(given.back)) throw new Refusal("foreignSite");
  known.back = given.back;
  known.lang = given.lang;
  if (!/^[A-Za-z0-9_-]{8,80}$/.test(String(given.errand))) throw new Refusal("unreadable");
  known.errand = given.errand;
  if (given.v !== 1) throw new Refusal("version");
  if (!Number.isSafeInteger(given.expires)) throw new Refusal("unreadable");
  if (given.expires <= now) throw new Refusal("expired");
  if (given.act !== "sign" && !Object.hasOwn(OWN_TYPES, given.act)) throw new Refusal("unknownAct");

  const item = given.item === undefined ? null : readItem(given.item);
  const words = readWords(given.words ?? {});
  const messages = readMessages(given, item, words, now);
  const request = {
    back: given.back,
    errand: given.errand,
    lang: given.lang,
    expires: given.expires,
    act: given.act,
    item,
    messages,
    words,
    signer: given.signer === undefined ? null : value("address", given.signer),
    keys: list(given.keys ?? [], MOST_KEYS).map(readKey),
    person: given.person === undefined ? null : readPerson(given.person),
    about: readAbout(given.about ?? []),
    claim: null,
    link: null,
    join: null,
  };
  if (given.claim !== undefined) request.claim = readClaim(given.claim);
  if (given.link !== undefined) request.link = readLink(given.link);
  if (given.join !== undefined)
    request.join = readMessage({ type: "Join", values: { ...given.join, origin: given.back } });
  return complete(request);
}

function complete(request) {
  const needs = {
    join: () => request.person,
    claim: () => request.claim && request.item,
    recover: () => request.claim && request.item,
    offer: () => request.item && request.signer,
    accept: () => request.item,
    prove: () => request.item && request.signer,
    sign: () => request.signer,
  };
  if (needs[request.act] && !needs[request.act]()) throw new Refusal("unreadable");
  return request;
}

function readItem({ brand, gtin, serial, name, maker, detail }) {
  const number = Number(brand);
  if (!Number.isInteger(number) || number < 0 || number >= 2 ** 24) throw new Refusal("unreadable");
  if (!/^[0-9]{14}$/.test(gtin) || !SERIAL.test(serial) || serial === "." || serial === "..")
    throw new Refusal("unreadable");
  const told = { name: text(name ?? ""), maker: text(maker ?? ""), detail: text(detail ?? "") };
  return { brand: number, gtin, serial, ...told, id: itemId({ brand: number, gtin, serial }) };
}

function readMessages(given, item, words, now) {
  const own = OWN_TYPES[given.act];
  const messages = list(given.messages, MOST_MESSAGES).map((one) => readMessage(one, given.act));
  const types = messages.map((message) => message.type);
  if (own ? types.join() !== own.join() : !types.length || types.some((type) => ONLY_THERE.has(type)))
    throw new Refusal("otherKind");
  for (const { type, values } of messages) {
    if (values.origin !== undefined && values.origin !== given.back) throw new Refusal("otherOrigin");
    const ending = type === "Record" || type === "Entrust" ? undefined : values.expiry;
    if (ending !== undefined && ending <= BigInt(now)) throw new Refusal("expired");
    const about = type === "Mark" && !BATCH_MARKS.has(MARKS[values.kind]) ? values.subject : values.item;
    if (about !== undefined && !item) throw new Refusal("noItem");
    if (about !== undefined && about !== item.id) throw new Refusal("otherItem");
    for (const reference of [values.ref, values.report]) {
      const told = reference === undefined ? undefined : words[reference];
      if (told && commitment(told.salt, told.body) !== reference) throw new Refusal("otherWords");
    }
  }
  return messages;
}

/** One message with its values in canonical form; those that the page fills in may be missing. */
function readMessage(given, act) {
  const known = TYPES.get(given?.type);
  if (!known) throw new Refusal("unknownKind");
  const { type, values } = given;
  const optional = type === "Offer" && act === "offer" ? ["recipient"] : (FILLED[type] ?? []);
  const names = new Set(known.fields.map((field) => field.name));
  if (Object.keys(values).some((name) => !names.has(name))) throw new Refusal("unreadable");
  const out = {};
  for (const field of known.fields) {
    if (values[field.name] === undefined && optional.includes(field.name)) continue;
    out[field.name] = value(field.type, values[field.name]);
    if (field.type === "string") text(out[field.name]);
  }
  sayable(type, out);
  return { type, values: out };
}

/** What this page has no words for, it does not sign. */
function sayable(type, values) {
  const named = { Mark: MARKS, OwnerReport: OWNER_REPORTS, Record: RECORDS }[type];
  if (named && !named[values.kind]) throw new Refusal("noWords");
  if (type === "Record" && !unpackFacts(RECORDS[values.kind], unhex(values.facts))) throw new Refusal("noWords");
}

function readWords(given) {
  const entries = Object.entries(given).map(([reference, { salt, body }]) => {
    unhex(salt, 16);
    if (body === null || typeof body !== "object" || Array.isArray(body)) throw new Refusal("unreadable");
    return [value("bytes32", reference), { salt, body }];
  });
  return Object.fromEntries(entries);
}

function readKey(given) {
  if (given.wallet !== undefined) return { wallet: value("address", given.wallet) };
  const credential = unbase64url(given.credential).length ? given.credential : undefined;
  const key = { credential, x: value("bytes32", given.x), y: value("bytes32", given.y) };
  if (!credential) throw new Refusal("unreadable");
  if (given.blind !== undefined) key.blind = value("bytes32", given.blind);
  if (given.label !== undefined) key.label = text(given.label);
  return key;
}

function readPerson({ handle, name }) {
  const length = unbase64url(handle).length;
  if (length < 1 || length > 64 || !text(name)) throw new Refusal("unreadable");
  return { handle, name };
}

function readClaim({ half, address }) {
  return { half: unhex(half, 16), address: value("address", address) };
}

function readLink({ secret, code }) {
  const bytes = unbase64url(secret);
  if (bytes.length !== 16 || !/^[0-9]{6}$/.test(code)) throw new Refusal("unreadable");
  return { secret: bytes, code };
}

const readAbout = (given) =>
  (Array.isArray(given) ? given.map((line) => [null, line]) : Object.entries(given))
    .slice(0, MOST_LINES)
    .map(([label, line]) => ({ label: label === null ? null : text(label), line: text(String(line)) }));

function list(given, most) {
  if (!Array.isArray(given) || given.length > most) throw new Refusal("unreadable");
  return given;
}

function text(given) {
  if (typeof given !== "string" || given.length > 500 || DECEIVING.test(given)) throw new Refusal("unreadable");
  return given;
}
