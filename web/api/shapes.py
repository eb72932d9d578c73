"""The forms that several resources of the API share: names, bounds, pages, drafts and statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Final, TypeVar
from urllib.parse import urlencode

from flask import Response, request
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    field_validator,
)

from ledger.domain.desk.territories import territories
from ledger.domain.outbox import Progress, Queued
from ledger.domain.statements import to_json, type_name
from ledger.services.draft_statement import Draft, NeededSignature
from ledger.services.ports import Ledger
from ledger.services.progress_of import progress_of
from web.api.operation import answer
from web.slashes import SLASH

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
_PLAIN: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
ID: Final = r"^[a-z]{2,4}_[0-9A-HJKMNP-TV-Z]{26}$"


class In(BaseModel):
    """What is sent: exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    _described: ClassVar[dict[str, Any] | None] = None

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """As Pydantic gives it; the plain form, for which every request asks, is worked out once for each class."""
        if args or options:
            return super().model_json_schema(*args, **options)
        if "_described" not in cls.__dict__:
            cls._described = super().model_json_schema()
        assert cls._described is not None
        return cls._described


def _written_out(value: object) -> object:
    """Days and times are dates as RFC 3339 writes them; Pydantic would also take a number for seconds since 1970."""
    if not isinstance(value, str) or _DATE.match(value) is None:
        raise ValueError("must be a date as in 2026-11-22, or with its time and zone as in 2026-11-22T10:00:00Z")
    return value


Flag = Annotated[bool, Strict()]
"""True or false; 0, 1 and words are neither."""
Day = Annotated[date, BeforeValidator(_written_out)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]


class Out(BaseModel):
    """What is answered: exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Gtin = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40,
        pattern=_PLAIN,
        description="GTIN-8, -12, -13 or -14.",
        json_schema_extra={"example": "09521234543213"},
    ),
]
Serial = Annotated[
    str,
    Field(
        min_length=1,
        max_length=60,
        pattern=_PLAIN,
        description="Serial (GS1 AI 21).",
        json_schema_extra={"example": "7K3M9QX2TP4W"},
    ),
]
Address = Annotated[
    str,
    Field(
        pattern=r"^0x[0-9a-fA-F]{40}$",
        description="A signer's address: of a key, a contract wallet, or a passkey.",
        examples=["0x5fbdb2315678afecb367f032d93f642f64180aa3"],
    ),
]
Bytes32 = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{64}$", description="32 bytes, hexadecimal.")]
Hex = Annotated[
    str,
    Field(
        pattern=r"^0x(?:[0-9a-fA-F]{2})+$",
        max_length=2 + 2 * 8192,
        description="A signature as the contract takes it: 65 bytes of ECDSA, a contract wallet's, or a passkey's.",
    ),
]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, hexadecimal.")]
Id = Annotated[str, Field(pattern=ID, max_length=40)]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=_PLAIN)]
Ref = Annotated[
    str, Field(min_length=1, max_length=120, pattern=_PLAIN, description="Your own name for it, given back.")
]
Title = Annotated[str, Field(min_length=1, max_length=500, pattern=_PLAIN)]
Url = Annotated[
    str, Field(max_length=2_000, pattern=r"^https?://[^\x00-\x20\x7f]+$", examples=["https://bazar.example/i/1"])
]
Text = Annotated[str, Field(min_length=1, max_length=2_000, pattern=_PLAIN)]
Code = Annotated[
    str, Field(min_length=1, max_length=2_000, pattern=_PLAIN, description="What was scanned, or typed from the item.")
]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,78}$", description="A whole number, as decimal text.")]
Territory = Annotated[
    str,
    Field(
        pattern=r"^[A-Z]{2}$",
        description="ISO 3166-1 alpha-2, EU, or WO for anywhere.",
        examples=["FR"],
        json_schema_extra={"enum": [*territories()]},
    ),
]
"""What names no territory is refused by the use cases: rights and orders would count for nothing there."""
DraftOnly = Annotated[
    Flag,
    Field(description="Only draft: keep what has to be kept, and hand back the message to sign with your own key."),
]
Plain = int | Annotated[str, Field(max_length=80)]
Values = Annotated[
    dict[Annotated[str, Field(max_length=40)], Plain],
    Field(max_length=16, description="The statement's fields: whole numbers, decimal text, 0x text."),
]


class PageQuery(In):
    """Which page of a list."""

    cursor: str | None = Field(None, max_length=60, pattern=ID, description="From the answer before, as it is.")
    limit: int = Field(50, ge=1, le=200)


class PlaceQuery(In):
    """Which page of a list that has an order of its own."""

    cursor: int | None = Field(None, ge=0, le=2**31 - 1, description="From the answer before, as it is.")
    limit: int = Field(100, ge=1, le=1_000)


class ItemPath(In):
    """An item, by both halves of its identity."""

    gtin: Gtin
    serial: Serial

    @field_validator("serial", mode="before")
    @classmethod
    def _with_its_slashes(cls, value: object) -> object:
        return value.replace(SLASH, "/") if isinstance(value, str) else value


class IdPath(In):
    """A thing of yours, by its name."""

    id: Id


class SignatureNeeded(Out):
    """One signature that a statement needs."""

    who: str = Field(description="party, owner, offering_owner, new_owner, claim_key or link_key.")
    address: str | None = Field(description="Who has to sign; null where any key of the organisation will do.")
    digest: str = Field(description="The 32 bytes that a key signs.")
    typed_data: dict[str, Any] = Field(description="The message for eth_signTypedData_v4 (EIP-712).")


class DraftOut(Out):
    """A statement ready to be signed. It promises nothing: numbers are taken when it is submitted."""

    kind: str
    values: dict[str, int | str]
    offer: dict[str, int | str] | None
    hash: str
    signatures: list[SignatureNeeded] = Field(description="In the order in which they are submitted.")


class StatementOut(Out):
    """A statement and how far it has come."""

    id: str
    kind: str
    hash: str
    state: str = Field(
        description="queued, sent, accepted (in a block), final (can no longer be lost) or refused (for good)."
    )
    reason: str | None = Field(description="Why it was refused, or why it waits.")
    block: int | None
    time: datetime | None
    transaction: str | None
    values: dict[str, int | str]
    offer: dict[str, int | str] | None
    signer: str | None
    operator_signed: bool
    created_at: datetime


def moment(seconds: int) -> datetime:
    """A time of ours, as UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe_moment(seconds: int | None) -> datetime | None:
    """The same where there may be none."""
    return None if seconds is None else moment(seconds)


