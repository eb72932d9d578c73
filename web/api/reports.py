"""What owners report: lost, stolen, found."""

from __future__ import annotations

from typing import Literal

from flask import Response

from ledger.domain.statements import OwnerReportKind
from ledger.services.report_status import draft_report
from web.api.operation import answer, blueprint, here, operation
from web.api.shapes import DraftOut, ItemPath, draft_out
from web.api.words import Words, words_of

bp = blueprint("reports", "What owners report of their items: lost, stolen, found.")


class OwnerReport(Words):
    """What happened. The words are kept here; the ledger has their salted hash."""

    report: Literal["lost", "stolen", "found"]


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/reports/draft",
    answers={200: DraftOut},
    anyone=True,
    refuses=(404, 409),
)
def draft_owner_report(path: ItemPath, body: OwnerReport) -> Response:
    """Draft a report for the owner to sign

    Sign the message and submit it to /v1/statements. Of a police reference, the public learns only that there is one.
    """
    report = OwnerReportKind[body.report.upper()]
    return answer(draft_out(draft_report(here(), path.gtin, path.serial, report, words_of(body))))
