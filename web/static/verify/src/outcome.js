// What a check answers: numbered steps, each with what was checked against what (ledger/proof/report.py).
// A sentence is its name in words/ and its values, so that a page can say it in any language.

export const STEPS = [
  "file",
  "contract",
  "identity",
  "record",
  "listing",
  "registration",
  "statements",
  "signatures",
  "header",
  "code",
  "item",
  "batch",
  "prefix",
  "signers",
  "live",
];

/** What holds, by level: nothing; the file with itself; with the contract's state in its block; with the chain. */
export const LEVELS = ["nothing", "coherent", "anchored", "live"];

export const [HOLDS, CONTRADICTS, CANNOT_TELL, NOT_ASKED] = ["holds", "contradicts", "cannot tell", "not asked"];

/** A sentence by its name and values; a value may be a sentence itself. */
export const sentence = (name, values = {}) => ({ name, values });

/** A step found something else than it must. */
export class Contradicts extends Error {
  constructor(name, values = {}, expected = "", found = "") {
    super(name);
    this.said = sentence(name, values);
    Object.assign(this, { expected, found });
  }
}

/** A step lacks what it would need; nothing is said against the file. */
export class CannotTell extends Error {
  constructor(name, values = {}) {
    super(name);
    this.said = sentence(name, values);
  }
}

/** The outcome of a whole check. */
export function outcomeOf(steps) {
  const found = new Set(steps.map((one) => one.outcome));
  return [CONTRADICTS, CANNOT_TELL].find((outcome) => found.has(outcome)) ?? HOLDS;
}

/** Throws Contradicts where two texts differ. */
export function expect(name, values, expected, found) {
  if (expected !== found) throw new Contradicts(name, values, expected, found);
}
