// Bytes and their texts. Everything here refuses what it cannot read exactly, by throwing.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of a text. A lone surrogate has none: two programs would not agree on them. */
export function utf8(text) {
  if (!text.isWellFormed()) throw new RangeError("text with half a character");
  return encoder.encode(text);
}

export const fromUtf8 = (bytes) => decoder.decode(bytes);

/** Lower-case hexadecimal with 0x. */
export const hex = (bytes) =>
  "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The bytes of 0x text; `length` of them where it is given. */
export function unhex(text, length) {
  if (typeof text !== "string" || !/^0x([0-9a-fA-F]{2})*$/.test(text)) throw new RangeError("not 0x text");
  const bytes = Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));
  if (length !== undefined && bytes.length !== length) throw new RangeError(`not ${length} bytes`);
  return bytes;
}

export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const same = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);

/** An unsigned number as `length` bytes, most significant first. */
export function uint(number, length = 32) {
  const text = BigInt(number).toString(16).padStart(length * 2, "0");
  return unhex("0x" + text, length);
}

export const toNumber = (bytes) => (bytes.length ? BigInt(hex(bytes)) : 0n);

/** Bytes right-aligned in a word of 32. */
export const word = (bytes) => concat(new Uint8Array(32 - bytes.length), bytes);

export const base64url = (bytes) =>
  btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** The bytes of base64url without padding (RFC 4648, 5). */
export function unbase64url(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text)) throw new RangeError("not base64url");
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
