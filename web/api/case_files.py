"""Case files: everything of a case in one archive that is checked without us, and test purchases to go with it."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import Field

from ledger.domain.desk.case_file import Purchase
from ledger.domain.organisations import Scope
from ledger.services.desk.case_file_make import make_case_file
from ledger.services.desk.case_file_purchases import add_purchase
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Id, IdPath, In, Line, Moment, Out, Sha256

bp = blueprint("case_files", "Case files for courts and police: sealed, checked offline, with what they lack.")

_Perhaps = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_SECONDS = "In whole seconds."


class PurchaseIn(In):
    """A test purchase from the listing of a case, as far as you know it."""

    bought_at: Moment = Field(description=_SECONDS)
    bought_by: Line = Field(description="Who bought: a role or a firm, as it should stand in the file.")
    order: _Perhaps = Field("", description="The order's number at the platform.")
    received_at: Moment | None = None
    sealed_at: Moment | None = None
    sealed_by: _Perhaps = ""
    seal: _Perhaps = Field("", description="The number on the seal.")
    photos: list[Sha256] = Field([], max_length=20, description="SHA-256 of photos; send them to /v1/cases/files too.")


class PurchaseOut(Out):
    """A test purchase that was kept."""

    id: Id


@operation(
    bp,
    "GET",
    "/v1/cases/<id>/file",
    answers={200: {"description": "The archive", "content": {"application/zip": {"schema": {"type": "string"}}}}},
    refuses=(403, 404, 409),
)
def get_whole_case_file(path: IdPath) -> Response:
    """The case file

    A ZIP archive: the case with its entries in the desk's log, evidence by SHA-256, the item's events and passport, the
    links between them, what the chain of custody lacks, and all of it as PDF. Each side gets what it may see. Check it
    with `touchmark case-file verify`, without us.
    """
    response = Response(make_case_file(here(), caller(), path.id), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="case-{path.id}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@operation(
    bp,
    "POST",
    "/v1/cases/<id>/test-purchases",
    answers={201: PurchaseOut},
    scope=Scope.NOTICE,
    once=True,
    refuses=(404, 409),
)
def add_test_purchase(path: IdPath, body: PurchaseIn) -> Response:
    """Tell of a test purchase

    For whoever sent the notice, or in whose name it was. It stands in their case file, and its SHA-256 in the desk's
    log; the platform does not see it.
    """
    told = Purchase(
        bought_at=int(body.bought_at.timestamp()),
        bought_by=body.bought_by,
        order=body.order,
        received_at=None if body.received_at is None else int(body.received_at.timestamp()),
        sealed_at=None if body.sealed_at is None else int(body.sealed_at.timestamp()),
        sealed_by=body.sealed_by,
        seal=body.seal,
        photos=tuple(body.photos),
    )
    return answer(PurchaseOut(id=add_purchase(here(), caller(), path.id, told)), 201)
