// One fixture: a ledger with a council, a brand with opened and unopened items, an authenticator, a repairer.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { AbiCoder, Contract, ContractFactory, NonceManager, concat, id, keccak256, toBigInt } from "ethers";

import { ordinary } from "./signers.js";
import { byName, digest, encodeFields, structHash } from "./statements.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const abi = AbiCoder.defaultAbiCoder();
export const artifact = (name) =>
  JSON.parse(readFileSync(join(root, "ledger", "chain", "artifacts", `${name}.json`), "utf8"));

export const OPENING =
  "tuple(tuple(uint56 batch,bytes32 root,uint32 count,bytes32 manifestHash,address signer,uint40 time) registration," +
  "bytes32 pathHash,bytes32 recordHash,address claimAddress,bytes32[] proof)";

export class World {
  static async create(node) {
    const world = new World();
    world.node = node;
    world.provider = node.provider;
    world.owner = new NonceManager(await node.provider.getSigner(0));
    const [v, t] = [artifact("WebAuthnVerifier"), artifact("Touchmark")];
    const verifier = await (await new ContractFactory(v.abi, v.bytecode, world.owner).deploy()).waitForDeployment();
    world.council = [ordinary("council 1"), ordinary("council 2")];
    world.touchmark = await (
      await new ContractFactory(t.abi, t.bytecode, world.owner).deploy(
        await world.owner.getAddress(),
        world.council[0].address,
        world.council[1].address,
        await verifier.getAddress(),
      )
    ).waitForDeployment();
    world.address = await world.touchmark.getAddress();
    world.domain = { name: "Touchmark", version: "1", chainId: node.chainId, verifyingContract: world.address };
    world.nonces = new Map();
    world.batchCount = 0;

    world.brand = { number: 1, key: ordinary("brand") };
    world.authenticator = { number: 2, key: ordinary("authenticator") };
    await (await world.touchmark.addParty(true, world.brand.key.address)).wait();
    await (await world.touchmark.addParty(false, world.authenticator.key.address)).wait();
    await world.submit("Accredit", { by: 0, party: 2, nonce: world.nonce(0) }, world.council);
    await world.submit("Accredit", { by: 1, party: 2, nonce: world.nonce(1) }, [world.brand.key]);
    return world;
  }

  /** Nonces in sequence, so that a party fills one word of its bitmap after the other. */
  nonce(party) {
    const next = (this.nonces.get(party) ?? 0) + 1;
    this.nonces.set(party, next);
    return next;
  }

  digest(name, message) {
    return digest(this.domain, name, message);
  }

  call(name, message, signers, opening = "0x") {
    const d = this.digest(name, message);
    return { kind: byName[name].kind, data: encodeFields(name, message), opening, signatures: signers.map((s) => s.sign(d)) };
  }

  /** A handover: the owner signs the offer, the new owner and the link key, if there is one, the acceptance. */
  async handover(item, owner, newOwner, { link, expiry = 2 ** 40 - 1 } = {}) {
    const { sequence, head } = await this.touchmark.itemOf(item);
    const offer = { item, recipient: (link ?? newOwner).address, expiry, sequence, ref: id("offer") };
    const accept = { offer: structHash("Offer", offer), newOwner: newOwner.address, head };
    const signatures = [owner.sign(this.digest("Offer", offer)), newOwner.sign(this.digest("Accept", accept))];
    if (link) signatures.push(link.sign(this.digest("Accept", accept)));
    return {
      kind: 3,
      data: concat([encodeFields("Offer", offer), encodeFields("Accept", accept)]),
      opening: "0x",
      signatures,
    };
  }

  /** Sends calls, one alone or several as a bundle; the receipt, or an error. */
  async send(...calls) {
    const method = calls.length === 1 ? "submit" : "bundle";
    const tx = await this.touchmark[method](calls.length === 1 ? calls[0] : calls, { gasLimit: 16_000_000 });
    return tx.wait();
  }

  async submit(name, message, signers, opening) {
    return this.send(this.call(name, message, signers, opening));
  }

  /** Registers items. The tree is continued upwards with other halves until proofs have `levels` siblings at least. */
  async register(items, levels = 0) {
    const batch = (1n << 32n) | BigInt(++this.batchCount);
    const rows = items.map((item) => [item.pathHash, item.recordHash, item.claim.address]);
    const tree = StandardMerkleTree.of(rows, ["bytes32", "bytes32", "address"]);
    const proofs = rows.map((_, i) => tree.getProof(i));
    let { root } = tree;
    while (Math.min(...proofs.map((proof) => proof.length)) < levels) {
      const sibling = id(`${batch}: the other half under level ${proofs[0].length}`);
      proofs.forEach((proof) => proof.push(sibling));
      root = keccak256(concat(BigInt(root) < BigInt(sibling) ? [root, sibling] : [sibling, root]));
    }
    const message = { batch, root, count: 2 ** Math.max(...proofs.map((p) => p.length)), manifestHash: id(`manifest ${batch}`) };
    const receipt = await this.submit("RegisterBatch", message, [this.brand.key]);
    const block = await this.provider.getBlock(receipt.blockNumber);
    const registration = { ...message, signer: this.brand.key.address, time: block.timestamp };
    items.forEach((item, i) => {
      item.batch = batch;
      item.leaf = tree.leafHash(rows[i]);
      item.proof = proofs[i];
      item.opening = abi.encode(
        [OPENING],
        [{ registration, pathHash: item.pathHash, recordHash: item.recordHash, claimAddress: item.claim.address, proof: item.proof }],
      );
    });
    return receipt;
  }

  makeItem(name) {
    const pathHash = keccak256(Buffer.from(`/01/09506000134352/21/${name}`));
    return {
      name,
      pathHash,
      id: toBigInt(keccak256(abi.encode(["uint24", "bytes32"], [1, pathHash]))),
      recordHash: id(`record ${name}`),
      claim: ordinary(`claim ${name}`),
    };
  }

  claimCall(item, newOwner) {
    return this.call("Claim", { item: item.id, newOwner: newOwner.address }, [item.claim, newOwner], item.opening);
  }

  /** An inspection by an authenticator the council accredits (0), or the item's brand (1). */
  inspection(item, opening = "0x", accreditor = 0) {
    return this.call(
      "Record",
      {
        item: item.id,
        party: 2,
        accreditor,
        kind: 1,
        facts: id(`facts ${item.name}`),
        about: 0,
        report: id(`report ${item.name}`),
        date: 1_700_000_000,
        nonce: this.nonce(2),
      },
      [this.authenticator.key],
      opening,
    );
  }
}
