// In: [{brand, gtin, serial}]. Out: for each its path, path hash and item id.
import { AbiCoder, keccak256, toUtf8Bytes } from "ethers";
import { judge } from "./judge.mjs";

// encodeURIComponent leaves a few characters that RFC 3986 reserves.
const encoded = (serial) =>
  encodeURIComponent(serial).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

await judge((items) =>
  items.map(({ brand, gtin, serial }) => {
    const path = `/01/${gtin}/21/${encoded(serial)}`;
    const pathHash = keccak256(toUtf8Bytes(path));
    const id = keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "bytes32"], [brand, pathHash]));
    return { path, pathHash: pathHash.slice(2), itemId: id.slice(2) };
  }),
);
