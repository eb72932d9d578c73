// The passport file as a shape, member by member as ledger/proof/shapes.py has it; nothing else is read as one.
// A shape is a function that throws Misshapen with the place of what it does not take.

import { STATEMENTS } from "../../../sign/types.js";

export const FORMAT = "touchmark-passport/1";
const MOST_STATEMENTS = 20_000;
const MOST_NODES = 20_000;
const MOST_FIELDS = 256;

/** The kinds of statement that are part of an item's head. */
export const ITEM_KINDS = [
  "Claim",
  "Accept",
  "Cancel",
  "Record",
  "OwnerReport",
  "Mark",
  "Retire",
  "ReplaceClaim",
  "CompleteRecovery",
  "AmendItem",
  "Contest",
];

/** Something is not of its shape; `place` says where. */
export class Misshapen extends Error {
  constructor(place) {
    super(place);
    this.place = place;
  }
}

const check = (holds) => (value, place) => {
  if (!holds(value)) throw new Misshapen(place || "the whole");
};
export const text = (pattern) => check((value) => typeof value === "string" && pattern.test(value));
export const whole = (least, most) => check((value) => Number.isSafeInteger(value) && value >= least && value <= most);
export const oneOf = (...known) => check((value) => known.includes(value));
export const long = (least, most) =>
  check((value) => typeof value === "string" && between([...value].length, least, most));
export const yesOrNo = check((value) => typeof value === "boolean");
export const orNull = (shape) => (value, place) => value === null || shape(value, place);
const between = (number, least, most) => number >= least && number <= most;
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

export const list = (shape, least, most) => (value, place) => {
  check((given) => Array.isArray(given) && between(given.length, least, most))(value, place);
  for (const [index, one] of value.entries()) shape(one, `${place}.${index}`);
};

/** An object of exactly these members; those of `optional` are left out where there is nothing to say. */
export const object =
  (members, optional = {}) =>
  (value, place) => {
    check(isObject)(value, place);
    const at = (name) => (place ? `${place}.${name}` : name);
    for (const name of Object.keys(value))
      if (!Object.hasOwn(members, name) && !Object.hasOwn(optional, name)) throw new Misshapen(at(name));
    for (const [name, shape] of Object.entries(members)) {
      if (!(name in value)) throw new Misshapen(at(name));
      shape(value[name], at(name));
    }
    for (const [name, shape] of Object.entries(optional)) if (name in value) shape(value[name], at(name));
  };

const members = (shape) => (value, place) => {
  check(isObject)(value, place);
  for (const [name, one] of Object.entries(value)) shape(one, `${place}.${name}`);
};

export const HASH = text(/^0x[0-9a-f]{64}$/);
export const ADDRESS = text(/^0x[0-9a-f]{40}$/);
export const SIGNATURE = hexadecimal(65, 4096);
export const SECONDS = whole(0, 2 ** 40 - 1);
export const CHAIN = whole(1, Number.MAX_SAFE_INTEGER);
export const HEIGHT = whole(0, 2 ** 48 - 1);
const HEADER = hexadecimal(1, 16 * 1024);
const NODE = hexadecimal(1, 2 * 1024);
const SERIAL = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/;

// A repeated group makes an engine remember every repetition, and a node's bytes may be many.
function hexadecimal(least, most) {
  return check(
    (value) =>
      typeof value === "string" &&
      value.length % 2 === 0 &&
      between(value.length / 2 - 1, least, most) &&
      /^0x[0-9a-f]+$/.test(value),
  );
}

const isScalar = (value) =>
  value === null || ["string", "boolean"].includes(typeof value) || Number.isSafeInteger(value);
const fieldValue = check(
  (value) =>
    isScalar(value) ||
    (Array.isArray(value) ? value.every((one) => typeof one === "string") : Object.values(value).every(isScalar)),
);
const textOrNumber = check((value) => typeof value === "string" || Number.isSafeInteger(value));

const shown = object({ name: long(1, 100), value: fieldValue, salt: HASH });
const withheld = object({ withheld: HASH });
const field = (value, place) => (isObject(value) && "withheld" in value ? withheld : shown)(value, place);
const record = object({ hash: HASH, fields: list(field, 1, MOST_FIELDS) });
const values = members(textOrNumber);

const said = object(
  { kind: oneOf(...ITEM_KINDS), values, time: SECONDS, signatures: list(orNull(SIGNATURE), 0, 3) },
  { offer: values, signer: ADDRESS, record },
);

/** The proof file of one item. */
export const passport = object({
  format: oneOf(FORMAT),
  ledger: object({ chainId: CHAIN, contract: ADDRESS }),
  item: object({ brand: whole(1, 2 ** 24 - 1), gtin: text(/^[0-9]{14}$/), id: HASH, serial: text(SERIAL) }),
  record,
  batch: object({
    running: whole(1, 2 ** 32 - 1),
    root: HASH,
    count: whole(1, 2 ** 32 - 1),
    manifestHash: HASH,
    signer: ADDRESS,
    time: SECONDS,
    signature: orNull(SIGNATURE),
  }),
  listing: object({ claimAddress: ADDRESS, proof: list(HASH, 0, 32) }),
  statements: list(said, 0, MOST_STATEMENTS),
  head: orNull(HASH),
  state: orNull(
    object({
      block: object({ number: HEIGHT, hash: HASH, header: HEADER }),
      nodes: list(NODE, 1, MOST_NODES),
    }),
  ),
});

const FIELDS = new Map(
  STATEMENTS.map((one) => {
    const [name, inside] = one.slice(0, -1).split("(");
    return [name, inside.split(",").map((part) => part.split(" "))];
  }),
);

/** A statement's fields out of their one form in the file; numbers as BigInt. Throws RangeError naming a field. */
export function valuesOf(kind, given) {
  const expected = FIELDS.get(kind);
  const names = new Set(expected.map(([, name]) => name));
  const foreign = [
    ...Object.keys(given).filter((name) => !names.has(name)),
    ...[...names].filter((name) => !(name in given)),
  ];
  if (foreign.length) throw new RangeError(foreign.sort().join(", "));
  return Object.fromEntries(expected.map(([type, name]) => [name, valueOf(type, name, given[name])]));
}

function valueOf(type, name, value) {
  if (type === "address" || type === "bytes32") {
    const digits = type === "address" ? 40 : 64;
    if (typeof value === "string" && value.length === digits + 2 && /^0x[0-9a-f]+$/.test(value)) return value;
    throw new RangeError(name);
  }
  const bits = BigInt(type.slice(4));
  const inForm = bits > 48n ? typeof value === "string" && /^(0|[1-9][0-9]{0,77})$/.test(value) : typeof value === "number";
  if (!inForm || BigInt(value) < 0n || BigInt(value) >> bits) throw new RangeError(name);
  return BigInt(value);
}
