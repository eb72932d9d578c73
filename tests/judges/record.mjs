// In: [{batchSecret, itemId, fields: [{name, value}]}]. Out: for each record the JCS texts, leaves and root.
import { createHash, createHmac } from "node:crypto";
import { judge } from "./judge.mjs";

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const counted = (bytes, width) => {
  const length = Buffer.alloc(width);
  length.writeUIntBE(bytes.length, 0, width);
  return Buffer.concat([length, bytes]);
};
const byName = (a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));

// RFC 6962, 2.1, as it is written there: split at the largest power of two below the number of leaves.
const root = (leaves) => {
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.from([1]), root(leaves.slice(0, split)), root(leaves.slice(split)));
};

await judge((records) =>
  records.map(({ batchSecret, itemId, fields }) => {
    const sorted = fields.toSorted(byName);
    // JSON.stringify is JCS for text, whole numbers and lists of text (RFC 8785, 3.2.2).
    const values = sorted.map(({ value }) => JSON.stringify(value));
    const leaves = sorted.map(({ name }, index) => {
      const hmac = createHmac("sha256", Buffer.from(batchSecret, "hex"));
      const salt = hmac.update(Buffer.from(itemId, "hex")).update(name).digest();
      const text = counted(Buffer.from(values[index]), 4);
      return sha256(Buffer.from([0]), salt, counted(Buffer.from(name), 2), text);
    });
    return { jcs: values, leaves: leaves.map((leaf) => leaf.toString("hex")), recordHash: root(leaves).toString("hex") };
  }),
);
