// What only a whole chain shows: hashes and signatures by other hands, storage proofs, the interface others build on.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { AbiCoder, concat, id, keccak256, toBeHex, toBigInt } from "ethers";

import { startNode } from "./node.js";
import { ordinary, passkey } from "./signers.js";
import { digest } from "./statements.js";
import { World } from "./world.js";

const abi = AbiCoder.defaultAbiCoder();
const vectors = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../../contracts/vectors/eip712.json", import.meta.url)), "utf8"),
);

let node;
let world;
let watch;
before(async () => {
  node = await startNode();
  world = await World.create(node);
  watch = world.makeItem("watch");
  await world.register([watch, world.makeItem("bag")]);
});
after(() => node?.stop());

/** What `submit` takes for this vector: an Accept comes behind its Offer. */
const dataOf = ({ name, data }) =>
  name === "Accept" ? concat([vectors.statements.find((s) => s.name === "Offer").data, data]) : data;

test("the contract hashes every statement as ethers does", async () => {
  for (const statement of vectors.statements) {
    const { kind, name, message } = statement;
    assert.equal(await world.touchmark.structHash(kind, dataOf(statement)), statement.structHash, name);
    assert.equal(await world.touchmark.digest(kind, dataOf(statement)), digest(world.domain, name, message), name);
  }
});

test("a vector's digest is the EIP-712 hash of its domain and struct hash", () => {
  for (const { structHash, digest: expected } of vectors.statements) {
    assert.equal(keccak256(concat(["0x1901", vectors.domainSeparator, structHash])), expected);
  }
});

test("the domain is the one that was agreed", async () => {
  const [fields, name, version, chainId, contract] = await world.touchmark.eip712Domain();
  assert.deepEqual(
    [fields, name, version, Number(chainId), contract],
    ["0x0f", "Touchmark", "1", node.chainId, world.address],
  );
});

test("a passkey of another library claims, its backup key cancels", async () => {
  const backup = ordinary("backup");
  const owner = passkey("owner", backup.address);
  await world.send(world.claimCall(watch, owner));
  assert.equal((await world.touchmark.ownerOf(watch.id)).toLowerCase(), owner.address);
  const call = world.call("Cancel", { item: watch.id, sequence: 1 }, []);
  call.signatures = [owner.signWithBackup(world.digest("Cancel", { item: watch.id, sequence: 1 }), backup)];
  await world.send(call);
});

test("storage proofs lie where the formulas say", async () => {
  const base = toBigInt(keccak256(abi.encode(["uint256"], [toBigInt(id("touchmark.ledger")) - 1n]))) & ~0xffn;
  const member = (key, index, from = base) => keccak256(abi.encode(["uint256", "uint256"], [key, from + index]));
  const key2 = (first, second, index) =>
    keccak256(abi.encode(["uint256", "uint256"], [second, toBigInt(member(first, index))]));

  const prefix = zeroPadBytes("0x30393530363030", 14); // "0950600"
  await (await world.touchmark.grantPrefix(prefix, 1)).wait();
  await world.submit("Mark", { subject: watch.batch, party: 1, kind: 9, ref: id("ref"), nonce: world.nonce(1) }, [
    world.brand.key,
  ]);
  const item = member(watch.id, 0n);
  const history = keccak256(concat([prefix, "0x" + "00".repeat(18), toBeHex(base + 10n, 32)]));
  const slots = [
    item,
    toBeHex(toBigInt(item) + 1n, 32),
    member(watch.batch, 1n),
    member(watch.batch, 2n),
    key2(1n, world.brand.key.address, 6n),
    keccak256(history),
  ];
  const { storageProof } = await node.provider.send("eth_getProof", [world.address, slots, "latest"]);
  const values = storageProof.map((proof) => toBigInt(proof.value));
  const { holder, batch, sequence, flags, head } = await world.touchmark.itemOf(watch.id);
  assert.equal(values[0], toBigInt(holder) | (batch << 160n) | (sequence << 216n) | (flags << 240n));
  assert.equal(toBeHex(values[1], 32), head);
  assert.equal(toBeHex(values[2], 32), await world.touchmark.batchOf(watch.batch));
  assert.equal(values[3], 1n);
  const [from] = await world.touchmark.keyOf(1, world.brand.key.address);
  assert.equal(values[4], from);
  assert.equal(values[5] & 0xffffffn, 1n);
  for (const proof of storageProof) assert.ok(proof.proof.length > 0);
});

test("an untouched item is provably so", async () => {
  const nothing = world.makeItem("nothing");
  const { holder, batch, sequence, flags, head } = await world.touchmark.itemOf(nothing.id);
  assert.equal(toBigInt(holder) | batch | sequence | flags | toBigInt(head), 0n);
});

test("a balance and an owner are where ERC-721 wallets look", async () => {
  const owner = await world.touchmark.ownerOf(watch.id);
  assert.equal(await world.touchmark.balanceOf(owner), 1n);
  assert.equal(await world.touchmark.locked(watch.id), true);
});

function zeroPadBytes(hex, length) {
  return hex + "00".repeat(length - (hex.length - 2) / 2);
}
