// Claim codes and the keys made from secrets (ledger/domain/crockford.py, claim_codes.py, links.py, derived_keys.py).

import { concat, toNumber, uint, utf8 } from "./bytes.js";
import { hkdf, secp256k1, sha256 } from "./vendor/curves.js";

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const CODE_LENGTH = 17;
const GAPS = /[\s\-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
const N = secp256k1.Point.Fn.ORDER;

/** What a person meant: no gaps, plain instead of full-width, upper case, O read as 0, I and L as 1. */
export const tidy = (text) =>
  text
    .replace(GAPS, "")
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");

/** Luhn modulo 32: every second value, from the right, counts double, as the sum of its two digits. */
export function checkCharacter(text) {
  let total = 0;
  [...text].reverse().forEach((character, place) => {
    const count = ALPHABET.indexOf(character) * (place % 2 ? 1 : 2);
    total += Math.floor(count / 32) + (count % 32);
  });
  return ALPHABET[(32 - (total % 32)) % 32];
}

/**
 * A typed claim code: { code } where it is whole and right, otherwise { wrong } with what is the matter
 * ("empty", "foreign", "length", "misread") and the values that its sentence names.
 */
export function readClaimCode(typed) {
  const code = tidy(typed);
  if (!code) return { wrong: "empty", values: {} };
  const characters = [...code];
  const foreign = characters.findIndex((character) => !ALPHABET.includes(character));
  if (foreign >= 0) return { wrong: "foreign", values: { character: shown(characters[foreign]), place: foreign + 1 } };
  if (code.length !== CODE_LENGTH) return { wrong: "length", values: { count: code.length, length: CODE_LENGTH } };
  if (checkCharacter(code.slice(0, -1)) !== code.at(-1)) return { wrong: "misread", values: {} };
  return { code };
}

const shown = (character) => {
  if (!/\p{C}|\p{Z}/u.test(character)) return character;
  return `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
};

/** HKDF-SHA256 to 48 bytes, reduced to 1 … n - 1 with a bias below 2⁻¹²⁸ (FIPS 186-5, A.2.1). */
const derived = (material, salt, info) => uint((toNumber(hkdf(sha256, material, salt, info, 48)) % (N - 1n)) + 1n);

/** The claim key of an item, from a code that `readClaimCode` gave and the activation half (16 bytes). */
export function claimKey(code, half, item) {
  const bits = [...code.slice(0, -1)].reduce((sum, character) => sum * 32n + BigInt(ALPHABET.indexOf(character)), 0n);
  return derived(uint(bits, 10), half, concat(utf8("touchmark/claim/1"), uint(item)));
}

/** The link key of a handover, from the link's secret (16 bytes) and the six digits. */
export const linkKey = (secret, digits, item) =>
  derived(secret, utf8(digits), concat(utf8("touchmark/link/1"), uint(item)));

/** Six digits, each of the million as likely as another: what would favour some is thrown away. */
export function sixDigits() {
  const draw = new Uint32Array(1);
  const limit = 2 ** 32 - (2 ** 32 % 1_000_000);
  do crypto.getRandomValues(draw);
  while (draw[0] >= limit);
  return String(draw[0] % 1_000_000).padStart(6, "0");
}
