// A browser extension with a key of its own (EIP-1193), for those who have one.

import { concat, unhex } from "./bytes.js";
import { digest, typedData } from "./eip712.js";
import { recovered } from "./keys.js";
import { Trouble } from "./trouble.js";

const REJECTED = 4001; // EIP-1193, "Provider Errors"

export const hasExtension = () => typeof globalThis.ethereum?.request === "function";

/** The account that the person chooses, lower-case. Throws Trouble. */
export async function account() {
  const accounts = await asked({ method: "eth_requestAccounts" });
  const first = Array.isArray(accounts) ? accounts[0] : null;
  if (typeof first !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(first)) throw new Trouble("extensionFailed");
  return first.toLowerCase();
}

/**
 * The account's signature over a message, as the contract takes it: 65 bytes that recover to the account, or form 01
 * for a contract account, which only the chain can check. Throws Trouble.
 */
export async function signTyped(address, domain, type, values) {
  const text = JSON.stringify(typedData(domain, type, values));
  const given = await asked({ method: "eth_signTypedData_v4", params: [address, text] });
  let bytes;
  try {
    bytes = unhex(given);
  } catch {
    throw new Trouble("extensionFailed");
  }
  if (!bytes.length || bytes.length > 8192) throw new Trouble("extensionFailed");
  if (recovered(digest(domain, type, values), bytes) !== address)
    return concat(Uint8Array.of(1), unhex(address, 20), bytes);
  // Some extensions answer with v of 0 and 1.
  return concat(bytes.slice(0, 64), Uint8Array.of(bytes[64] < 27 ? bytes[64] + 27 : bytes[64]));
}

async function asked(question) {
  try {
    return await globalThis.ethereum.request(question);
  } catch (error) {
    throw new Trouble(error?.code === REJECTED ? "abandoned" : "extensionFailed");
  }
}
