// Whose signature over a digest it is, in the four forms of the contract (ledger/chain/signing.py).

import { base64url, concat, fromUtf8, hex, toNumber } from "../../../sign/bytes.js";
import { passkeyAddress } from "../../../sign/passkey.js";
import { keccak_256, p256, secp256k1, sha256 } from "../../../sign/vendor/curves.js";

const HALF_P256 = p256.Point.Fn.ORDER / 2n;
const PRESENT_AND_VERIFIED = 0x05;

/** It is nobody's; `name` is the sentence that says why. */
export class BadSignature extends Error {}

/** The signer's address; null where only the chain can tell (a contract wallet). Throws BadSignature. */
export function signerOf(digest, signature) {
  if (signature.length === 65) return ordinary(digest, signature);
  if (signature.length > 21 && signature[0] === 1) return null;
  if (signature.length <= 97 || (signature[0] !== 2 && signature[0] !== 3)) throw new BadSignature("signature.form");
  const [x, y, blind] = [1, 33, 65].map((from) => signature.slice(from, from + 32));
  const rest = signature.slice(97);
  if (signature[0] === 2) checkAssertion(digest, x, y, rest);
  else if (hex(blind) !== "0x" + "0".repeat(24) + ordinary(digest, rest).slice(2))
    throw new BadSignature("signature.backup");
  return passkeyAddress({ x: hex(x), y: hex(y), blind: hex(blind) });
}

function ordinary(digest, signature) {
  if (signature.length !== 65 || (signature[64] !== 27 && signature[64] !== 28))
    throw new BadSignature("signature.ordinary");
  let key;
  try {
    const compact = concat(Uint8Array.of(signature[64] - 27), signature.slice(0, 64));
    const given = secp256k1.Signature.fromBytes(compact, "recovered");
    if (given.hasHighS()) throw new BadSignature("signature.high");
    key = given.recoverPublicKey(digest).toBytes(false);
  } catch (wrong) {
    throw wrong instanceof BadSignature ? wrong : new BadSignature("signature.nobody");
  }
  return hex(keccak_256(key.slice(1)).slice(12));
}

/** WebAuthn Level 3, section 7.2, as far as the contract checks it too. */
function checkAssertion(digest, x, y, blob) {
  let point, given;
  try {
    given = unpacked(blob);
    point = p256.Point.fromBytes(concat(Uint8Array.of(4), x, y)).toBytes(false);
  } catch {
    throw new BadSignature("signature.unreadable");
  }
  const { r, s, challengeAt, typeAt, authenticator, client } = given;
  if (!startsAt(client, challengeAt, `"challenge":"${base64url(digest)}"`))
    throw new BadSignature("signature.message");
  if (!startsAt(client, typeAt, '"type":"webauthn.get"') || !isObject(client))
    throw new BadSignature("signature.assertion");
  if (authenticator.length < 37 || (authenticator[32] & PRESENT_AND_VERIFIED) !== PRESENT_AND_VERIFIED)
    throw new BadSignature("signature.finger");
  if (toNumber(s) > HALF_P256) throw new BadSignature("signature.high");
  if (!fits(concat(r, s), authenticator, given.clientBytes, point)) throw new BadSignature("signature.fit");
}

function fits(signature, authenticator, clientBytes, point) {
  try {
    return p256.verify(signature, concat(authenticator, sha256(clientBytes)), point, { lowS: false });
  } catch {
    return false;
  }
}

/** abi.decode of (bytes32 r, bytes32 s, uint256, uint256, bytes, string), of exactly what abi.encode writes. */
function unpacked(blob) {
  const word = (at) => {
    if (at + 32 > blob.length) throw new RangeError("too short");
    return blob.slice(at, at + 32);
  };
  const place = (at) => {
    const number = toNumber(word(at));
    if (number > blob.length) throw new RangeError("beyond the end");
    return Number(number);
  };
  let next = 192;
  const tail = (at) => {
    const from = place(at);
    if (from !== next) throw new RangeError("not where abi.encode puts it");
    const length = place(from);
    const end = from + 32 + length;
    const padded = from + 32 + Math.ceil(length / 32) * 32;
    if (padded > blob.length || blob.slice(end, padded).some(Boolean)) throw new RangeError("too short or not padded");
    next = padded;
    return blob.slice(from + 32, end);
  };
  const authenticator = tail(128);
  const clientBytes = tail(160);
  if (next !== blob.length) throw new RangeError("something behind it");
  return {
    r: word(0),
    s: word(32),
    challengeAt: toNumber(word(64)),
    typeAt: toNumber(word(96)),
    authenticator,
    client: [...fromUtf8(clientBytes)],
    clientBytes,
  };
}

const startsAt = (characters, at, expected) =>
  at <= BigInt(characters.length) &&
  characters.slice(Number(at), Number(at) + expected.length).join("") === expected;

function isObject(characters) {
  try {
    const parsed = JSON.parse(characters.join(""));
    return parsed !== null && typeof parsed === "object" && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
