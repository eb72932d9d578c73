// Ordinary keys (secp256k1): claim key, link key, paper backup. Signatures as the contract takes them.

import { concat, hex, toNumber, unhex, word } from "./bytes.js";
import { keccak_256, secp256k1 } from "./vendor/curves.js";

const ofPoint = (point) => hex(keccak_256(point.toBytes(false).slice(1)).slice(12));

/** The address of a private key. */
export const addressOf = (key) => ofPoint(secp256k1.Point.fromBytes(secp256k1.getPublicKey(key)));

/** 65 bytes r ‖ s ‖ v (27 or 28), s in the lower half (EIP-2). */
export function signWith(key, digest) {
  const made = secp256k1.sign(digest, key, { prehash: false, lowS: true, format: "recovered" });
  return concat(made.slice(1), Uint8Array.of(made[0] + 27));
}

/** Whose 65 bytes they are over a digest; null where they are nobody's. */
export function recovered(digest, signature) {
  if (signature.length !== 65) return null;
  const v = signature[64] < 27 ? signature[64] : signature[64] - 27;
  if (v > 1) return null;
  try {
    const given = secp256k1.Signature.fromBytes(concat(Uint8Array.of(v), signature.slice(0, 64)), "recovered");
    return given.hasHighS() ? null : ofPoint(given.recoverPublicKey(digest));
  } catch {
    return null;
  }
}

/** A fresh backup key, and the blind that is its address (it may be the blind of a passkey's address). */
export function freshBackup() {
  const key = secp256k1.utils.randomSecretKey();
  return { key, blind: blindOf(key) };
}

export const blindOf = (key) => hex(word(unhex(addressOf(key))));

/** Whether 32 bytes can be a private key. */
export const isKey = (bytes) =>
  bytes.length === 32 && toNumber(bytes) > 0n && toNumber(bytes) < secp256k1.Point.Fn.ORDER;
