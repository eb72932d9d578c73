// Passkeys (WebAuthn Level 3): made here, used here, and checked here before anything goes out.

import { base64url, concat, fromUtf8, hex, uint, unbase64url, unhex, utf8 } from "./bytes.js";
import { Trouble } from "./trouble.js";
import { keccak_256, p256, sha256 } from "./vendor/curves.js";

const TAG = keccak_256(utf8("touchmark.passkey.1"));
const ES256 = -7;
const PATIENCE = 300_000;
const PRESENT_AND_VERIFIED = 0x05;
const N = p256.Point.Fn.ORDER;

/** The address of a passkey under a blind: one passkey a person, one address an item. */
export const passkeyAddress = ({ x, y, blind }) =>
  hex(keccak_256(concat(TAG, unhex(x, 32), unhex(y, 32), unhex(blind, 32))).slice(12));

/** A new passkey whose making is bound to `challenge`: { created, credential, x, y }. Throws Trouble. */
export async function create({ challenge, rpId, rpName, person, exclude }) {
  const made = await ceremony(() =>
    navigator.credentials.create({
      publicKey: {
        challenge,
        rp: { id: rpId, name: rpName },
        user: { id: unbase64url(person.handle), name: person.name, displayName: person.name },
        pubKeyCredParams: [{ type: "public-key", alg: ES256 }],
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        excludeCredentials: exclude.map((id) => ({ type: "public-key", id: unbase64url(id) })),
        attestation: "none",
        timeout: PATIENCE,
      },
    }),
  );
  const { response } = made;
  const spki = response.getPublicKey?.();
  if (response.getPublicKeyAlgorithm?.() !== ES256 || !spki) throw new Trouble("passkeyKind");
  // SubjectPublicKeyInfo of P-256 (RFC 5480) ends with the point: 04 ‖ x ‖ y.
  const point = new Uint8Array(spki).slice(-65);
  p256.Point.fromBytes(point).assertValidity();
  return {
    credential: base64url(made.rawId),
    x: hex(point.slice(1, 33)),
    y: hex(point.slice(33)),
    created: {
      id: base64url(made.rawId),
      clientDataJSON: base64url(response.clientDataJSON),
      attestationObject: base64url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/** An assertion over a digest by one of the credentials (any of this page's where none is named). Throws Trouble. */
export async function get({ digest, rpId, allow }) {
  const used = await ceremony(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: digest,
        rpId,
        userVerification: "required",
        allowCredentials: allow.map((id) => ({ type: "public-key", id: unbase64url(id) })),
        timeout: PATIENCE,
      },
    }),
  );
  const { response } = used;
  return {
    id: base64url(used.rawId),
    clientDataJSON: new Uint8Array(response.clientDataJSON),
    authenticatorData: new Uint8Array(response.authenticatorData),
    signature: new Uint8Array(response.signature),
    userHandle: response.userHandle ? base64url(response.userHandle) : null,
  };
}

/** Whether the contract takes an assertion from this key over this digest (WebAuthn 7.2, as far as it checks). */
export function holds(assertion, { x, y }, digest) {
  let client;
  try {
    client = JSON.parse(fromUtf8(assertion.clientDataJSON));
  } catch {
    return false;
  }
  const data = assertion.authenticatorData;
  if (client.type !== "webauthn.get" || client.challenge !== base64url(digest)) return false;
  if (data.length < 37 || (data[32] & PRESENT_AND_VERIFIED) !== PRESENT_AND_VERIFIED) return false;
  const point = concat(Uint8Array.of(4), unhex(x, 32), unhex(y, 32));
  const message = concat(data, sha256(assertion.clientDataJSON));
  try {
    return p256.verify(assertion.signature, message, point, { format: "der", lowS: false });
  } catch {
    return false;
  }
}

/** 02 ‖ x ‖ y ‖ blind ‖ abi.encode(r, s, challengeIndex, typeIndex, authenticatorData, clientDataJSON). */
export function pack(assertion, key) {
  const { r, s } = p256.Signature.fromBytes(assertion.signature, "der");
  const client = Array.from(assertion.clientDataJSON, (byte) => String.fromCharCode(byte)).join("");
  const head = [
    uint(r),
    uint(s > N / 2n ? N - s : s),
    uint(client.indexOf('"challenge"')),
    uint(client.indexOf('"type"')),
    uint(6 * 32),
    uint(6 * 32 + padded(assertion.authenticatorData).length),
  ];
  return concat(
    Uint8Array.of(2),
    ...publicOf(key),
    ...head,
    padded(assertion.authenticatorData),
    padded(assertion.clientDataJSON),
  );
}

/** 03 ‖ x ‖ y ‖ blind ‖ 65 bytes of the backup key. */
export const packBackup = (signature, key) => concat(Uint8Array.of(3), ...publicOf(key), signature);

const publicOf = ({ x, y, blind }) => [unhex(x, 32), unhex(y, 32), unhex(blind, 32)];

const padded = (bytes) => concat(uint(bytes.length), bytes, new Uint8Array((32 - (bytes.length % 32)) % 32));

async function ceremony(begin) {
  if (!navigator.credentials || !globalThis.PublicKeyCredential) throw new Trouble("noPasskeys");
  try {
    const credential = await begin();
    if (!credential) throw new Trouble("abandoned");
    return credential;
  } catch (error) {
    if (error instanceof Trouble) throw error;
    if (error.name === "InvalidStateError") throw new Trouble("alreadyHere");
    if (error.name === "NotSupportedError" || error.name === "SecurityError") throw new Trouble("noPasskeys");
    throw new Trouble("abandoned");
  }
}
