"""The passport file as a shape: its JSON Schema is published from here, and nothing else is read as a passport.

Numbers that fit 48 bits are JSON numbers, greater ones decimal text, as their Solidity type says; bytes and
addresses are lower-case `0x` text. Every member is bound by a hash, a signature or a comparison, so that no
byte of a file can change unnoticed.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
    field_validator,
)

from ledger.domain.records import MOST_FIELDS
from ledger.domain.statements import KIND_BY_NAME, Kind, fields

FORMAT: Final = "touchmark-passport/1"
MOST_STATEMENTS: Final = 20_000
MOST_NODES: Final = 20_000
MOST_HEADER: Final = 16 * 1024
MOST_NODE: Final = 2 * 1024
SAFEST: Final = 2**53 - 1

Hash = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{64}$")]
Address = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{40}$")]
_DATA: Final = r"^0x([0-9a-f]{2})+$"
# Reading RLP takes time with the square of its length. Headers of chains with many validators have some kilobytes,
# nodes 533 bytes at most but for a little more in a long leaf.
RawHeader = Annotated[str, StringConstraints(pattern=_DATA, max_length=2 + 2 * MOST_HEADER)]
RawNode = Annotated[str, StringConstraints(pattern=_DATA, max_length=2 + 2 * MOST_NODE)]
Signature = Annotated[str, StringConstraints(pattern=r"^0x([0-9a-f]{2}){65,4096}$")]
Seconds = Annotated[int, Field(ge=0, lt=2**40)]
BrandNumber = Annotated[int, Field(ge=1, lt=2**24)]
Scalar = StrictStr | StrictBool | Annotated[StrictInt, Field(ge=-SAFEST, le=SAFEST)] | None

ITEM_KINDS: Final = (
    Kind.CLAIM,
    Kind.ACCEPT,
    Kind.CANCEL,
    Kind.RECORD,
    Kind.OWNER_REPORT,
    Kind.MARK,
    Kind.RETIRE,
    Kind.REPLACE_CLAIM,
    Kind.COMPLETE_RECOVERY,
    Kind.AMEND_ITEM,
    Kind.CONTEST,
)
"""The kinds of statement that are part of an item's head."""


_LEFT_OUT: Final = ("offer", "signer", "record")
"""Members of a statement that are left out where they are not there, never null: one way to write each thing."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class LedgerName(_Shape):
    """The contract that the file says it is of: compared with the reader's own list, never believed."""

    chainId: Annotated[int, Field(ge=1, le=SAFEST)]  # noqa: N815  the file's own word
    contract: Address


class ItemName(_Shape):
    """Whose item it is and what it is called: GS1 AI 01 and 21."""

    brand: BrandNumber
    gtin: Annotated[str, StringConstraints(pattern=r"^[0-9]{14}$")]
    id: Hash
    serial: Annotated[str, StringConstraints(pattern=r"^[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$")]


class ShownField(_Shape):
    """A field of the record that is shown: with its salt it hashes to its leaf."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    value: Scalar | list[StrictStr] | dict[StrictStr, Scalar]
    salt: Hash


class WithheldField(_Shape):
    """A field that is kept private: its leaf alone, which tells neither name nor value."""

    withheld: Hash


class Record(_Shape):
    """What the brand says of the item: the record hash, and its fields in the record's order, shown or withheld."""

    hash: Hash
    fields: Annotated[list[ShownField | WithheldField], Field(min_length=1, max_length=MOST_FIELDS)]


class Registration(_Shape):
    """The batch the item was opened from (or, untouched, is listed in), as it was registered."""

    running: Annotated[int, Field(ge=1, lt=2**32)]
    root: Hash
    count: Annotated[int, Field(ge=1, lt=2**32)]
    manifestHash: Hash  # noqa: N815  the file's own word
    signer: Address
    time: Seconds
    signature: Signature | None


class Listing(_Shape):
    """What makes the item's leaf, and its way to the batch's root."""

    claimAddress: Address  # noqa: N815  the file's own word
    proof: Annotated[list[Hash], Field(max_length=32)]


