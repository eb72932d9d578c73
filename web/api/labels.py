"""Labels of a batch, as sheets, for label printers, or for a printing house; every code is read back before."""

from __future__ import annotations

from enum import IntEnum
from typing import BinaryIO, Final, Literal

from flask import Response
from pydantic import Field

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Caller, Scope
from ledger.files.labels import label_formats
from ledger.services.make_labels import write_label_csv, write_label_sheets, write_label_test_page, write_label_zpl
from ledger.services.ports import Ledger
from web.api.files import made_file
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import IdPath, In, Out

bp = blueprint("labels", "Labels with the items' codes. A re-print carries the same code.")

_TYPES: Final = {"pdf": "application/pdf", "test-page": "application/pdf", "zpl": "application/zpl", "csv": "text/csv"}
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
Kind = Literal["pdf", "test-page", "zpl", "csv"]


class Dpi(IntEnum):
    """Dots per inch of label printers."""

    LOW = 203
    HIGH = 300


class LabelFormatOut(Out):
    """One kind of sheet or roll."""

    id: str
    name: str
    per_page: int
    dpi: list[int]


class LabelFormatsOut(Out):
    """All kinds."""

    items: list[LabelFormatOut]


class LabelQuery(In):
    """Which labels, and in which form."""

    kind: Kind = Field("pdf", description="PDF sheets, a page to test first, ZPL for a label printer, or CSV.")
    format: str = Field("a4-21", max_length=40, description="A format of /v1/label-formats.")
    dpi: Dpi = Field(Dpi.LOW, description="For ZPL: the printer's dots per inch.")
    first: int = Field(1, ge=1, le=10_000_000, description="The first label, counted from 1.")
    last: int | None = Field(None, ge=1, le=10_000_000, description="The last label, included.")
    skip_places: int = Field(0, ge=0, le=500, description="Places left free on the first sheet, used before.")


@operation(bp, "GET", "/v1/label-formats", answers={200: LabelFormatsOut}, anyone=True)
def list_label_formats() -> Response:
    """The sheets and rolls there are"""
    return answer(
        LabelFormatsOut(
            items=[
                LabelFormatOut(id=one.id, name=one.name, per_page=one.per_page, dpi=list(one.dpi))
                for one in label_formats().values()
            ]
        )
    )


@operation(
    bp,
    "GET",
    "/v1/batches/<id>/labels",
    answers={
        200: {"description": "The labels", "content": dict.fromkeys(_TYPES.values(), _FILE)},
    },
    scope=Scope.LABELS,
    refuses=(404, 409, 413),
)
def get_labels(path: IdPath, query: LabelQuery) -> Response:
    """The labels of a batch

    One PDF holds at most 25,000 labels; take more in parts, by `first` and `last`.
    """
    if query.last is not None and query.last < query.first:
        raise Invalid("“last” comes before “first”.")
    ledger, asking = here(), caller()
    ending = {"test-page": "pdf"}.get(query.kind, query.kind)
    response, _ = made_file(
        lambda target: _write(ledger, asking, path.id, query, target), _TYPES[query.kind], f"labels-{path.id}.{ending}"
    )
    return response


def _write(ledger: Ledger, asking: Caller, id: str, query: LabelQuery, target: BinaryIO) -> None:
    first, last = query.first, query.last
    match query.kind:
        case "pdf":
            skipped = query.skip_places
            write_label_sheets(ledger, asking, id, query.format, target, first=first, last=last, skip_places=skipped)
        case "zpl":
            write_label_zpl(ledger, asking, id, query.format, query.dpi, target, first=first, last=last)
        case "csv":
            write_label_csv(ledger, asking, id, target)
        case "test-page":
            write_label_test_page(ledger, asking, id, query.format, target)
