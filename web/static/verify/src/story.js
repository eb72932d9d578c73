// An item's statements told again: each one's hash, signer, new head, and the signatures it must carry
// (ledger/proof/story.py).

import { concat, hex, unhex } from "../../../sign/bytes.js";
import { domainSeparator, structHash } from "../../../sign/eip712.js";
import { keccak_256 } from "../../../sign/vendor/curves.js";
import { after, BATCH_MARKS, isClaimed, NOBODY, UnknownKind } from "./custody.js";
import { Contradicts } from "./outcome.js";
import { valuesOf } from "./shapes.js";

const BY_OWNER = new Set(["Accept", "Cancel", "OwnerReport"]);
const NEW_OWNER = new Set(["Claim", "Accept", "CompleteRecovery"]);

/** Tells the statements one after the other; `state` is the item's after the last one told. */
export class Teller {
  constructor(item, first, separator) {
    this.item = item;
    this.state = first;
    this.separator = separator;
    this.place = 0;
  }

  /** The next statement, told. Throws Contradicts where it cannot be one of this item's. */
  tell(said) {
    this.place += 1;
    const before = this.state;
    const { values, offer } = this.read(said);
    const hash = structHash(said.kind, values);
    const signer = this.signer(said, values, before);
    if (offer) this.expectAccepted(values, offer, before);
    const needed = this.needed(said, this.signers(said.kind, values, offer, hash, signer));
    try {
      this.state = after(before, { kind: said.kind, values, hash, signer, time: said.time });
    } catch (wrong) {
      if (wrong instanceof UnknownKind) this.fail("story.kind");
      throw wrong;
    }
    return { place: this.place, kind: said.kind, values, signer, time: said.time, needed, party: partyOf(values) };
  }

  read(said) {
    let values, offer;
    try {
      values = valuesOf(said.kind, said.values);
      offer = said.offer && valuesOf("Offer", said.offer);
    } catch (wrong) {
      if (!(wrong instanceof RangeError)) throw wrong;
      this.fail("story.unreadable", "", "", { names: wrong.message });
    }
    if ((offer !== undefined) !== (said.kind === "Accept")) this.fail("story.offer");
    if (said.record && said.kind !== "AmendItem") this.fail("story.record");
    const item = itemOf(said.kind, values, offer);
    if (item !== this.item) this.fail("story.item", `0x${this.item.toString(16)}`, `0x${(item ?? 0n).toString(16)}`);
    return { values, offer };
  }

  signer({ kind, signer }, values, before) {
    let known = null;
    if (NEW_OWNER.has(kind)) known = values.newOwner;
    else if (BY_OWNER.has(kind)) known = before.holder;
    else if (kind === "Contest") known = NOBODY;
    if ((known === null) !== (signer !== undefined)) this.fail("story.signer");
    return known ?? signer;
  }

  expectAccepted(values, offer, before) {
    const hash = hex(structHash("Offer", offer));
    if (values.offer !== hash) this.fail("story.otherOffer", hash, values.offer);
    if (values.head !== before.head) this.fail("story.history", before.head, values.head);
  }

  /** Who must sign, in the contract's order, each with the digest. */
  signers(kind, values, offer, hash, signer) {
    const before = this.state;
    const over = this.digest(hash);
    if (kind === "Contest") return [];
    if (kind === "Claim") return [[before.holder, over], [signer, over]];
    if (kind === "CompleteRecovery") return [[before.recoveryAddress ?? NOBODY, over], [signer, over]];
    if (kind === "Accept") {
      const both = [[before.holder, this.digest(unhex(values.offer))], [signer, over]];
      return offer.recipient === signer ? both : [...both, [offer.recipient, over]];
    }
    return kind === "Retire" && isClaimed(before) ? [[signer, over], [before.holder, over]] : [[signer, over]];
  }

  needed(said, signers) {
    if (said.signatures.length !== signers.length)
      this.fail("story.signatures", String(signers.length), String(said.signatures.length));
    return signers.map(([address, digest], index) => {
      const given = said.signatures[index];
      return { signer: address, digest, given: given === null ? null : unhex(given) };
    });
  }

  digest = (hash) => digestOf(this.separator, hash);

  fail(name, expected = "", found = "", more = {}) {
    throw new Contradicts(name, { place: this.place, ...more }, expected, found);
  }
}

/** The domain separator of a contract's statements. */
export const separatorOf = ({ chainId, contract }) =>
  domainSeparator({ name: "Touchmark", version: "1", chainId, verifyingContract: contract });

/** keccak256(0x1901 ‖ domain separator ‖ struct hash): what a key signs. */
export const digestOf = (separator, hash) => keccak_256(concat(Uint8Array.of(0x19, 0x01), separator, hash));

function itemOf(kind, values, offer) {
  if (offer) return offer.item;
  if (kind === "Mark") return BATCH_MARKS.has(values.kind) ? null : values.subject;
  return values.item;
}

/** The number of the party whose key signs; null where an owner does. */
const partyOf = (values) => ("party" in values ? Number(values.party) : null);
