// In: [{code, activationHalf, itemId}]. Out: for each the private key and its address.
import { hkdfSync } from "node:crypto";
import { computeAddress } from "ethers";
import { judge } from "./judge.mjs";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const codeBytes = (code) => {
  const bits = [...code.slice(0, 16)].reduce(
    (number, character) => number * 32n + BigInt(ALPHABET.indexOf(character)),
    0n,
  );
  return Buffer.from(bits.toString(16).padStart(20, "0"), "hex");
};

await judge((claims) =>
  claims.map(({ code, activationHalf, itemId }) => {
    const info = Buffer.concat([Buffer.from("touchmark/claim/1"), Buffer.from(itemId, "hex")]);
    const wide = hkdfSync("sha256", codeBytes(code), Buffer.from(activationHalf, "hex"), info, 48);
    const key = (BigInt(`0x${Buffer.from(wide).toString("hex")}`) % (ORDER - 1n)) + 1n;
    const privateKey = key.toString(16).padStart(64, "0");
    return { privateKey, address: computeAddress(`0x${privateKey}`).slice(2).toLowerCase() };
  }),
);