class Said(_Shape):
    """One accepted statement: its fields, the block's time, who signed, and the signatures in the contract's order.

    A signature is null where it is in no transaction that the file's maker could read, and always for a
    contract wallet's, which nobody can check from a file.
    """

    kind: Literal[
        "Claim",
        "Accept",
        "Cancel",
        "Record",
        "OwnerReport",
        "Mark",
        "Retire",
        "ReplaceClaim",
        "CompleteRecovery",
        "AmendItem",
        "Contest",
    ]
    values: dict[str, StrictStr | StrictInt]
    offer: dict[str, StrictStr | StrictInt] | None = None
    time: Seconds
    signer: Address | None = None
    signatures: Annotated[list[Signature | None], Field(max_length=3)]
    record: Record | None = None

    @field_validator(*_LEFT_OUT, mode="before")
    @classmethod
    def _left_out(cls, given: object) -> object:
        # There is one way to say that there is none: another would be a byte that nothing binds.
        if given is None:
            raise ValueError("it is left out where there is none, not null")
        return given


class Block(_Shape):
    """A block's header in RLP, its hash and its height."""

    number: Annotated[int, Field(ge=0, lt=2**48)]
    hash: Hash
    header: RawHeader


class State(_Shape):
    """The nodes of the state's trees that show the contract's slots as of a block, each once, in rising order."""

    block: Block
    nodes: Annotated[list[RawNode], Field(min_length=1, max_length=MOST_NODES)]


class Passport(_Shape):
    """The proof file of one item."""

    format: Literal["touchmark-passport/1"]
    ledger: LedgerName
    item: ItemName
    record: Record
    batch: Registration
    listing: Listing
    statements: Annotated[list[Said], Field(max_length=MOST_STATEMENTS)]
    head: Hash | None
    state: State | None


def value_of(solidity: str, value: str | int) -> int | bytes | str:
    """A statement's field out of its one form in the file. Raises ValueError for any other form."""
    if solidity in ("address", "bytes32"):
        digits = 40 if solidity == "address" else 64
        if isinstance(value, str) and value[:2] == "0x" and len(value) == 2 + digits and _lower_hex(value[2:]):
            return value if solidity == "address" else bytes.fromhex(value[2:])
        raise ValueError(f"0x and {digits} lower-case hexadecimal digits")
    bits = int(solidity[4:])
    as_text = bits > 48
    if as_text and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 78:
        number = int(value)
        if str(number) == value and number < 1 << bits:
            return number
    elif not as_text and type(value) is int and 0 <= value < 1 << bits:
        return value
    raise ValueError(f"a whole number below 2^{bits}, as " + ("decimal text" if as_text else "a JSON number"))


def form_of(solidity: str, value: int | bytes | str) -> str | int:
    """The one form of a statement's field in the file; what `value_of` reads."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, int) and int(solidity[4:]) > 48:
        return str(value)
    return value


def values_of(kind: Kind, given: dict[str, str | int]) -> dict[str, int | bytes | str]:
    """A statement's fields. Raises ValueError naming the first that is missing, foreign or out of form."""
    expected = dict(fields(kind))
    if given.keys() != expected.keys():
        names = ", ".join(sorted(given.keys() ^ expected.keys()))
        raise ValueError(f"the fields {names} are missing or foreign")
    out: dict[str, int | bytes | str] = {}
    for name, solidity in expected.items():
        try:
            out[name] = value_of(solidity, given[name])
        except ValueError as wrong:
            raise ValueError(f"{name} must be {wrong}") from None
    return out


def kind_of(said: Said) -> Kind:
    """The kind of a statement in the file."""
    return KIND_BY_NAME[said.kind]


def json_schema() -> dict[str, Any]:
    """The published JSON Schema (2020-12) of the passport file."""
    schema = Passport.model_json_schema(mode="validation")
    for name in _LEFT_OUT:
        members = schema["$defs"]["Said"]["properties"]
        members[name] = next(one for one in members[name]["anyOf"] if one.get("type") != "null")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:touchmark:passport:1",
        **schema,
    }


def _lower_hex(text: str) -> bool:
    return set(text) <= set("0123456789abcdef")
