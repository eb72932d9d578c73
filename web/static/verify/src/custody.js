// The state of one item as the contract holds it, and what each statement makes of it (ledger/domain/custody.py).

import { concat, hex, uint, unhex, word } from "../../../sign/bytes.js";
import { keccak_256 } from "../../../sign/vendor/curves.js";

export const NOBODY = "0x" + "0".repeat(40);
const DAY = 86_400;
const RECOVERY_NOTICE = 14 * DAY;
const LOCK_SECONDS = 90 * DAY;

/** The bits of an item's flags, from the lowest. */
export const FLAGS = [
  "claimed",
  "lost",
  "stolen",
  "brand_theft",
  "brand_dispute",
  "council_theft",
  "council_dispute",
  "registered_twice",
  "void",
  "retired",
  "recalled",
  "recovery_open",
  "recovered",
  "owner_ended_recovery",
  "amended",
];
/** The bits of a batch's own flags. */
export const BATCH_FLAGS = ["recalled", "void", "amended"];
/** Flags that are in force only until their time, in the order of their times in the slot. */
export const TIMED = ["brand_theft", "brand_dispute", "council_theft", "council_dispute", "registered_twice"];

// By the mark's number: the flag when a brand sets it, when the council does, and whether it sets or clears.
const MARKS = new Map([
  [1n, ["brand_theft", "council_theft", true]],
  [2n, ["brand_dispute", "council_dispute", true]],
  [3n, ["brand_theft", "council_theft", false]],
  [4n, ["brand_dispute", "council_dispute", false]],
  [5n, ["recalled", "recalled", true]],
  [6n, ["recalled", "recalled", false]],
  [7n, ["void", "void", true]],
  [8n, ["void", "void", false]],
  [13n, ["registered_twice", "registered_twice", true]],
  [14n, ["registered_twice", "registered_twice", false]],
]);
export const BATCH_MARKS = new Set([9n, 10n, 11n, 12n]);
const [LOST, STOLEN, FOUND] = [1n, 2n, 3n];

/** A statement is of no kind that the contract knows. */
export class UnknownKind extends Error {}

/** The state at the first touch. */
export const opened = (batch, claimAddress, leaf) => ({
  batch,
  holder: claimAddress,
  head: hex(keccak_256(concat(uint(batch), leaf))),
  sequence: 0n,
  flags: new Set(),
  until: new Map(),
  owners: 0,
  recoveryDue: 0,
  recoveryAddress: null,
});

/** The flags that count at a time; timed ones only until theirs. */
export const inForce = (state, now) =>
  new Set([...state.flags].filter((flag) => !TIMED.includes(flag) || now < (state.until.get(flag) ?? 0)));

/** The state after a statement of `kind`, accepted at `time`, whose struct hash and signer are known. */
export function after(state, { kind, values, hash, signer, time }) {
  const next = { ...state, flags: new Set(state.flags), until: new Map(state.until) };
  const byOwner = ["Accept", "Cancel", "OwnerReport"].includes(kind) || (kind === "Retire" && isClaimed(state));
  if (byOwner && next.flags.delete("recovery_open")) {
    next.flags.add("owner_ended_recovery");
    forgetRecovery(next);
  }
  next.head = hex(keccak_256(concat(unhex(state.head), hash, word(unhex(signer)), uint(time))));
  CHANGES[kind](next, values, time);
  return next;
}

export const isClaimed = (state) => state.flags.has("claimed");

function forgetRecovery(state) {
  state.recoveryDue = 0;
  state.recoveryAddress = null;
}

function changeHands(state, { newOwner }) {
  state.holder = newOwner;
  state.sequence += 1n;
  state.owners += 1;
}

function newOwner(state, values) {
  changeHands(state, values);
  state.flags.add("claimed");
}

const CHANGES = {
  Claim: newOwner,
  Accept(state, values) {
    // The next owner has refused nothing yet.
    state.flags.delete("owner_ended_recovery");
    newOwner(state, values);
  },
  Cancel(state) {
    state.sequence += 1n;
  },
  Record() {},
  OwnerReport(state, { kind }) {
    if (![LOST, STOLEN, FOUND].includes(kind)) throw new UnknownKind();
    if (kind === FOUND) for (const flag of ["lost", "stolen"]) state.flags.delete(flag);
    else state.flags.add(kind === LOST ? "lost" : "stolen");
    state.sequence += 1n;
  },
  Mark(state, { kind, party }, time) {
    if (!MARKS.has(kind)) throw new UnknownKind();
    const [brands, councils, sets] = MARKS.get(kind);
    const flag = party === 0n ? councils : brands;
    state.flags[sets ? "add" : "delete"](flag);
    state.until.delete(flag);
    if (sets && TIMED.includes(flag)) state.until.set(flag, time + LOCK_SECONDS);
  },
  Retire(state) {
    if (isClaimed(state)) state.sequence += 1n;
    state.flags.add("retired");
  },
  ReplaceClaim(state, { claimAddress }, time) {
    if (!isClaimed(state)) {
      state.holder = claimAddress;
      return;
    }
    state.flags.add("recovery_open");
    state.recoveryDue = time + RECOVERY_NOTICE;
    state.recoveryAddress = claimAddress;
  },
  CompleteRecovery(state, values) {
    for (const flag of ["recovery_open", "owner_ended_recovery"]) state.flags.delete(flag);
    changeHands(state, values);
    state.flags.add("recovered");
    forgetRecovery(state);
  },
  AmendItem(state) {
    state.flags.add("amended");
  },
  Contest(state, _values, time) {
    state.flags.add("registered_twice");
    state.until.set("registered_twice", time + LOCK_SECONDS);
  },
};
