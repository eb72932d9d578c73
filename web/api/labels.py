"""Labels of a batch, as sheets, for label printers, or for a printing house; every code is read back before."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, Literal, cast

from flask import Response, send_file
from pydantic import Field

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Scope
from ledger.files.labels import label_formats
from ledger.services.make_labels import write_label_csv, write_label_sheets, write_label_test_page, write_label_zpl
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import IdPath, In, Out

bp = blueprint("labels", "Labels with the items' codes. A re-print carries the same code.")

_MEMORY: Final = 16 * 1024 * 1024
_TYPES: Final = {"pdf": "application/pdf", "test-page": "application/pdf", "zpl": "application/zpl", "csv": "text/csv"}
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
Kind = Literal["pdf", "test-page", "zpl", "csv"]


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
    dpi: Literal[203, 300] = Field(203, description="For ZPL: the printer's dots per inch.")
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
        200: {"description": "The labels", "content": dict.fromkeys(dict.fromkeys(_TYPES.values()), _FILE)},
    },
    scope=Scope.LABELS,
    refuses=(404, 409, 413),
)
def get_labels(path: IdPath, query: LabelQuery) -> Response:
    """The labels of a batch

    One PDF holds at most 25,000 labels; take more in parts, by `first` and `last`.
    """
    ledger, asking, out = here(), caller(), SpooledTemporaryFile(_MEMORY)  # noqa: SIM115 - sent, then closed
    target = cast(BinaryIO, out)
    if query.last is not None and query.last < query.first:
        raise Invalid("“last” comes before “first”.")
    if query.kind == "pdf":
        write_label_sheets(
            ledger,
            asking,
            path.id,
            query.format,
            target,
            first=query.first,
            last=query.last,
            skip_places=query.skip_places,
        )
    elif query.kind == "zpl":
        write_label_zpl(ledger, asking, path.id, query.format, query.dpi, target, first=query.first, last=query.last)
    elif query.kind == "csv":
        write_label_csv(ledger, asking, path.id, target)
    else:
        write_label_test_page(ledger, asking, path.id, query.format, target)
    target.seek(0)
    ending = {"test-page": "pdf"}.get(query.kind, query.kind)
    name = f"labels-{path.id}.{ending}"
    return send_file(target, _TYPES[query.kind], as_attachment=True, download_name=name, etag=False)
