// What the reader brings: the contracts they trust, and the published lists of blocks (ledger/proof/trust.py).

import { concat, uint, unhex, utf8 } from "../../../sign/bytes.js";
import { keccak_256 } from "../../../sign/vendor/curves.js";
import { readJson, writeCanonical } from "./canonical.js";
import { Contradicts, expect, sentence } from "./outcome.js";
import { ADDRESS, CHAIN, HASH, HEIGHT, list, long, Misshapen, object, oneOf, orNull, SECONDS, SIGNATURE, whole, yesOrNo } from "./shapes.js";
import { BadSignature, signerOf } from "./signatures.js";
import { digestOf, separatorOf } from "./story.js";

const CHECKPOINT_TYPE = "Checkpoint(bytes32 blocks,uint40 made)";
const name = long(1, 200);

const trustShape = object({
  format: oneOf("touchmark-trust/1"),
  ledgers: list(
    object(
      {
        name,
        chainId: CHAIN,
        contract: ADDRESS,
        codeHash: HASH,
        rewritableBy: oneOf("operator", "validators", "public"),
        parties: list(object({ number: whole(0, 2 ** 24 - 1), name, brand: yesOrNo }), 0, 100_000),
      },
      { checkpointSigner: orNull(ADDRESS) },
    ),
    0,
    1_000,
  ),
});

const checkpointShape = object({
  format: oneOf("touchmark-checkpoint/1"),
  chainId: CHAIN,
  contract: ADDRESS,
  made: SECONDS,
  blocks: list(object({ number: HEIGHT, hash: HASH }), 1, 50_000),
  signature: SIGNATURE,
});

/** A file of the reader's own cannot be used; `said` says why. */
export class Invalid extends Error {
  constructor(name, values) {
    super(name);
    this.said = sentence(name, values);
  }
}

/** A trust list. Any JSON form will do: it is the reader's own file. Throws Invalid. */
export const readTrust = (raw) => read(trustShape, raw, sentence("what.trust"));

/** A list of blocks, its signature not yet checked. Throws Invalid. */
export const readCheckpoint = (raw) => read(checkpointShape, raw, sentence("what.checkpoint"));

/** The trusted entry of a chain and contract; null where there is none. */
export const findLedger = (trust, named) =>
  trust?.ledgers.find((one) => one.chainId === named.chainId && one.contract === named.contract) ?? null;

/** Whose number it is, where the list says. */
export const findParty = (ledger, number) => ledger?.parties.find((one) => one.number === number) ?? null;

/** The hashes by height that the trusted ledger's operator vouches for. Throws Contradicts. */
export function vouched(checkpoint, ledger) {
  if (checkpoint.chainId !== ledger.chainId || checkpoint.contract !== ledger.contract)
    throw new Contradicts("checkpoint.ledger", {}, ledger.contract, checkpoint.contract);
  if (!ledger.checkpointSigner) throw new Contradicts("checkpoint.nobody");
  const blocks = keccak_256(writeCanonical(checkpoint.blocks));
  const struct = keccak_256(concat(keccak_256(utf8(CHECKPOINT_TYPE)), blocks, uint(checkpoint.made)));
  let signer;
  try {
    signer = signerOf(digestOf(separatorOf(checkpoint), struct), unhex(checkpoint.signature));
  } catch (wrong) {
    if (!(wrong instanceof BadSignature)) throw wrong;
    throw new Contradicts("checkpoint.signature", { why: sentence(wrong.message) });
  }
  expect("checkpoint.other", {}, ledger.checkpointSigner, signer ?? "None");
  return new Map(checkpoint.blocks.map((one) => [one.number, one.hash]));
}

function read(shape, raw, what) {
  try {
    const value = readJson(raw);
    shape(value, "");
    return value;
  } catch (wrong) {
    if (wrong instanceof Contradicts) throw new Invalid("own.unreadable", { what, why: wrong.said });
    if (wrong instanceof Misshapen) throw new Invalid("own.shape", { what, place: wrong.place });
    throw wrong;
  }
}
