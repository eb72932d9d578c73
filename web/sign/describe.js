// A message in words: what signing it does, and its fields. Everything here is read from the very values that are
// hashed; names and descriptions that the site adds are shown elsewhere, and marked as the site's.

import { unhex } from "./bytes.js";
import { zero } from "./eip712.js";
import { unpackFacts } from "./facts.js";
import { BATCH_MARKS, MARKS, OWNER_REPORTS, RECORDS } from "./kinds.js";

const BY_KIND = { Mark: MARKS, OwnerReport: OWNER_REPORTS, Record: RECORDS };

/** The sentence that says what signing does. */
export function does(say, { type, values }) {
  if (type === "Offer") return say(values.recipient ? "does.OfferTo" : "does.OfferLink");
  const kinds = BY_KIND[type];
  return say(kinds ? `does.${type}.${kinds[values.kind]}` : `does.${type}`, values);
}

/** The fields that mean something to a person, as [label, text]; the rest stands under "Check it yourself". */
export function lines(say, { type, values }, words) {
  const out = [];
  for (const [name, given] of Object.entries(values)) {
    const make = FIELDS[name];
    if (make) out.push(...make(say, given, { type, values, words }));
  }
  return out;
}

const date = (name) => (say, given) => [[say(`field.${name}`), say.date(given)]];
const organisation = (name) => (say, given) => [
  [say(`field.${name}`), given === 0n ? say("value.council", { number: "0" }) : given.toString()],
];
const key = (name) => (say, given) => [[say(`field.${name}`), given]];
const text = (name) => (say, given) => [[say(`field.${name}`), given]];
const batch = (say, given) => [
  [say("field.batch"), say("value.batch", { number: given & 0xffffffffn, brand: given >> 32n })],
];

/** In the order in which the types have them. Claim and acceptance leave the new owner's key to the check. */
const FIELDS = {
  name: text("name"),
  consignee: text("consignee"),
  expiry: date("expiry"),
  until: date("until"),
  date: date("date"),
  since: date("since"),
  party: organisation("party"),
  by: organisation("by"),
  accreditor: organisation("accreditor"),
  claimAddress: key("claimAddress"),
  key: key("key"),
  recipient: key("recipient"),
  batch,
  subject: (say, given, { values }) => (BATCH_MARKS.has(MARKS[values.kind]) ? batch(say, given) : []),
  count: (say, given) => [[say("field.count"), say.number(given)]],
  about: (say, given) => (given === 0n ? [] : [[say("field.about"), given.toString()]]),
  facts: (say, given, { values }) => findings(say, unpackFacts(RECORDS[values.kind], unhex(given))),
  ref: (say, given, { words }) => kept(say, "ref", given, words),
  report: (say, given, { words }) => kept(say, "report", given, words),
};

function findings(say, told) {
  if (told.service) {
    const done = [[say("field.service"), say(`value.${told.service}`)]];
    return told.part ? [...done, [say("field.part"), part(say, told.part)]] : done;
  }
  if (told.withdrawal) return [[say("field.withdrawal"), say(`value.${told.withdrawal}`)]];
  return [
    [say("field.result"), say(`value.${told.authenticity}`)],
    [say("field.condition"), told.condition || say("value.none")],
    [say("field.method"), say(`value.${told.method}`)],
    [say("field.persons"), say.number(told.persons)],
    [say("field.points"), say.number(told.points)],
    ...told.remarks.map((remark) => [say("field.remarks"), say(`value.${remark}`)]),
  ];
}

/** A part that is not on the list is called what whoever signs calls it. */
const part = (say, name) => (say.has(`value.part.${name}`) ? say(`value.part.${name}`) : name.replaceAll("_", " "));

function kept(say, name, reference, words) {
  if (zero(reference)) return [];
  const told = words[reference];
  if (!told) return [[say(`field.${name}`), say("value.sealed")]];
  return flat(told.body).map(([label, line]) => [
    say.has(`field.words.${label}`) ? say(`field.words.${label}`) : label || say(`field.${name}`),
    line,
  ]);
}

/** A body's texts with their names, nested ones under the innermost name. */
function flat(body, name = "") {
  if (Array.isArray(body)) return body.flatMap((one) => flat(one, name));
  if (body !== null && typeof body === "object") return Object.entries(body).flatMap(([key, one]) => flat(one, key));
  return [[name, String(body)]];
}
