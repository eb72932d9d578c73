// The first level: the file agrees with itself. Fields make the record, the leaf the batch, the statements the head
// (ledger/proof/coherent.py).

import { concat, hex, uint, unhex, utf8, word } from "../../../sign/bytes.js";
import { structHash } from "../../../sign/eip712.js";
import { itemId, path } from "../../../sign/item.js";
import { keccak_256, sha256 } from "../../../sign/vendor/curves.js";
import { canonicalText } from "./canonical.js";
import { opened } from "./custody.js";
import { Contradicts, expect, sentence } from "./outcome.js";
import { BadSignature, signerOf } from "./signatures.js";
import { digestOf, separatorOf, Teller } from "./story.js";

/** What the first level finds out of a passport, member by member as its steps are taken. */
export class Reading {
  constructor(passport) {
    this.passport = passport;
    this.separator = separatorOf(passport.ledger);
    this.state = null;
    this.told = [];
    this.rechecked = 0;
    this.signatures = 0;
  }

  /** Step: brand, GTIN and serial are the item's number. */
  identity() {
    const { brand, gtin, serial, id } = this.passport.item;
    const right = checkDigit(gtin.slice(0, -1));
    if (gtin.at(-1) !== right) throw new Contradicts("identity.gtin", { gtin, found: gtin.at(-1), right });
    this.item = itemId({ brand, gtin, serial });
    expect("identity.other", {}, hex(uint(this.item)), id);
    return sentence("identity.holds", { path: path(gtin, serial), brand, id });
  }

  /** Step: the shown fields and the withheld leaves hash to the record. */
  record() {
    const { record } = this.passport;
    checkRecord(record);
    const shown = record.fields.filter(isShown).length;
    return sentence("record.holds", { shown, withheld: record.fields.length - shown, hash: record.hash });
  }

  /** Step: the item's leaf leads to the batch's root. */
  listing() {
    const { batch, listing, item, record } = this.passport;
    this.batch = (BigInt(item.brand) << 32n) | BigInt(batch.running);
    const hashed = keccak_256(utf8(path(item.gtin, item.serial)));
    this.leaf = keccak_256(keccak_256(concat(hashed, unhex(record.hash), word(unhex(listing.claimAddress)))));
    const root = listing.proof.reduce((node, sibling) => {
      const [low, high] = node < sibling ? [node, sibling] : [sibling, node];
      return hex(keccak_256(concat(unhex(low), unhex(high))));
    }, hex(this.leaf));
    if (root !== batch.root) throw new Contradicts("listing.other", {}, batch.root, "another root");
    return sentence("listing.holds", { leaf: hex(this.leaf), running: batch.running, root });
  }

  /** Step: the brand's key signed the registration of the batch. */
  registration() {
    const { batch } = this.passport;
    const values = { batch: this.batch, root: batch.root, count: BigInt(batch.count), manifestHash: batch.manifestHash };
    const digest = digestOf(this.separator, structHash("RegisterBatch", values));
    const needed = { signer: batch.signer, digest, given: batch.signature === null ? null : unhex(batch.signature) };
    if (!this.signedBy(needed, sentence("what.registration")))
      return sentence("registration.unsigned", { signer: batch.signer });
    return sentence("registration.holds", { signer: batch.signer, count: batch.count });
  }

  /** Step: the statements, in their order, make the head. */
  statements() {
    const { passport } = this;
    const first = opened(this.batch, passport.listing.claimAddress, this.leaf);
    const teller = new Teller(this.item, first, this.separator);
    for (const said of passport.statements) {
      const told = teller.tell(said);
      this.told.push(told);
      if (!said.record) continue;
      checkRecord(said.record, told.place);
      expect("statements.amends", { place: told.place }, told.values.recordHash, said.record.hash);
    }
    const head = this.told.length ? teller.state.head : null;
    // As the other verifier writes that there is none.
    const written = (one) => one ?? "None";
    expect("statements.other", {}, written(passport.head), written(head));
    if (!this.told.length) return sentence("statements.none");
    this.state = teller.state;
    return sentence("statements.holds", { count: this.told.length, head });
  }

  /** What to know of a file that agrees with itself: an amendment without its record leaves an older one shown. */
  notes() {
    const { statements } = this.passport;
    const last = statements.findLastIndex(({ kind }) => kind === "AmendItem");
    return last < 0 || statements[last].record ? [] : [sentence("note.undescribed", { place: last + 1 })];
  }

  /** Step: every signature in the file is by whom it must be. */
  signed() {
    for (const told of this.told)
      for (const needed of told.needed) this.signedBy(needed, sentence("what.statement", { place: told.place }));
    const rest = this.signatures - this.rechecked;
    const values = { rechecked: this.rechecked, all: this.signatures, rest };
    return sentence(rest ? "signatures.some" : "signatures.holds", values);
  }

  signedBy({ signer, digest, given }, what) {
    this.signatures += 1;
    if (given === null) return false;
    let found;
    try {
      found = signerOf(digest, given);
    } catch (wrong) {
      if (!(wrong instanceof BadSignature)) throw wrong;
      throw new Contradicts("signatures.bad", { what, why: sentence(wrong.message) }, signer, "nobody");
    }
    if (found === null) throw new Contradicts("signatures.contract", { what }, "null", "a signature");
    expect("signatures.other", { what }, signer, found);
    this.rechecked += 1;
    return true;
  }
}

/** Whether a field is shown. */
export const isShown = (field) => "name" in field;

function checkRecord(record, place) {
  const where = place === undefined ? sentence("where.record") : sentence("where.statement", { place });
  const names = new Set();
  const leaves = record.fields.map((field, index) => {
    if (!isShown(field)) return unhex(field.withheld);
    if (names.has(field.name)) throw new Contradicts("record.twice", { place: index + 1, where });
    names.add(field.name);
    return leafOf(field);
  });
  expect("record.other", { where }, record.hash, hex(rootOf(leaves)));
}

/** The commitment to one field (ledger/domain/records.py). */
function leafOf({ name, value, salt }) {
  const [title, content] = [utf8(name), utf8(canonicalText(value))];
  const parts = [uint(title.length, 2), title, uint(content.length, 4), content];
  return sha256(concat(Uint8Array.of(0), unhex(salt), ...parts));
}

/** The tree of RFC 6962, 2.1; a last node without neighbour rises unchanged. */
function rootOf(level) {
  if (level.length === 1) return level[0];
  const parents = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at], level[at + 1]];
    parents.push(right ? sha256(concat(Uint8Array.of(1), left, right)) : left);
  }
  return rootOf(parents);
}

/** The digit that follows these in a GTIN (GS1 General Specifications, 7.9). */
function checkDigit(digits) {
  const total = [...digits].reverse().reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 1 : 3), 0);
  return String((10 - (total % 10)) % 10);
}
