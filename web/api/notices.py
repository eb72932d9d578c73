"""Notices against listings: looked at before they are sent, sent as JSON or as a sheet, and how good one's word is."""

from __future__ import annotations

import json
from typing import BinaryIO, Final, cast

from flask import Response, request
from pydantic import ValidationError

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Scope
from ledger.services.desk.case_files import keep_case_file
from ledger.services.desk.cases_read import see_notice
from ledger.services.desk.notices_check import look_at
from ledger.services.desk.notices_send import Sent, send_notice
from ledger.services.desk.notices_sheet import MOST_BYTES, lines_of_sheet
from ledger.services.desk.standing_of import shown_standing
from web.api.notice_shapes import (
    NewNotice,
    NoticeHead,
    NoticeLookedOut,
    NoticeOut,
    NoticeShownOut,
    NotifyingAgentOut,
    OwnStandingOut,
    SentCaseFileOut,
    asked_of,
    asked_with,
    counts_out,
    line_out,
    looked_out,
    notice_case_out,
    standing_out,
)
from web.api.operation import JSON_BYTES, answer, blueprint, caller, here, invalid, operation
from web.api.shapes import IdPath, moment

bp = blueprint("notices", "Notices against listings, and the standing of whoever sends them.")

_BINARY: Final = {"type": "string", "format": "binary"}
_SHEET: Final = {
    "description": "A CSV or XLSX of up to 300 lines in the field “file”, the rest of the notice as JSON in “notice”.",
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": _BINARY, "notice": {"$ref": "#/components/schemas/NoticeHead"}},
                "required": ["file", "notice"],
            }
        }
    },
}
_FILE: Final = {
    "description": "A form with one PDF, JPEG or PNG in the field “file”.",
    "required": True,
    "content": {
        "multipart/form-data": {"schema": {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}}
    },
}


@operation(
    bp, "POST", "/v1/notices/check", answers={200: NoticeLookedOut}, scope=Scope.NOTICE, largest=2 * JSON_BYTES,
    refuses=(404, 409),
)  # fmt: skip
def check_notice(body: NewNotice) -> Response:
    """Look at a notice without sending it

    Tells which lines are new, which repeat another or have a case already, and what the ledger knows of each code.
    """
    looked = look_at(here(), caller(), asked_of(body))
    return answer(looked_out(looked))


@operation(
    bp, "POST", "/v1/notices", answers={201: NoticeOut}, scope=Scope.NOTICE, once=True, largest=2 * JSON_BYTES,
    refuses=(404, 409),
)  # fmt: skip
def new_notice(body: NewNotice) -> Response:
    """Send a notice

    Each new line becomes a case; what the ledger's facts decide is decided before this answers. A line that is wrong
    stops the whole notice. Lines that repeat another, or that a case answers already, are told and make no case.
    """
    return _sent(send_notice(here(), caller(), asked_of(body)))


@operation(
    bp, "POST", "/v1/notices/sheets", answers={201: NoticeOut}, scope=Scope.NOTICE, once=True, takes=_SHEET,
    refuses=(404, 409, 413), uses=(NoticeHead,),
)  # fmt: skip
def new_notice_sheet() -> Response:
    """Send a notice with its lines in a sheet

    Columns: url, platform, listing, code, gtin, serial, sold_as; each line needs url, or platform and listing.
    """
    request.max_content_length = MOST_BYTES + JSON_BYTES
    sheet = request.files.get("file")
    if sheet is None:
        raise Invalid("The form has no file in the field “file”.")
    try:
        head = NoticeHead.model_validate(json.loads(request.form.get("notice", "")))
    except ValidationError as error:
        invalid(error)
        raise
    except (ValueError, RecursionError):
        raise Invalid("The form's field “notice” holds no JSON. It is the notice without its lines.") from None
    lines, codes = lines_of_sheet(cast(BinaryIO, sheet.stream), sheet.filename or "sheet")
    return _sent(send_notice(here(), caller(), asked_with(head, lines, codes)))


@operation(bp, "GET", "/v1/notices/<id>", answers={200: NoticeShownOut}, scope=Scope.NOTICE, refuses=(404,))
def get_notice(path: IdPath) -> Response:
    """A notice and how its cases stand"""
    notice, cases = see_notice(here(), caller(), path.id)
    return answer(
        NoticeShownOut(
            id=notice.id,
            received_at=moment(notice.created_at),
            lines=notice.lines,
            repeated=notice.repeated,
            cases=[notice_case_out(one) for one in cases],
        )
    )


@operation(bp, "GET", "/v1/standing", answers={200: OwnStandingOut}, scope=Scope.NOTICE)
def get_standing() -> Response:
    """Your standing, with the exact counts, and what your agents did for you"""
    shown = shown_standing(here(), caller())
    agents = [NotifyingAgentOut(agent=one.agent, slug=one.slug, counts=counts_out(one.counts)) for one in shown.agents]
    return answer(OwnStandingOut(**standing_out(shown.standing).model_dump(), agents=agents))


@operation(bp, "POST", "/v1/cases/files", answers={201: SentCaseFileOut}, takes=_FILE, refuses=(403, 413))
def send_case_file() -> Response:
    """Send a photo or a document for a notice, an answer or an appeal

    A PDF, JPEG or PNG, named by its SHA-256 in what you send next. Only the parties of the case see it.
    """
    request.max_content_length = here().limits.evidence_bytes + 64 * 1024
    sent = request.files.get("file")
    if sent is None:
        raise Invalid("The form has no file in the field “file”.")
    kept = keep_case_file(here(), caller(), cast(BinaryIO, sent.stream))
    return answer(SentCaseFileOut(sha256=kept.sha256, media_type=kept.media_type, size=kept.size), 201)


def _sent(sent: Sent) -> Response:
    lines = [
        line_out(place, one, sent.cases[place][0] if place in sent.cases else None)
        for place, one in enumerate(sent.looked.lines)
    ]
    notice = sent.notice
    shown = NoticeOut(
        id=notice.id,
        received_at=moment(notice.created_at),
        lines=notice.lines,
        repeated=notice.repeated,
        cases=len(sent.cases),
        results=lines,
    )
    return answer(shown, 201, location=f"/v1/notices/{notice.id}")
