"""Where the contract keeps what: slot numbers of its one ERC-7201 struct (contracts/README.md, "Slots")."""

from __future__ import annotations

from typing import Final

from ledger.domain.statements import Keccak

BASE: Final = 0x516A3624122052A563585849795D3E32EC5F15E252F21ADBCE7CCC79B4C38F00
"""`keccak256(abi.encode(uint256(keccak256("touchmark.ledger")) - 1)) & ~0xff` (ERC-7201)."""

_ITEMS, _BATCHES, _BATCH_FLAGS, _LOCKS, _RECOVERIES, _KEYS, _ACCREDITATIONS, _PREFIXES = 0, 1, 2, 3, 4, 6, 7, 10


class Slots:
    """The slots, by what they hold."""

    def __init__(self, keccak: Keccak) -> None:
        self._keccak = keccak

    def item(self, item: int) -> int:
        """Holder, batch, sequence, flags; the head is in the slot behind it."""
        return self._at(_word(item), _ITEMS)

    def batch(self, number: int) -> int:
        """The hash of a registration."""
        return self._at(_word(number), _BATCHES)

    def batch_flags(self, number: int) -> int:
        """Flags of the whole batch."""
        return self._at(_word(number), _BATCH_FLAGS)

    def locks(self, item: int) -> int:
        """Until when the item's timed flags hold."""
        return self._at(_word(item), _LOCKS)

    def recovery(self, item: int) -> int:
        """The open recovery."""
        return self._at(_word(item), _RECOVERIES)

    def key(self, party: int, address: str) -> int:
        """A key's interval."""
        outer = self._at(_word(party), _KEYS)
        return self._hash(_word(int(address, 16)) + _word(outer))

    def accreditation(self, by: int, party: int) -> int:
        """The last interval of an accreditation."""
        outer = self._at(_word(by), _ACCREDITATIONS)
        return self._hash(_word(party) + _word(outer))

    def grants(self, prefix: str) -> int:
        """How many grants of a GS1 prefix there are."""
        return self._at(prefix.encode().ljust(32, b"\0"), _PREFIXES)

    def grant(self, prefix: str, place: int) -> int:
        """One of them, from 0."""
        return (self._hash(_word(self.grants(prefix))) + place) % 2**256

    def _at(self, key: bytes, member: int) -> int:
        return self._hash(key + _word(BASE + member))

    def _hash(self, data: bytes) -> int:
        return int.from_bytes(self._keccak(data), "big")


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")
