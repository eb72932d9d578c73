// Writes contracts/vectors/eip712.json: of each statement the fields, the struct hash and the digest, made by ethers,
// which knows nothing of the contract. With --check says whether the committed file is that.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { TypedDataEncoder, id, keccak256, toBigInt } from "ethers";

import { ordinary, passkey } from "../../tests/contracts/js/signers.js";
import { STATEMENTS, digest, encodeFields, structHash, typeString } from "../../tests/contracts/js/statements.js";

const file = join(dirname(fileURLToPath(import.meta.url)), "..", "vectors", "eip712.json");
const domain = {
  name: "Touchmark",
  version: "1",
  chainId: 3_141_592_653,
  verifyingContract: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
};

/** A value for a field, as wide as its type, the same each time. */
function example(statement, { name, type }) {
  const seed = id(`touchmark vector: ${statement}.${name}`);
  if (type === "bytes32") return seed;
  if (type === "address") return ordinary(`vector: ${statement}.${name}`).address;
  const bits = BigInt(type.slice(4));
  if (name === "kind") return "1";
  if (bits === 256n && name === "nonce") return "7";
  return (toBigInt(seed) & ((1n << bits) - 1n)).toString();
}

const statements = STATEMENTS.map(({ kind, name, types }) => {
  const message = Object.fromEntries(types[name].map((field) => [field.name, example(name, field)]));
  return {
    kind,
    name,
    type: typeString(name),
    typeHash: id(typeString(name)),
    message,
    data: encodeFields(name, message),
    structHash: structHash(name, message),
    digest: digest(domain, name, message),
  };
});
const p = passkey("vector");
const b = ordinary("vector backup");
const challenge = statements.find((s) => s.name === "Claim").digest;
const signatures = {
  digest: challenge,
  ordinary: { address: ordinary("vector").address, signature: ordinary("vector").sign(challenge) },
  passkey: { address: p.address, x: p.x, y: p.y, blind: p.blind, signature: p.sign(challenge) },
  backup: (() => {
    const q = passkey("vector", b.address);
    return { address: q.address, backup: b.address, blind: q.blind, signature: q.signWithBackup(challenge, b) };
  })(),
};
const text = `${JSON.stringify(
  { domain, domainSeparator: TypedDataEncoder.hashDomain(domain), passkeyTag: keccak256(Buffer.from("touchmark.passkey.1")), statements, signatures },
  null,
  2,
)}\n`;

if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== text) {
    console.error("contracts/vectors/eip712.json is stale: run scripts/contracts build");
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
