// Checks a passport, step by step: first the file with itself, then with the contract's state, then with the chain.
// The same rules stand in ledger/proof; shared vectors hold both to one answer. A step that contradicts ends the
// check, because everything after it rests on it.

import { Anchor, openState } from "./anchored.js";
import { readCanonical } from "./canonical.js";
import { Reading } from "./coherent.js";
import { factsOf } from "./facts.js";
import { CANNOT_TELL, CannotTell, CONTRADICTS, Contradicts, HOLDS, LEVELS, NOT_ASKED, outcomeOf, sentence, STEPS } from "./outcome.js";
import { Misshapen, passport as passportShape } from "./shapes.js";
import { headSlot } from "./slots.js";
import { findLedger, findParty } from "./trust.js";

/**
 * The whole check of one file's bytes. Never throws for what a file holds.
 *
 * `ask` opens a witness of the chain once the trusted ledger is known: { name, hashAt(number), headNow(slot) }, both
 * asynchronous; null asks nobody. `onStep` is told each step and waited for.
 */
export async function verify(raw, trust = null, ask = null, onStep = () => {}) {
  const check = new Check(trust, ask, onStep);
  try {
    await check.run(raw);
  } catch (wrong) {
    if (!(wrong instanceof Over)) throw wrong;
  }
  const { steps, level, notes, facts } = check;
  return { outcome: outcomeOf(steps), level, levelName: LEVELS[level], steps, notes, facts };
}

/** Nothing further can be said. */
class Over extends Error {}

class Check {
  constructor(trust, ask, onStep) {
    Object.assign(this, { trust, ask, onStep, steps: [], notes: [], level: 0, facts: null });
  }

  async run(raw) {
    const passport = await this.take("file", () => readPassport(raw));
    await this.note("file", HOLDS, sentence("file.holds"));
    const ledger = await this.known(passport);
    const reading = new Reading(passport);
    await this.say("identity", () => reading.identity());
    await this.say("record", () => reading.record());
    await this.say("listing", () => reading.listing());
    await this.say("registration", () => reading.registration());
    await this.say("statements", () => reading.statements());
    await this.say("signatures", () => reading.signed());
    this.level = 1;
    this.notes.push(...reading.notes());
    this.facts = factsOf(reading, ledger, null, []);
    if (ledger === null) throw new Over();
    const { header, anchor } = await this.anchor(reading, ledger);
    this.level = 2;
    this.facts = factsOf(reading, ledger, header.time, anchor.batchFlags);
    if (this.ask === null) return this.note("live", NOT_ASKED, sentence("live.notAsked"));
    await this.say("live", () => this.live(reading, ledger, header));
    this.level = 3;
  }

  async known(passport) {
    const { chainId, contract } = passport.ledger;
    const ledger = findLedger(this.trust, passport.ledger);
    if (ledger === null) {
      const said = sentence(this.trust === null ? "contract.noList" : "contract.unknown");
      await this.note("contract", CANNOT_TELL, said, "a trusted contract", `${contract} on chain ${chainId}`);
      return null;
    }
    const { brand: number } = passport.item;
    const brand = findParty(ledger, number);
    if (!brand?.brand) await this.note("contract", CANNOT_TELL, sentence("contract.noBrand", { number }));
    else await this.note("contract", HOLDS, sentence("contract.holds", { chainId, contract, number, name: brand.name }));
    return ledger;
  }

  async anchor(reading, ledger) {
    const { header, state } = await this.take("header", () => openState(reading, ledger));
    await this.note("header", HOLDS, sentence("header.holds", header));
    const anchor = new Anchor(reading, ledger, state, this.notes);
    await this.say("code", () => anchor.code());
    await this.say("item", () => anchor.item());
    await this.say("batch", () => anchor.batch());
    await this.say("prefix", () => anchor.prefix());
    await this.say("signers", () => anchor.signers());
    return { header, anchor };
  }

  async live(reading, ledger, header) {
    const witness = await this.ask(ledger);
    const { number, hash } = header;
    const theirs = await witness.hashAt(number);
    if (theirs === null) throw new CannotTell("live.unknown", { witness: witness.name, number });
    if (theirs !== hash) throw new Contradicts("live.other", { witness: witness.name, number }, theirs, hash);
    const now = await witness.headNow(headSlot(reading.item));
    const then = reading.state === null ? 0n : BigInt(reading.state.head);
    if (now !== null && now !== then) this.notes.push(sentence("note.newer"));
    return sentence("live.holds", { witness: witness.name, who: sentence(`rewritable.${ledger.rewritableBy}`) });
  }

  async say(step, take) {
    await this.note(step, HOLDS, await this.take(step, take));
  }

  async take(step, take) {
    try {
      return await take();
    } catch (wrong) {
      if (wrong instanceof Contradicts) await this.note(step, CONTRADICTS, wrong.said, wrong.expected, wrong.found);
      else if (wrong instanceof CannotTell) await this.note(step, CANNOT_TELL, wrong.said);
      else throw wrong;
      throw new Over();
    }
  }

  async note(step, outcome, said, expected = "", found = "") {
    const one = { number: STEPS.indexOf(step) + 1, step, outcome, said };
    if (expected || found) Object.assign(one, { expected, found });
    this.steps.push(one);
    await this.onStep(one);
  }
}

/** The passport in these bytes. Throws Contradicts where they are none. */
export function readPassport(raw) {
  const value = readCanonical(raw);
  try {
    passportShape(value, "");
  } catch (wrong) {
    if (wrong instanceof Misshapen) throw new Contradicts("file.shape", { place: wrong.place }, "its JSON Schema");
    throw wrong;
  }
  return value;
}
