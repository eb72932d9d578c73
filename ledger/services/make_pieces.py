"""What is computed of a batch's items, in pieces of some thousands: no clock, no database, no file.

A piece is a pure function of its rows, of random bytes that come with them and of the batch's secret. So several
processes make pieces of one batch at once, and the one that keeps them puts them in order.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Any, Final

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


Row = tuple[Gtin, str, dict[str, Value]]
"""A row to be made an item: GTIN, serial, fields."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rows of a piece, and ten random bytes for each: the secrets that their claim codes spell."""

    packed: bytes
    secrets: bytes
    ours: frozenset[int]
    """Which of the rows have a serial of our making."""

    @classmethod
    def of(cls, rows: list[Row], secrets: bytes, ours: frozenset[int]) -> Wanted:
        """The same of loose rows."""
        return cls(_packed(rows), secrets, ours)

    @property
    def rows(self) -> list[Row]:
        """The rows in order."""
        rows: list[Row] = _unpacked(self.packed)
        return rows


@dataclass(frozen=True, slots=True)
class Piece:
    """Items in order, their leaves, and their lines of the files, packed."""

    count: int
    items: bytes
    leaves: bytes
    """32 bytes each."""
    cards: bytes
    private: bytes
    public: tuple[bytes, int, int]
    """A run of DEFLATE, and the CRC-32 and length of what is in it."""
    parts: frozenset[str]
    """The fields in which items of the piece have serials of parts."""

    @property
    def made(self) -> list[MadeItem]:
        """The items in order."""
        made: list[MadeItem] = _unpacked(self.items)
        return made


def _packed(things: list[Any]) -> bytes:
    # One run of bytes goes to another process faster than its thousand parts, and waits in less memory.
    return pickle.dumps(things, pickle.HIGHEST_PROTOCOL)


def _unpacked(packed: bytes) -> Any:
    return pickle.loads(packed)  # noqa: S301 - of `_packed`, a moment ago


class _Shape:
    """Which fields a row has: rows of the same columns share what follows from their names."""

    def __init__(self, names: tuple[str, ...], recipe: Recipe, spelt: dict[str, _Column]) -> None:
        self.hasher = RecordHasher(recipe.secret, names)
        self.parts = frozenset(name for name in names if is_part(name))
        self.columns = [spelt.setdefault(name, _Column(name)) for name in names]
        self.shown = [place for place, name in enumerate(names) if not stays_private(name, recipe.private)]
        self.order = [names.index(name) for name in self.hasher.names]


class _Column(dict[str | tuple[str], tuple[bytes, str]]):
    """Values of one field in JCS, as bytes to be hashed and as text with the field's name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._label = f'"{name}":'

    def spelt(self, value: Value) -> tuple[bytes, str]:
        """The value's spelling; kept for the next row where there is room."""
        key = value if type(value) is str else (repr(value),)
        found = self.get(key)
        if found is None:
            spelt = jcs(value)
            found = spelt, self._label + spelt.decode()
            if len(self) < _MOST_KEPT:
                self[key] = found
        return found


_Told = tuple[_Shape, list[bytes], str, str]
"""Of a row: its shape, values to be hashed in the record's order, all fields as JSON, and those that are shown."""


@dataclass(slots=True)
class PieceMaker:
    """Makes pieces of one batch, one after the other."""

    recipe: Recipe
    _shapes: dict[tuple[str, ...], _Shape] = field(default_factory=dict)
    _columns: dict[str, _Column] = field(default_factory=dict)

    def make(self, wanted: Wanted) -> Piece:
        """The piece of these rows."""
        # Pass by pass over the rows: a short loop is faster than a long one, by a twentieth of the whole.
        rows = wanted.rows
        told = [self._told(fields) for _, _, fields in rows]
        made, leaves = self._hashed(rows, told, wanted.secrets)
        cards: list[str] = []
        private: list[str] = []
        public: list[str] = []
        codes = make_codes(wanted.secrets)
        for (_, gtin, serial, record, address, whole), (_, _, _, shown), found, code in zip(
            made, told, leaves, codes, strict=True
        ):
            identity = f'["{gtin}",{_quoted(serial)},"'
            cards.append(f'{identity}{code}"]')
            private.append(f'{identity}{address}",{whole}]')
            public.append(f'{{"leaf":"{found.hex()}","record":"{record.hex()}","fields":{shown}}}\n')
        run = deflated("".join(public).encode())
        parts = frozenset[str]().union(*{shape.parts for shape, _, _, _ in told})
        return Piece(len(made), _packed(made), b"".join(leaves), packed(cards, 0), packed(private), run, parts)

    def _told(self, fields: dict[str, Value]) -> _Told:
        names = tuple(fields)
        shape = self._shapes.get(names)
        if shape is None:
            shape = _Shape(names, self.recipe, self._columns)
            if len(self._shapes) < _MOST_KEPT:
                self._shapes[names] = shape
        # Most values are texts that were spelt before.
        spelt = [
            (column.get(value) if type(value) is str else None) or column.spelt(value)
            for column, value in zip(shape.columns, fields.values(), strict=True)
        ]
        texts = [text for _, text in spelt]
        whole = "{" + ",".join(texts) + "}"
        shown = whole if len(shape.shown) == len(texts) else "{" + ",".join([texts[n] for n in shape.shown]) + "}"
        return shape, [spelt[place][0] for place in shape.order], whole, shown

    def _hashed(self, rows: list[Row], told: list[_Told], secrets: bytes) -> tuple[list[MadeItem], list[bytes]]:
        """The items, and the leaf of each."""
        recipe, keccak = self.recipe, self.recipe.keccak
        each = [secrets[place : place + SECRET_BYTES] for place in range(0, len(secrets), SECRET_BYTES)]
        made: list[MadeItem] = []
        leaves: list[bytes] = []
        for (gtin, serial, _), (shape, values, whole, _), secret in zip(rows, told, each, strict=True):
            hashed = path_hash(path(gtin, serial), keccak)
            item = item_id(recipe.brand, hashed, keccak)
            record = shape.hasher.record_hash(item, values)
            address = recipe.address_of(claim_key(secret, activation_half(recipe.secret, item), item))
            leaves.append(leaf(hashed, record, bytes.fromhex(address[2:]), keccak))
            made.append((item.to_bytes(32, "big"), gtin, serial, record, address, whole))
        return made, leaves


def pieces(
    recipe: Recipe, wanted: Iterable[Wanted], processes: int, together: int = 1
) -> Generator[tuple[Wanted, Piece]]:
    """Each piece beside what it was made of, in order; with `processes` above 1 made by that many at once.

    At most two pieces a process are taken ahead of what has been given out, and half of what is kept `together`: to
    go on with meanwhile.
    """
    if processes <= 1:
        maker = PieceMaker(recipe)
        yield from ((one, maker.make(one)) for one in wanted)
        return
    yield from in_order(_make, wanted, processes, _begin, (recipe,), ahead=2 * processes + together // 2)


_here: list[PieceMaker] = []


def _begin(recipe: Recipe) -> None:
    _here[:] = [PieceMaker(recipe)]


def _make(wanted: Wanted) -> Piece:
    return _here[0].make(wanted)


def _quoted(text: str) -> str:
    return f'"{text}"' if text.isalnum() else encode_basestring(text)
