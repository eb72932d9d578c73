// Where the contract keeps what: slot numbers of its one ERC-7201 struct (ledger/proof/slots.py).

import { concat, toNumber, uint, unhex, utf8, word } from "../../../sign/bytes.js";
import { keccak_256 } from "../../../sign/vendor/curves.js";

// keccak256(abi.encode(uint256(keccak256("touchmark.ledger")) - 1)) & ~0xff
const BASE = 0x516a3624122052a563585849795d3e32ec5f15e252f21adbce7ccc79b4c38f00n;
const WORD = 1n << 256n;

const hashed = (...parts) => toNumber(keccak_256(concat(...parts)));
const at = (key, member) => hashed(key, uint(BASE + member));
const inMap = (key, map) => hashed(key, uint(map));

/** Holder, batch, sequence, flags. */
export const itemSlot = (item) => at(uint(item), 0n);
/** The head. */
export const headSlot = (item) => (itemSlot(item) + 1n) % WORD;
/** The hash of a registration. */
export const batchSlot = (number) => at(uint(number), 1n);
/** Flags of the whole batch. */
export const batchFlagsSlot = (number) => at(uint(number), 2n);
/** Until when the item's timed flags hold. */
export const locksSlot = (item) => at(uint(item), 3n);
/** The open recovery. */
export const recoverySlot = (item) => at(uint(item), 4n);
/** A key's interval. */
export const keySlot = (party, address) => inMap(word(unhex(address)), at(uint(party), 6n));
/** The last interval of an accreditation. */
export const accreditationSlot = (by, party) => inMap(uint(party), at(uint(by), 7n));
/** How many grants of a GS1 prefix there are. */
export const grantsSlot = (prefix) => at(concat(utf8(prefix), new Uint8Array(32 - prefix.length)), 10n);
/** One of them, from 0. */
export const grantSlot = (prefix, place) => (hashed(uint(grantsSlot(prefix))) + BigInt(place)) % WORD;
