"""Another state of the contract under another header: what a forger with a chain of their own could show."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, Final

import rlp
from trie import HexaryTrie

from ledger.chain import signing
from ledger.proof.anchored import Anchor, expected_words, open_state
from ledger.proof.coherent import Reading
from ledger.proof.shapes import Passport
from ledger.proof.slots import Slots
from ledger.proof.state import Header, ProvenState
from ledger.proof.trust import TrustedLedger

SLOTS: Final = Slots(signing.keccak)
_STATE_ROOT: Final = 3
_Json = dict[str, Any]


class _Seen:
    """A state that remembers what was asked of it."""

    def __init__(self, inner: ProvenState) -> None:
        self._inner, self.words = inner, dict[int, int]()

    def slot(self, number: int) -> int:
        self.words[number] = self._inner.slot(number)
        return self.words[number]


def reading_of(passport: _Json) -> Reading:
    """A reading of the file, as far as its statements."""
    reading = Reading(Passport.model_validate(passport), signing.keccak, signing.signer_of)
    for step in (reading.identity, reading.listing, reading.statements):
        step()
    return reading


def words_of(passport: _Json, ledger: TrustedLedger) -> tuple[dict[int, int], bytes]:
    """What the state of a good passport says, slot by slot, and the hash of the contract's code."""
    reading = reading_of(passport)
    _, state = open_state(reading, ledger)
    seen = _Seen(state)
    anchor = Anchor(reading, ledger, seen)
    for step in (anchor.item, anchor.batch, anchor.prefix, anchor.signers):
        step()
    return seen.words, state.code_hash


def forged(
    passport: _Json,
    ledger: TrustedLedger,
    changed: Mapping[int, int | bytes] | None = None,
    *,
    code: bytes | None = None,
    account: Callable[[list[bytes]], Any] = lambda members: members,
    absent: bool = False,
) -> _Json:
    """The passport with a state of its own: the same words but for those `changed` (bytes stand as they are).

    Its header is hashed anew and its nodes are exactly those that the words need.
    """
    words, real_code = words_of(passport, ledger)
    wanted: dict[int, int | bytes] = {**words, **(changed or {})}
    storage, accounts = HexaryTrie({}), HexaryTrie({})
    for number, word in wanted.items():
        raw = word if isinstance(word, bytes) else rlp.encode(word) if word else b""
        if raw:
            storage[_key(number)] = raw
    for other in range(5):
        accounts[signing.keccak(bytes([other]) * 20)] = rlp.encode([b"\1", b"", bytes(32), bytes(32)])
    address = signing.keccak(bytes.fromhex(ledger.contract[2:]))
    if not absent:
        accounts[address] = rlp.encode(account([b"\1", b"", storage.root_hash, code or real_code]))
    out = copy.deepcopy(passport)
    members = rlp.decode(bytes.fromhex(passport["state"]["block"]["header"][2:]))
    members[_STATE_ROOT] = accounts.root_hash
    header = Header(rlp.encode(members), signing.keccak)
    nodes = {*_way(accounts, address)}
    if not absent:
        nodes |= {node for number in wanted for node in _way(storage, _key(number))}
    out["state"] = {
        "block": {
            "number": passport["state"]["block"]["number"],
            "hash": "0x" + header.hash.hex(),
            "header": "0x" + rlp.encode(members).hex(),
        },
        "nodes": ["0x" + node.hex() for node in sorted(nodes)],
    }
    return out


def retold(passport: _Json, ledger: TrustedLedger, *more: _Json) -> _Json:
    """The passport after further statements, with the head, and the state, that these would have made."""
    out = copy.deepcopy(passport)
    out["statements"] += more
    reading = Reading(Passport.model_validate(out), signing.keccak, signing.signer_of)
    for step in (reading.identity, reading.listing):
        step()
    teller = reading.teller()
    for said in reading.passport.statements:
        teller.tell(said)
    out["head"] = "0x" + teller.state.head.hex()
    told = reading_of(out)
    return {**out, "state": forged(passport, ledger, item_words(told))["state"]}


def item_words(told: Reading) -> dict[int, int]:
    """The item's own four words, as its statements make them."""
    item = SLOTS.item(told.item)
    numbers = (item, (item + 1) % 2**256, SLOTS.locks(told.item), SLOTS.recovery(told.item))
    return dict(zip(numbers, expected_words(told), strict=True))


def _key(number: int) -> bytes:
    return signing.keccak(number.to_bytes(32, "big"))


def _way(tree: Any, key: bytes) -> set[bytes]:
    """The nodes that are looked at on the way to a key; small ones stand inside their parents."""
    found = [rlp.encode(node) for node in tree.get_proof(key)]
    return {node for place, node in enumerate(found) if place == 0 or len(node) >= 32}
