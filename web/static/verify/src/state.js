// The contract's slots as a block's header shows them: account proof and storage proofs of one pool of nodes
// (ledger/proof/state.py). RLP and nodes are read by @ethereumjs; the way down the tree is walked here, so that every
// node that was looked at is known.

import { hex, toNumber, uint, unhex } from "../../../sign/bytes.js";
import { keccak_256 } from "../../../sign/vendor/curves.js";
import { BranchMPTNode, decodeMPTNode, decodeRawMPTNode, isRawMPTNode, LeafMPTNode, RLP } from "../vendor/state.js";
import { CannotTell, Contradicts, sentence } from "./outcome.js";

const [STATE_ROOT, NUMBER, TIME, LEAST_MEMBERS, LONGEST_NUMBER, LONGEST_TIME] = [3, 8, 11, 15, 6, 5];
const NOTHING = RLP.encode(new Uint8Array());
const EMPTY_TREE = hex(keccak_256(NOTHING));

/** A block's header: the root of the state, height, time in seconds since 1970, and its hash. Throws Contradicts. */
export function readHeader(raw) {
  let members;
  try {
    members = RLP.decode(raw);
  } catch {
    members = null;
  }
  if (
    !Array.isArray(members) ||
    members.some(Array.isArray) ||
    members.length < LEAST_MEMBERS ||
    members[STATE_ROOT].length !== 32 ||
    members[NUMBER].length > LONGEST_NUMBER ||
    members[TIME].length > LONGEST_TIME
  )
    throw new Contradicts("header.unreadable", {}, "a header in RLP");
  return {
    number: Number(toNumber(members[NUMBER])),
    time: Number(toNumber(members[TIME])),
    stateRoot: members[STATE_ROOT],
    hash: hex(keccak_256(raw)),
  };
}

/** The slots of one contract, out of the nodes that a file carries. */
export class ProvenState {
  /** `nodes` as 0x text. Throws Contradicts where the account is not shown, CannotTell where there is none. */
  constructor(header, contract, nodes) {
    if (nodes.some((node, index) => index && nodes[index - 1] >= node)) throw new Contradicts("state.order");
    this.nodes = new Map(nodes.map((node) => [hex(keccak_256(unhex(node))), unhex(node)]));
    this.used = new Set();
    const what = { ...sentence("state.contract"), english: "the contract" };
    const raw = this.look(header.stateRoot, keccak_256(unhex(contract)), what);
    if (!raw) throw new CannotTell("state.noContract");
    const account = decoded(raw, what);
    if (!Array.isArray(account) || account.length !== 4 || account[2].length !== 32 || account[3].length !== 32)
      throw new Contradicts("state.account");
    [, , this.root, this.codeHash] = account;
  }

  /** The slot's 256 bits; 0 where nothing was ever written. Throws Contradicts where the nodes do not lead to it. */
  slot(number) {
    const slot = hex(uint(number));
    const what = { ...sentence("state.slot", { slot }), english: `slot ${slot}` };
    const raw = this.look(this.root, keccak_256(uint(number)), what);
    if (!raw) return 0n;
    const value = decoded(raw, what);
    // A local node keeps slots that were only looked at, as nothing; on other chains there is none of nothing.
    if (Array.isArray(value) || value.length > 32) throw new Contradicts("state.notNumber");
    return toNumber(value);
  }

  /** Throws Contradicts where a node shows nothing that was asked. */
  expectAllUsed() {
    const idle = this.nodes.size - this.used.size;
    if (idle) throw new Contradicts("state.idle", {}, "no idle nodes", String(idle));
  }

  look(root, key, what) {
    if (hex(root) === EMPTY_TREE) return null;
    try {
      return this.walk(root, nibbles(key));
    } catch (wrong) {
      if (wrong instanceof MissingNode)
        throw new Contradicts("state.missing", { what }, `a proof of ${what.english}`, "a missing node");
      throw new Contradicts("state.unreadable", { what });
    }
  }

  /** What stands at the end of the path below a node, null where nothing does (Yellow Paper, appendix D). */
  walk(reference, path) {
    const node = this.node(reference);
    if (node instanceof BranchMPTNode) {
      if (!path.length) return node.value();
      const child = node.getBranch(path[0]);
      return child === null ? null : this.walk(child, path.slice(1));
    }
    const part = node.key();
    const leads = part.length <= path.length && part.every((nibble, index) => nibble === path[index]);
    if (node instanceof LeafMPTNode) {
      if (!leads || part.length !== path.length) return null;
      return node.value();
    }
    return leads ? this.walk(node.value(), path.slice(part.length)) : null;
  }

  node(reference) {
    if (isRawMPTNode(reference)) return decodeRawMPTNode(reference);
    const hash = hex(reference);
    if (!this.nodes.has(hash)) throw new MissingNode();
    this.used.add(hash);
    return decodeMPTNode(this.nodes.get(hash));
  }
}

class MissingNode extends Error {}

function decoded(raw, what) {
  try {
    return RLP.decode(raw);
  } catch {
    throw new Contradicts("state.unreadable", { what });
  }
}

const nibbles = (bytes) => [...bytes].flatMap((byte) => [byte >> 4, byte & 15]);
