// Who can say that a block is the chain's: a node of the reader's choice, or a list of blocks somebody signed
// (ledger/chain/witness.py). A node is asked three plain questions, each for a bounded time, and told nothing of a file.

import { CannotTell, sentence } from "./outcome.js";
import { vouched } from "./trust.js";

const PATIENCE = 10_000;
const LONGEST_ANSWER = 1_000_000;

/** A signed list of blocks; it knows the past alone. Throws Contradicts. */
export const checkpointWitness = (checkpoint) => async (ledger) => {
  const hashes = vouched(checkpoint, ledger);
  return {
    name: sentence("witness.checkpoint"),
    hashAt: async (number) => hashes.get(number) ?? null,
    headNow: async () => null,
  };
};

/** A node's address as somebody typed it, or null where no page can ask it: https, or http on this very machine. */
export function nodeAddress(typed) {
  if (!URL.canParse(typed.trim())) return null;
  const url = new URL(typed.trim());
  if (url.username || url.password) return null;
  const here = url.protocol === "http:" && ["localhost", "127.0.0.1"].includes(url.hostname);
  return here || url.protocol === "https:" ? url.href : null;
}

/** A node, asked about one trusted ledger. Throws CannotTell where it is away or on another chain. */
export const nodeWitness = (address) => async (ledger) => {
  const ask = (method, params) => call(address, method, params);
  const node = new URL(address).origin;
  const chain = await ask("eth_chainId", []);
  if (!isHex(chain, 16) || BigInt(chain) !== BigInt(ledger.chainId))
    throw new CannotTell("node.chain", { node, chainId: ledger.chainId });
  return {
    name: sentence("witness.node", { node }),
    async hashAt(number) {
      const block = await ask("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
      if (block === null) return null;
      if (!isHex(block?.hash, 64) || block.hash.length !== 66) throw new CannotTell("node.answer", { node });
      return block.hash.toLowerCase();
    },
    async headNow(slot) {
      const found = await ask("eth_getStorageAt", [ledger.contract, `0x${slot.toString(16).padStart(64, "0")}`, "latest"]);
      if (!isHex(found, 64)) throw new CannotTell("node.answer", { node });
      return BigInt(found);
    },
  };
};

const isHex = (value, most) =>
  typeof value === "string" && value.length <= most + 2 && /^0x[0-9a-fA-F]+$/.test(value);

async function call(address, method, params) {
  const node = new URL(address).origin;
  let answer;
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    answer = JSON.parse(await bounded(response));
  } catch {
    throw new CannotTell("node.away", { node });
  }
  if (answer === null || typeof answer !== "object" || answer.error || !("result" in answer))
    throw new CannotTell("node.answer", { node });
  return answer.result;
}

/** The text of an answer; throws where it is longer than any answer to these questions. */
async function bounded(response) {
  const decoder = new TextDecoder();
  let text = "";
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
    if (text.length > LONGEST_ANSWER) {
      await reader.cancel();
      throw new RangeError("too long");
    }
  }
}
