// Deterministic signers of the four forms. Keys are derived from names: worthless outside these tests.
import { createHash } from "node:crypto";

import { p256 } from "@noble/curves/nist.js";
import { AbiCoder, SigningKey, Wallet, concat, getBytes, hexlify, id, keccak256, toBeHex, zeroPadValue } from "ethers";

const abi = AbiCoder.defaultAbiCoder();
const TAG = id("touchmark.passkey.1");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

/** An ordinary key: 65 bytes, r ‖ s ‖ v. */
export function ordinary(name) {
  const key = new SigningKey(id(`touchmark test key: ${name}`));
  const address = new Wallet(key).address;
  return { name, address, key, sign: (digest) => key.sign(digest).serialized };
}

/** What an authenticator would answer for this challenge. */
export function assertion(secret, challenge, { flags = 0x1d, type = "webauthn.get" } = {}) {
  const clientDataJSON = JSON.stringify({
    type,
    challenge: Buffer.from(getBytes(challenge)).toString("base64url"),
    origin: "https://sign.touchmark.example",
    crossOrigin: false,
  });
  const authenticatorData = Buffer.concat([
    sha256(Buffer.from("sign.touchmark.example")),
    Buffer.from([flags]),
    Buffer.alloc(4),
  ]);
  const signed = sha256(Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON))]));
  const { r, s } = p256.Signature.fromBytes(p256.sign(signed, secret, { lowS: true, prehash: false }));
  return abi.encode(
    ["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"],
    [
      toBeHex(r, 32),
      toBeHex(s, 32),
      clientDataJSON.indexOf('"challenge"'),
      clientDataJSON.indexOf('"type"'),
      hexlify(authenticatorData),
      clientDataJSON,
    ],
  );
}

/** A passkey, one address of it. `blind` may be a backup key's address. */
export function passkey(name, blind = id(`touchmark test blind: ${name}`)) {
  const secret = getBytes(id(`touchmark test passkey: ${name}`));
  const point = p256.Point.fromBytes(p256.getPublicKey(secret)).toAffine();
  const [x, y] = [toBeHex(point.x, 32), toBeHex(point.y, 32)];
  const word = zeroPadValue(blind, 32);
  const address = `0x${keccak256(abi.encode(["bytes32", "bytes32", "bytes32", "bytes32"], [TAG, x, y, word])).slice(26)}`;
  return {
    name,
    address,
    x,
    y,
    blind: word,
    secret,
    sign: (digest, options) => concat(["0x02", x, y, word, assertion(secret, digest, options)]),
    signWithBackup: (digest, backup) => concat(["0x03", x, y, word, backup.sign(digest)]),
  };
}
