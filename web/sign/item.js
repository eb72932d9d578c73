// What an item is called on the ledger (ledger/domain/identity.py).

import { concat, toNumber, uint, utf8 } from "./bytes.js";
import { keccak_256 } from "./vendor/curves.js";

/** The path of the item's canonical GS1 Digital Link; only unreserved characters stay as they are (RFC 3986, 2.3). */
export function path(gtin, serial) {
  const quoted = encodeURIComponent(serial).replace(
    /[!'()*]/g,
    (character) => "%" + character.charCodeAt(0).toString(16).toUpperCase(),
  );
  return `/01/${gtin}/21/${quoted}`;
}

/** uint256(keccak256(abi.encode(brand, keccak256(path)))) */
export const itemId = ({ brand, gtin, serial }) =>
  toNumber(keccak_256(concat(uint(brand), keccak_256(utf8(path(gtin, serial))))));
