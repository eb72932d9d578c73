// EIP-712: from the fields that are shown to the 32 bytes that are signed. Nothing else is ever signed.

import { concat, hex, uint, unhex, utf8, word } from "./bytes.js";
import { TYPES } from "./types.js";
import { keccak_256 } from "./vendor/curves.js";

const DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const LONGEST_STRING = 500;

/**
 * A field's value in the one form this page computes with: BigInt for numbers, lower-case 0x text for bytes32 and
 * addresses, text for strings. Throws RangeError for what the type cannot hold.
 */
export function value(type, given) {
  if (type === "string") {
    if (typeof given !== "string" || [...given].length > LONGEST_STRING || !given.isWellFormed())
      throw new RangeError("not a text");
    return given;
  }
  if (type === "address" || type === "bytes32") {
    unhex(given, type === "address" ? 20 : 32);
    return given.toLowerCase();
  }
  const plain = Number.isSafeInteger(given) || (typeof given === "string" && /^[0-9]{1,78}$/.test(given));
  if (!plain) throw new RangeError("not a whole number");
  const number = BigInt(given);
  if (number < 0n || number >> BigInt(type.slice(4))) throw new RangeError(`no ${type}`);
  return number;
}

const encoded = (type, given) => {
  if (type === "string") return keccak_256(utf8(given));
  return type.startsWith("uint") ? uint(given) : word(unhex(given));
};

/** `hashStruct` of a message whose values `value` gave. */
export function structHash(type, values) {
  const { text, fields } = TYPES.get(type);
  const words = fields.map((field) => encoded(field.type, values[field.name]));
  return keccak_256(concat(keccak_256(utf8(text)), ...words));
}

export const domainSeparator = (domain) =>
  keccak_256(
    concat(
      keccak_256(utf8(DOMAIN)),
      keccak_256(utf8(domain.name)),
      keccak_256(utf8(domain.version)),
      uint(domain.chainId),
      word(unhex(domain.verifyingContract, 20)),
    ),
  );

/** keccak256(0x1901 ‖ domain separator ‖ struct hash): what a key signs. */
export const digest = (domain, type, values) =>
  keccak_256(concat(Uint8Array.of(0x19, 0x01), domainSeparator(domain), structHash(type, values)));

/** The message as a browser extension's `eth_signTypedData_v4` takes it. */
export function typedData(domain, type, values) {
  const { fields } = TYPES.get(type);
  const [, inside] = DOMAIN.slice(0, -1).split("(");
  return {
    types: {
      EIP712Domain: inside.split(",").map((part) => ({ name: part.split(" ")[1], type: part.split(" ")[0] })),
      [type]: fields,
    },
    primaryType: type,
    domain,
    message: Object.fromEntries(
      fields.map(({ name }) => [name, typeof values[name] === "bigint" ? values[name].toString() : values[name]]),
    ),
  };
}

/** The values as JSON carries them in the answer. */
export const plain = (given) => (typeof given === "bigint" ? given.toString() : given);

export const zero = (text) => text === hex(new Uint8Array((text.length - 2) / 2));
