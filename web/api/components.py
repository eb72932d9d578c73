"""The parts of an item that have serials of their own: compared without being told, replaced, and their history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import Field

from ledger.domain.components import LONGEST_NAME, Seen
from ledger.domain.components_history import Answer, Fit
from ledger.domain.organisations import Scope
from ledger.services.components_check import AN_ITEM, MOST_AT_ONCE, check_parts, questions_of
from ledger.services.components_history import part_history
from ledger.services.components_replace import replacement
from ledger.services.record_inspection import draft_record, record
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.records import SIGNED, EvidenceNames, ReportWords
from web.api.shapes import DraftOnly, In, ItemPath, Line, Moment, Out, PageQuery, draft_out, maybe_moment, moment, taken
from web.part_words import told_part

bp = blueprint("components", "Parts with serials of their own. Their serials are private: no answer holds one.")

PartName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_NAME + 10,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="case, movement, dial, bracelet, clasp, strap, lock, chip, stone, or a name of the brand’s own.",
        examples=["movement"],
    ),
]


class SeenIn(In):
    """What is read on one part."""

    part: PartName
    serial: Line = Field(description="As it stands on the part. Spaces, dashes and capitals do not matter.")


class CheckIn(In):
    """What is read on the parts of an item."""

    seen: list[SeenIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class FoundOut(Out):
    """The answer on one part: always of this form, whatever was found."""

    part: str
    found: str = Field(
        description="match, replaced (the part that was taken out), foreign, stolen, lost, retired or not_recorded. "
        "“not_recorded” says neither yes nor no."
    )
    how: str | None = Field(description="registered, described (by the brand, later) or service; null where none did.")
    on: datetime | None = Field(description="The day of the service or of the change that is spoken of.")
    by: str | None = Field(description="Who recorded it.")
    headline: str
    words: str
    advice: str


class CheckedOut(Out):
    """The answers, in the order of the questions."""

    gtin: str
    serial: str
    parts: list[FoundOut]
    left: int = Field(description=f"How many questions of {AN_ITEM} are left for this item now.")


class FitOut(Out):
    """One part, and the time in which it was in the item."""

    part: str
    since: datetime
    source: str = Field(description="registered, described or service.")
    by: str
    serial_kept: bool = Field(description="Whether a serial can be compared with it.")
    until: datetime | None
    ended: str | None = Field(description="described or service: what ended it.")
    ended_by: str | None


class PartsOut(Out):
    """The history of an item's parts, by part and in order of time."""

    gtin: str
    serial: str
    parts: list[FitOut]


class QuestionOut(Out):
    """That somebody asked; never what they typed."""

    id: str
    at: datetime
    by: str
    part: str
    found: str


class QuestionsOut(Out):
    """Who asked about the parts of an item, newest first."""

    questions: list[QuestionOut]
    next: str | None


class ReplacedIn(In):
    """A service that put in a part."""

    part: PartName
    new_serial: Line | None = Field(None, description="Of the new part; kept sealed. Leave it out where it has none.")
    report: ReportWords = Field(default={}, examples=[{"basis": "The old one was worn out."}])
    evidence: EvidenceNames = Field(default=[])
    date: Moment | None = Field(None, description="When it was done, with its offset; now, if left out.")
    draft: DraftOnly = False


@operation(
    bp,
    "GET",
    "/v1/items/<gtin>/<path:serial>/components",
    answers={200: PartsOut},
    scope=Scope.SIGN,
    refuses=(404,),
)
def get_components(path: ItemPath) -> Response:
    """Which part was in an item in which time

    For the item’s brand and those accredited for it. It names parts, days and services, and no serial.
    """
    found = part_history(here(), caller(), path.gtin, path.serial)
    return answer(PartsOut(gtin=found.gtin, serial=found.serial, parts=[_fit(one) for one in found.fits]))


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/components/check",
    answers={200: CheckedOut},
    scope=Scope.SIGN,
    refuses=(404,),
    largest=16 * 1024,
)
def check_components(path: ItemPath, body: CheckIn) -> Response:
    """Compare the serials read on an item’s parts with what is recorded

    For the item’s brand and those accredited for it. Every question is counted and kept; after some tens about one
    item in a day the answer is 429.
    """
    seen = [Seen(one.part, one.serial) for one in body.seen]
    found = check_parts(here(), caller(), path.gtin, path.serial, seen)
    shown = [_found(one) for one in found.answers]
    response = answer(CheckedOut(gtin=found.gtin, serial=found.serial, parts=shown, left=found.left))
    response.headers["Cache-Control"] = "no-store"
    return response


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/components/replace",
    answers=SIGNED,
    scope=Scope.SIGN,
    once=True,
    refuses=(404, 409),
    largest=256 * 1024,
)
def replace_component(path: ItemPath, body: ReplacedIn) -> Response:
    """Record a service that put in a part

    The part’s name is public, its serial is kept sealed and is compared first, which counts as a question.
    """
    ledger, asking = here(), caller()
    new = Seen(body.part, body.new_serial or "")
    finding = replacement(ledger, asking, path.gtin, path.serial, new, body.report, body.evidence)
    if body.date is not None:
        finding = replace(finding, date=int(body.date.timestamp()))
    if body.draft:
        return answer(draft_out(draft_record(ledger, asking, finding)))
    return taken(ledger, record(ledger, asking, finding))


@operation(
    bp,
    "GET",
    "/v1/items/<gtin>/<path:serial>/components/questions",
    answers={200: QuestionsOut},
    scope=Scope.READ,
    refuses=(404,),
)
def get_component_questions(path: ItemPath, query: PageQuery) -> Response:
    """Who asked about the parts of one of your items, and what they were told"""
    found = questions_of(here(), caller(), path.gtin, path.serial, query.cursor, query.limit + 1)
    shown = [
        QuestionOut(id=one.id, at=moment(one.at), by=name, part=one.part, found=one.found)
        for one, name in found[: query.limit]
    ]
    return answer(QuestionsOut(questions=shown, next=shown[-1].id if len(found) > query.limit else None))


def _found(one: Answer) -> FoundOut:
    told = told_part(one)
    return FoundOut(
        part=one.part,
        found=one.found.value,
        how=None if one.how is None else one.how.value,
        on=maybe_moment(one.on),
        by=one.by or None,
        headline=told.headline,
        words=told.means,
        advice=told.advice,
    )


def _fit(one: Fit) -> FitOut:
    return FitOut(
        part=one.part,
        since=moment(one.since),
        source=one.source.value,
        by=one.by,
        serial_kept=one.mark is not None,
        until=maybe_moment(one.until),
        ended=None if one.ended is None else one.ended.value,
        ended_by=one.ended_by or None,
    )
