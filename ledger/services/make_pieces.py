"""What is computed of a batch's items, in pieces of some thousands: no clock, no database, no file.

A piece is a pure function of its rows, of random bytes that come with them and of the batch's secret. So several
processes make pieces of one batch at once, and the one that keeps them puts them in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ledger.domain.batches import MadeItem
from ledger.domain.claim_codes import SECRET_BYTES, activation_half, claim_key, make_codes
from ledger.domain.components import is_part
from ledger.domain.fields import Value, jcs, stays_private
from ledger.domain.gtins import Gtin
from ledger.domain.identity import item_id, path, path_hash
from ledger.domain.merkle import Keccak, leaf
from ledger.domain.records import RecordHasher
from ledger.files.crew import in_order
from ledger.files.packed import deflated
from ledger.files.sealed import packed

_MOST_KEPT: Final = 5_000
"""Values of one column that are kept in their canonical spelling; most columns repeat a few."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all pieces of a batch have in common. It travels to other processes, so its functions have names."""

    brand: int
    secret: bytes
    private: frozenset[str]
    keccak: Keccak
    address_of: Callable[[bytes], str]


class Row(NamedTuple):
    """A row to be made an item."""

    gtin: Gtin
    serial: str
    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rows of a piece, and ten random bytes for each: the secrets that their claim codes spell."""

    rows: list[Row]
    secrets: bytes
    ours: frozenset[int]
    """Which of the rows have a serial of our making."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Items in order, their leaves, and their lines of the files, packed."""

    made: list[MadeItem]
    leaves: list[bytes]
    cards: bytes
    private: bytes
    public: tuple[bytes, int, int]
    """A run of DEFLATE, and the CRC-32 and length of what is in it."""
    parts: set[str]
    """The fields in which items of the piece have serials of parts."""


class _Shape:
    """Which fields a row has: rows of the same columns share what follows from their names."""

    def __init__(self, names: tuple[str, ...], recipe: Recipe) -> None:
        self.hasher = RecordHasher(recipe.secret, names)
        self.parts = frozenset(name for name in names if is_part(name))
        self.labels = [(name, f'"{name}":') for name in names]
        self.shown = [place for place, name in enumerate(names) if not stays_private(name, recipe.private)]
        self.order = [names.index(name) for name in self.hasher.names]


@dataclass(slots=True)
class PieceMaker:
    """Makes pieces of one batch, one after the other."""

    recipe: Recipe
    _shapes: dict[tuple[str, ...], _Shape] = field(default_factory=dict)
    _spelt: dict[str, dict[str | tuple[str], tuple[bytes, str]]] = field(default_factory=dict)

    def make(self, wanted: Wanted) -> Piece:
        """The piece of these rows."""
        recipe, keccak = self.recipe, self.recipe.keccak
        made: list[MadeItem] = []
        leaves: list[bytes] = []
        cards: list[str] = []
        private: list[str] = []
        public: list[str] = []
        parts: set[str] = set()
        places = range(0, len(wanted.secrets), SECRET_BYTES)
        secrets = [wanted.secrets[place : place + SECRET_BYTES] for place in places]
        for (gtin, serial, fields), secret, code in zip(wanted.rows, secrets, make_codes(wanted.secrets), strict=True):
            shape = self._shape(fields)
            spelt = [self._spelling(name, value) for name, value in fields.items()]
            told = [label + text for (_, label), (_, text) in zip(shape.labels, spelt, strict=True)]
            hashed = path_hash(path(gtin, serial), keccak)
            item = item_id(recipe.brand, hashed, keccak)
            record = shape.hasher.record_hash(item, [spelt[place][0] for place in shape.order])
            address = recipe.address_of(claim_key(secret, activation_half(recipe.secret, item), item))
            found = leaf(hashed, record, bytes.fromhex(address[2:]), keccak)
            whole = "{" + ",".join(told) + "}"
            shown = whole if len(shape.shown) == len(told) else "{" + ",".join([told[n] for n in shape.shown]) + "}"
            identity = f'["{gtin}",{_quoted(serial)},"'
            made.append(MadeItem(item.to_bytes(32, "big"), gtin, serial, record, address, whole))
            leaves.append(found)
            cards.append(f'{identity}{code}"]')
            private.append(f'{identity}{address}",{whole}]')
            public.append(f'{{"leaf":"{found.hex()}","record":"{record.hex()}","fields":{shown}}}\n')
            if shape.parts:
                parts |= shape.parts
        return Piece(made, leaves, packed(cards), packed(private), deflated("".join(public).encode()), parts)

    def _shape(self, fields: dict[str, Value]) -> _Shape:
        names = tuple(fields)
        shape = self._shapes.get(names)
        if shape is None:
            shape = _Shape(names, self.recipe)
            if len(self._shapes) < _MOST_KEPT:
                self._shapes[names] = shape
        return shape

    def _spelling(self, name: str, value: Value) -> tuple[bytes, str]:
        """A value in JCS, as bytes and as text."""
        known = self._spelt.get(name)
        if known is None:
            known = self._spelt[name] = {}
        key = value if isinstance(value, str) else (repr(value),)
        found = known.get(key)
        if found is None:
            spelt = jcs(value)
            found = spelt, spelt.decode()
            if len(known) < _MOST_KEPT:
                known[key] = found
        return found


def pieces(recipe: Recipe, wanted: Iterable[Wanted], processes: int) -> Generator[tuple[Wanted, Piece]]:
    """Each piece beside what it was made of, in order; with `processes` above 1 made by that many at once.

    At most two pieces a process are taken ahead of what has been given out.
    """
    if processes <= 1:
        maker = PieceMaker(recipe)
        yield from ((one, maker.make(one)) for one in wanted)
        return
    yield from in_order(_make, wanted, processes, _begin, (recipe,))


_here: list[PieceMaker] = []


def _begin(recipe: Recipe) -> None:
    _here[:] = [PieceMaker(recipe)]


def _make(wanted: Wanted) -> Piece:
    return _here[0].make(wanted)


_as_json = json.JSONEncoder(ensure_ascii=False).encode


def _quoted(text: str) -> str:
    return f'"{text}"' if text.isalnum() else _as_json(text)
