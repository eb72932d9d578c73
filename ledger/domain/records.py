"""A record: what the brand says of an item, each field a commitment that can be shown or kept private.

A field's leaf is SHA-256 over `0x00 ‖ salt (32) ‖ length of name (2) ‖ name ‖ length of value (4) ‖ value`,
the value in JCS (RFC 8785); the leaves, sorted by name, form the Merkle tree of RFC 6962, whose root is the
record hash. A salt is HMAC-SHA256(batch secret, item id (32) ‖ name), so that none is stored and no guess
at a private value can be tried out.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ledger.domain.errors import Invalid
from ledger.domain.fields import FIELDS, Field, Value, canonical_value, jcs
from ledger.domain.said import said

__all__ = [
    "FIELDS",
    "Field",
    "FieldProof",
    "RecordHasher",
    "Value",
    "canonical_value",
    "field_leaf",
    "field_proof",
    "field_salt",
    "jcs",
    "record_hash",
    "root_of",
    "verify_field",
]

MOST_FIELDS = 256
"""Fields that one record may have."""


@dataclass(frozen=True, slots=True)
class FieldProof:
    """Where a field stands in its record, and the hashes beside its way to the root (RFC 9162, 2.1.3)."""

    index: int
    size: int
    path: tuple[bytes, ...]


def field_salt(batch_secret: bytes, item_id: int, name: str) -> bytes:
    """The 32-byte salt of one field of one item. Whoever has it and the value can show the field."""
    return hmac.digest(batch_secret, item_id.to_bytes(32, "big") + name.encode(), "sha256")


def field_leaf(salt: bytes, name: str, jcs_bytes: bytes) -> bytes:
    """The 32-byte commitment to one field; `jcs_bytes` is its value as `jcs` gives it."""
    if len(salt) != 32:
        raise ValueError(f"a salt has 32 bytes, not {len(salt)}")
    return sha256(b"\0" + salt + _named(name.encode()) + len(jcs_bytes).to_bytes(4, "big") + jcs_bytes).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The record hash over its fields' leaves (RFC 6962, 2.1), shown and withheld alike, in the record's order.

    Raises Invalid for no leaves, or too many.
    """
    if len(leaves) > MOST_FIELDS:
        raise Invalid(_too_many(len(leaves)))
    return _root(list(leaves))


def record_hash(fields: Mapping[str, Value], salts: Mapping[str, bytes]) -> bytes:
    """The record hash of canonical values by name, each with the salt of the same name.

    Raises Invalid for a record without fields, or with too many.
    """
    return _root(_leaves(fields, salts))


def field_proof(fields: Mapping[str, Value], salts: Mapping[str, bytes], name: str) -> FieldProof:
    """The proof that the field `name` is in the record of these fields.

    Raises Invalid if the record has no such field.
    """
    if name not in fields:
        raise Invalid(said("This record has no field %(name)s.", name=f"{name!r}"))
    index = _ordered(fields).index(name)
    level, place, path = _leaves(fields, salts), index, []
    while len(level) > 1:
        if place ^ 1 < len(level):
            path.append(level[place ^ 1])
        level, place = _parents(level), place // 2
    return FieldProof(index, len(fields), tuple(path))


def verify_field(record_hash: bytes, name: str, value: Value, salt: bytes, proof: FieldProof) -> bool:
    """Whether the record of this hash says `value` under `name` (RFC 9162, 2.1.3.2).

    Raises Invalid for a value that no record can hold.
    """
    place, last = proof.index, proof.size - 1
    if len(salt) != 32 or not 0 <= place <= last < MOST_FIELDS or any(len(node) != 32 for node in proof.path):
        return False
    node = field_leaf(salt, name, jcs(value))
    for sibling in proof.path:
        if last == 0:
            return False
        while place % 2 == 0 and place == last:  # alone on its level, it rose unchanged
            place, last = place // 2, last // 2
        node = sha256(b"\1" + sibling + node if place % 2 else b"\1" + node + sibling).digest()
        place, last = place // 2, last // 2
    return last == 0 and node == record_hash


class RecordHasher:
    """Record hashes of many items of one batch, with the same columns: `record_hash`, only faster."""

    __slots__ = ("_columns", "_inner", "_known", "_outer", "names")

    def __init__(self, batch_secret: bytes, names: Iterable[str]) -> None:
        """`names` are the columns that items of the batch have, in any order; `hash_of` takes others in."""
        self._name(names)
        # HMAC by its definition (RFC 2104), the secret's two blocks hashed once for the whole batch: half
        # of hmac.digest's time, which would be half of all the time that registering a batch takes.
        key = (batch_secret if len(batch_secret) <= 64 else sha256(batch_secret).digest()).ljust(64, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in key))

    def _name(self, names: Iterable[str]) -> None:
        self.names = tuple(_ordered(set(names)))
        if not 1 <= len(self.names) <= MOST_FIELDS:
            raise Invalid(
                said(
                    "A record has 1 to %(most_fields)s fields, not %(count)s.",
                    most_fields=MOST_FIELDS,
                    count=len(self.names),
                )
            )
        self._known = frozenset(self.names)
        self._columns = [(name.encode(), _named(name.encode())) for name in self.names]

    def hash_of(self, item_id: int, fields: Mapping[str, Value]) -> bytes:
        """The record hash of one item's canonical values by name. Raises Invalid for an item without fields."""
        if not self._known.issuperset(fields):
            self._name((*self.names, *fields))
        return self.record_hash(item_id, [jcs(fields[name]) if name in fields else None for name in self.names])

    def record_hash(self, item_id: int, values: Sequence[bytes | None]) -> bytes:
        """The record hash of one item.

        `values` are JCS bytes (see `jcs`) in the order of `names`, None for a field that it has not.
        Raises Invalid for an item without fields.
        """
        item_inner = self._inner.copy()
        item_inner.update(item_id.to_bytes(32, "big"))
        copy_inner, copy_outer = item_inner.copy, self._outer.copy
        leaves = []
        for (name, prefix), value in zip(self._columns, values, strict=True):
            if value is None:
                continue
            inner, outer = copy_inner(), copy_outer()
            inner.update(name)
            outer.update(inner.digest())
            leaves.append(sha256(b"\0" + outer.digest() + prefix + len(value).to_bytes(4, "big") + value).digest())
        return _root(leaves)


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=str.encode)


def _named(name: bytes) -> bytes:
    return len(name).to_bytes(2, "big") + name


def _leaves(fields: Mapping[str, Value], salts: Mapping[str, bytes]) -> list[bytes]:
    if len(fields) > MOST_FIELDS:
        raise Invalid(_too_many(len(fields)))
    return [field_leaf(salts[name], name, jcs(fields[name])) for name in _ordered(fields)]


def _too_many(count: int) -> str:
    return said(
        "A record has at most %(most_fields)s fields, this one has %(count)s.", most_fields=MOST_FIELDS, count=count
    )


def _parents(level: list[bytes]) -> list[bytes]:
    """The next level up. A last node without neighbour rises unchanged, which makes RFC 6962's tree."""
    pairs = zip(level[::2], level[1::2], strict=False)
    parents = [sha256(b"\1" + left + right).digest() for left, right in pairs]
    if len(level) % 2:
        parents.append(level[-1])
    return parents


def _root(level: list[bytes]) -> bytes:
    if not level:
        raise Invalid(said("A record needs at least one field."))
    while len(level) > 1:
        level = _parents(level)
    return level[0]
