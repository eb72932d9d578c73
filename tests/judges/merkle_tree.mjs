// In: [{size, shown: [index]}]. Out: for each tree its root and the proofs of the shown leaves.
import { createHash } from "node:crypto";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { judge } from "./judge.mjs";

const part = (size, index, name) =>
  createHash("sha256").update(`merkle/${size}/${index}/${name}`).digest("hex");

await judge((trees) =>
  trees.map(({ size, shown }) => {
    const values = Array.from({ length: size }, (_, index) => [
      `0x${part(size, index, "path")}`,
      `0x${part(size, index, "record")}`,
      `0x${part(size, index, "claim").slice(0, 40)}`,
    ]);
    const tree = StandardMerkleTree.of(values, ["bytes32", "bytes32", "address"]);
    return {
      root: tree.root.slice(2),
      proofs: shown.map((index) => ({
        leaf: tree.leafHash(values[index]).slice(2),
        proof: tree.getProof(index).map((node) => node.slice(2)),
      })),
    };
  }),
);