def draft_out(draft: Draft) -> DraftOut:
    """A draft as the API shows it."""
    statement = draft.statement
    return DraftOut(
        kind=type_name(statement.kind),
        values=to_json(statement.values),
        offer=None if statement.offer is None else to_json(statement.offer),
        hash="0x" + draft.hash.hex(),
        signatures=[signature_needed(one) for one in draft.needed],
    )


def signature_needed(one: NeededSignature) -> SignatureNeeded:
    """A needed signature as the API shows it."""
    return SignatureNeeded(who=one.who.value, address=one.address, digest="0x" + one.digest.hex(), typed_data=one.typed)


def statement_out(queued: Queued, at: Progress) -> StatementOut:
    """A statement as the API shows it."""
    statement = queued.statement
    return StatementOut(
        id=queued.id,
        kind=type_name(statement.kind),
        hash="0x" + queued.hash.hex(),
        state=at.state.value,
        reason=at.reason,
        block=at.block,
        time=maybe_moment(at.time),
        transaction=None if at.transaction is None else "0x" + at.transaction.hex(),
        values=to_json(statement.values),
        offer=None if statement.offer is None else to_json(statement.offer),
        signer=queued.signer,
        operator_signed=queued.operator_signed,
        created_at=moment(queued.created_at),
    )


def statements_out(ledger: Ledger, found: Sequence[Queued]) -> list[StatementOut]:
    """Statements with their progress, in order."""
    with ledger.store.read() as tx:
        where = progress_of(ledger, tx, found)
    return [statement_out(one, where[one.id]) for one in found]


def taken(ledger: Ledger, queued: Queued) -> Response:
    """202: the statement is kept and will be brought to the chain; its address tells how far it is."""
    return answer(statements_out(ledger, [queued])[0], 202, location=f"/v1/statements/{queued.id}")


Row = TypeVar("Row")


def page(
    rows: Sequence[Row], limit: int, show: Callable[[Sequence[Row]], BaseModel], cursor: Callable[[Row], str]
) -> Response:
    """One page of `rows`, which has one more than `limit` where there is another page (RFC 8288, rel=next)."""
    shown = rows[:limit]
    response = answer(show(shown))
    if len(rows) > limit:
        query = {**request.args.to_dict(), "cursor": cursor(shown[-1]), "limit": str(limit)}
        response.headers["Link"] = f'<{request.path}?{urlencode(query)}>; rel="next"'
    return response


def next_cursor(rows: Sequence[Row], limit: int, cursor: Callable[[Row], str]) -> str | None:
    """The cursor of the next page, where there is one."""
    return cursor(rows[limit - 1]) if len(rows) > limit else None
