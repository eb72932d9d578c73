// Canonical JSON (RFC 8785), for the words behind a reference: the site's salted hash must be theirs.
// JSON.stringify already writes numbers and texts as the RFC wants; what is left is the order of names, by
// UTF-16 units.

import { concat, hex, unhex, utf8 } from "./bytes.js";
import { keccak_256 } from "./vendor/curves.js";

const DEEPEST = 8;

export function jcs(given, depth = 0) {
  if (depth > DEEPEST) throw new RangeError("nested too deeply");
  if (given === null || typeof given !== "object") {
    const text = JSON.stringify(given);
    if (text === undefined) throw new RangeError("not JSON");
    return text;
  }
  if (Array.isArray(given)) return `[${given.map((one) => jcs(one, depth + 1)).join(",")}]`;
  const names = Object.keys(given).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${jcs(given[name], depth + 1)}`).join(",")}}`;
}

/** keccak256(salt ‖ JCS(body)), as ledger/services/keep_reference.py makes it. */
export const commitment = (salt, body) => hex(keccak_256(concat(unhex(salt, 16), utf8(jcs(body)))));
