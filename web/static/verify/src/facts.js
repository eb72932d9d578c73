// What a checked passport says, in plain members, as ledger/proof/facts.py has them.

import { isShown } from "./coherent.js";
import { FLAGS, inForce, isClaimed } from "./custody.js";
import { findParty } from "./trust.js";

/** The facts; `at` is the time of the block that shows them, null where none does. */
export function factsOf(reading, ledger, at, batchFlags) {
  const { passport, state, told } = reading;
  const record = passport.statements.findLast((one) => one.record)?.record ?? passport.record;
  const counting = state === null ? new Set() : at === null ? state.flags : inForce(state, at);
  const claimed = state !== null && isClaimed(state);
  const shown = record.fields.filter(isShown);
  return {
    brand: { number: passport.item.brand, name: findParty(ledger, passport.item.brand)?.name ?? null },
    gtin: passport.item.gtin,
    serial: passport.item.serial,
    registeredAt: passport.batch.time,
    asOf: at,
    claimed,
    holder: claimed ? state.holder : null,
    owners: state === null ? 0 : state.owners,
    flags: FLAGS.filter((flag) => flag !== "claimed" && counting.has(flag)),
    batchFlags,
    record: Object.fromEntries(shown.map(({ name, value }) => [name, value])),
    withheld: record.fields.length - shown.length,
    statements: told.map(({ kind, time, party }) => ({ kind, time, party })),
    signatures: { rechecked: reading.rechecked, all: reading.signatures },
  };
}
