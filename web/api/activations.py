"""Items put on sale: from then on they can be claimed, and the page says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO, Final, cast

from flask import Response, request
from pydantic import Field
from werkzeug.exceptions import UnsupportedMediaType

from ledger.domain.errors import Fault, Invalid, TooLarge
from ledger.domain.organisations import Scope
from ledger.files.pairs import Named, named_by_code, read_pairs
from ledger.services.activate_items import activate
from web.api.operation import JSON_BYTES, answer, blueprint, caller, here, operation
from web.api.shapes import Code, Gtin, In, Out, Serial

bp = blueprint("activations", "Items put on sale, by a scan at the till, a list, or a file.")

_MOST_BYTES: Final = 16 * JSON_BYTES
_SHEET: Final = {
    "description": "CSV with the columns `gtin` and `serial`, or one column `code` with what was scanned.",
    "required": True,
    "content": {"text/csv": {"schema": {"type": "string"}}},
}


class ActivatedItem(In):
    """One item, by its GTIN and serial, or by the code that was scanned."""

    gtin: Gtin | None = None
    serial: Serial | None = None
    code: Code | None = Field(None, description="The link in the item's code.")


class Activations(In):
    """The items."""

    items: list[ActivatedItem] = Field(min_length=1, max_length=10_000)


class ActivatedOut(Out):
    """What came of it: all of them are on sale."""

    activated: int
    already: int = Field(description="Were on sale before.")


@operation(
    bp,
    "POST",
    "/v1/activations",
    answers={200: ActivatedOut},
    scope=Scope.ACTIVATE,
    once=True,
    largest=4 * JSON_BYTES,
    refuses=(413,),
)
def put_on_sale(body: Activations) -> Response:
    """Put items on sale

    All of them or, where one is wrong, none. Putting an item on sale twice changes nothing.
    """
    return _activate([_named(place, one) for place, one in enumerate(body.items)])


@operation(
    bp,
    "POST",
    "/v1/activations/csv",
    answers={200: ActivatedOut},
    scope=Scope.ACTIVATE,
    takes=_SHEET,
    refuses=(413, 415),
)
def put_on_sale_by_csv() -> Response:
    """Put the items of a CSV file on sale, at most 100,000"""
    if request.mimetype != "text/csv":
        raise UnsupportedMediaType("Send CSV, with the header “Content-Type: text/csv”.")
    request.max_content_length = _MOST_BYTES
    content = cast(BinaryIO, request.stream).read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise TooLarge(f"The list has more than {_MOST_BYTES // JSON_BYTES} MB. Send it in parts.")
    return _activate(read_pairs(content))


def _activate(items: Iterable[Named]) -> Response:
    done = activate(here(), caller(), items)
    return answer(ActivatedOut(activated=done.activated, already=done.already))


def _named(place: int, one: ActivatedItem) -> Named:
    where = f"items[{place}]"
    if one.gtin and one.serial:
        return Named(where, one.gtin, one.serial)
    if one.code:
        return named_by_code(where, one.code)
    fault = Fault(where, "names no item.", "Give “gtin” and “serial”, or “code”.")
    raise Invalid(f"Nothing was put on sale: {fault}", faults=[fault])
