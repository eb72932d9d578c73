"""Designs: files dated by their hashes, and the certificate of that date."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from ledger.domain.desk.designs import MOST_FILES
from ledger.domain.organisations import Scope
from ledger.services.desk.designs import (
    Dated,
    certificate_file,
    certificate_pdf,
    date_design,
    design_certificate,
    designs_of,
)
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import IdPath, In, Line, Out, Sha256, maybe_moment, moment

bp = blueprint("designs", "Files dated by their hashes: a claim of date, not of authorship.")


class DatedFile(In):
    """A file, which stays with you."""

    name: Line
    sha256: Sha256


class NewDesign(In):
    """Files to be dated together."""

    name: Annotated[Line, Field(max_length=120)]
    files: list[DatedFile] = Field(min_length=1, max_length=MOST_FILES)


class DesignOut(Out):
    """What was dated."""

    id: str
    name: str
    files: int
    statement: str
    state: str = Field(description="queued, sent, accepted, final (then there is a certificate) or refused.")
    block: int | None
    dated_at: datetime | None = Field(description="The block's time.")
    created_at: datetime


class DesignsOut(Out):
    """All of them, newest first."""

    items: list[DesignOut]


class CertificateQuery(In):
    """In which form."""

    format: Literal["json", "pdf"] = "json"


@operation(bp, "GET", "/v1/designs", answers={200: DesignsOut}, scope=Scope.NOTICE)
def list_designs() -> Response:
    """List what you have dated"""
    return answer(DesignsOut(items=[_out(one) for one in designs_of(here(), caller())]))


@operation(bp, "POST", "/v1/designs", answers={202: DesignOut}, scope=Scope.NOTICE, once=True, refuses=(409,))
def date_files(body: NewDesign) -> Response:
    """Date files by their hashes

    Signed with the kept key, so the key needs the scope “sign”, too.
    """
    new = date_design(here(), caller(), body.name, [(one.name, one.sha256) for one in body.files])
    return answer(_out(new), 202)


@operation(
    bp,
    "GET",
    "/v1/designs/<id>/certificate",
    answers={
        200: {
            "description": "The certificate: canonical JSON (RFC 8785), or a page to print.",
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
    scope=Scope.NOTICE,
    refuses=(404, 409),
)
def get_design_certificate(path: IdPath, query: CertificateQuery) -> Response:
    """The certificate of a date

    `touchmark design verify` checks it with the files and without this site.
    """
    document = design_certificate(here(), caller(), path.id)
    pdf = query.format == "pdf"
    content = certificate_pdf(document) if pdf else certificate_file(document)
    response = Response(content, mimetype="application/pdf" if pdf else "application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{path.id}.{"pdf" if pdf else "json"}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _out(dated: Dated) -> DesignOut:
    at = dated.progress
    return DesignOut(
        id=dated.id,
        name=dated.name,
        files=len(dated.files),
        statement=dated.statement,
        state=at.state.value,
        block=at.block,
        dated_at=maybe_moment(at.time),
        created_at=moment(dated.created_at),
    )
