// The second level: the contract's own state, as a block's header shows it, says the same as the file
// (ledger/proof/anchored.py).

import { concat, hex, toNumber, uint, unhex, word } from "../../../sign/bytes.js";
import { keccak_256 } from "../../../sign/vendor/curves.js";
import { BATCH_FLAGS, FLAGS, TIMED } from "./custody.js";
import { CannotTell, Contradicts, expect, sentence } from "./outcome.js";
import * as slots from "./slots.js";
import { ProvenState, readHeader } from "./state.js";

const MOST_GRANTS = 64;
const LONGEST_PREFIX = 13;
const LOW_200 = (1n << 200n) - 1n;

/** The block's header and the contract's state in it. Throws CannotTell where the file has none. */
export function openState(reading, ledger) {
  const { state } = reading.passport;
  if (state === null) throw new CannotTell("header.none");
  const header = readHeader(unhex(state.block.header));
  expect("header.other", {}, state.block.hash, header.hash);
  expect("header.height", {}, String(state.block.number), String(header.number));
  return { header, state: new ProvenState(header, ledger.contract, state.nodes) };
}

/** The second level of one passport, step by step. `notes` are facts that contradict nothing. */
export class Anchor {
  constructor(reading, ledger, state, notes) {
    Object.assign(this, { reading, ledger, state, notes, batchFlags: [] });
  }

  /** Step: the contract has the trusted code. */
  code() {
    const found = hex(this.state.codeHash);
    expect("code.other", {}, this.ledger.codeHash, found);
    return sentence("code.holds", { found });
  }

  /** Step: the item's own slots are what its statements make them. */
  item() {
    const { item, state } = this.reading;
    const at = [slots.itemSlot, slots.headSlot, slots.locksSlot, slots.recoverySlot].map((slot) => slot(item));
    const words = at.map((number) => this.state.slot(number));
    // What counts thefts and disputes lies above the times; who opened a recovery lies above its own.
    words[2] &= LOW_200;
    words[3] &= LOW_200;
    const expected = expectedWords(this.reading);
    const names = ["item.packed", "item.head", "item.locks", "item.recovery"];
    for (const [index, name] of names.entries()) same("item.other", { what: sentence(name) }, expected[index], words[index]);
    return state === null ? sentence("item.untouched") : sentence("item.holds", { sequence: state.sequence });
  }

  /** Step: the batch was registered so, and these are its flags. */
  batch() {
    const { passport, batch: number } = this.reading;
    const { root, count, manifestHash, signer, time } = passport.batch;
    const data = concat(unhex(root), uint(count), unhex(manifestHash), word(unhex(signer)), uint(time));
    same("batch.other", {}, toNumber(keccak_256(data)), this.state.slot(slots.batchSlot(number)));
    const flags = this.state.slot(slots.batchFlagsSlot(number));
    this.batchFlags = BATCH_FLAGS.filter((_, bit) => (flags >> BigInt(bit)) & 1n);
    if (this.batchFlags.includes("amended")) this.notes.push(sentence("note.amended"));
    return this.batchFlags.length
      ? sentence("batch.flags", { flags: this.batchFlags.join(", ") })
      : sentence("batch.holds");
  }

  /** Step: the brand held the GTIN's company prefix when it registered the batch. */
  prefix() {
    const { item, batch } = this.reading.passport;
    const digits = item.gtin.slice(1);
    for (let length = LONGEST_PREFIX; length > 0; length -= 1) {
      const prefix = digits.slice(0, length);
      const holder = this.holder(prefix, batch.time);
      if (holder) {
        same("prefix.other", { prefix }, BigInt(item.brand), BigInt(holder));
        return sentence("prefix.holds", { brand: item.brand, prefix });
      }
    }
    throw new Contradicts("prefix.nobody", {}, String(item.brand), "nobody");
  }

  /** Step: every party's key was in force when it signed, every inspector accredited. */
  signers() {
    const { told, passport } = this.reading;
    const asked = [];
    const ask = (party, key, time, what) => asked.push({ party, key, time, what });
    ask(passport.item.brand, passport.batch.signer, passport.batch.time, sentence("what.registration"));
    for (const one of told) {
      if (one.party !== null) ask(one.party, one.signer, one.time, sentence("what.statement", { place: one.place }));
      if (one.kind === "Record") this.accredited(one);
    }
    for (const one of asked) this.inForce(one);
    this.state.expectAllUsed();
    const keys = new Set(asked.map(({ party, key }) => `${party} ${key}`)).size;
    return sentence("signers.holds", { keys });
  }

  holder(prefix, at) {
    const count = this.state.slot(slots.grantsSlot(prefix));
    if (count > MOST_GRANTS) throw new CannotTell("prefix.many", { prefix, count });
    let holder = 0;
    for (let place = 0; place < count; place += 1) {
      const [party, , since] = pieces(this.state.slot(slots.grantSlot(prefix, place)), 24, 48, 40);
      if (since <= at) holder = party;
    }
    return holder;
  }

  inForce({ party, key, time, what }) {
    const [since, until, compromised] = pieces(this.state.slot(slots.keySlot(party, key)), 40, 40, 40);
    if (!since || since > time || (until && until < time))
      throw new Contradicts("signers.other", { what, party }, interval(time, time), interval(since, until));
    if (compromised && compromised <= time) this.notes.push(sentence("note.compromised", { what, party, key }));
  }

  accredited({ place, values, time }) {
    const { accreditor: by, party } = values;
    if (by === party) return;
    const [since] = pieces(this.state.slot(slots.accreditationSlot(by, party)), 40);
    if (!since) throw new Contradicts("signers.never", { place, by, party }, "an accreditation", "none");
    if (since > time) this.notes.push(sentence("note.accreditation", { place }));
  }
}

function expectedWords({ state, batch }) {
  if (state === null) return [0n, 0n, 0n, 0n];
  const flags = FLAGS.reduce((sum, flag, bit) => sum | (BigInt(state.flags.has(flag)) << BigInt(bit)), 0n);
  const first = BigInt(state.holder) | (batch << 160n) | (state.sequence % 2n ** 24n << 216n) | (flags << 240n);
  const locks = TIMED.reduce((sum, flag, place) => sum + (BigInt(state.until.get(flag) ?? 0) << BigInt(40 * place)), 0n);
  const open = state.flags.has("recovery_open");
  const recovery = open ? BigInt(state.recoveryAddress) | (BigInt(state.recoveryDue) << 160n) : 0n;
  return [first, BigInt(state.head), locks, recovery];
}

function same(name, values, expected, found) {
  expect(name, values, `0x${expected.toString(16)}`, `0x${found.toString(16)}`);
}

/** A packed slot cut from the low end; none of the pieces is wider than 48 bits. */
function pieces(word, ...bits) {
  let rest = word;
  return bits.map((size) => {
    const piece = Number(rest & ((1n << BigInt(size)) - 1n));
    rest >>= BigInt(size);
    return piece;
  });
}

const interval = (since, until) => (since ? `from ${since} to ${until || "now"}` : "never");
