"""Checklists of one's own: what inspectors look at, beside the standard lists."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from ledger.domain.checklists import MOST_POINTS, MOST_SHOTS, Checklist
from ledger.domain.organisations import Scope
from ledger.services.inspect_settings import drop_checklist, keep_checklist, own_checklists
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import In, Line, Out

bp = blueprint(
    "checklists", "Your own checklists, offered to your inspectors; a brand’s to whoever inspects its items."
)

_Name = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
_Words = Annotated[
    dict[Literal["en", "fr", "it", "zh-Hans"], Line],
    Field(max_length=4, description="By language; English is needed and stands in where one is missing."),
]


class ChecklistPath(In):
    """A list by its name."""

    id: _Name


class AnyChecklistPath(In):
    """A list by whatever somebody calls it."""

    id: Annotated[str, Field(min_length=1, max_length=80)]


class PointIn(In):
    """One thing to look at."""

    id: _Name
    words: _Words


class ShotIn(PointIn):
    """One photo that belongs to a complete inspection."""

    outline: Literal["bag", "watch", "shoe", "cloth", "ring", "close"] = "close"


class ChecklistIn(In):
    """The list, whole. Over a known one it becomes the next version."""

    name: _Words
    points: list[PointIn] = Field(min_length=1, max_length=MOST_POINTS)
    photos: list[ShotIn] = Field(default=[], max_length=MOST_SHOTS)


class PointOut(Out):
    """One thing to look at."""

    id: str
    words: dict[str, str]


class ShotOut(PointOut):
    """One photo that belongs to it."""

    outline: str


class ChecklistOut(Out):
    """A list in its newest version."""

    id: str
    version: int
    name: dict[str, str]
    points: list[PointOut]
    photos: list[ShotOut]


class ChecklistsOut(Out):
    """Your lists, by name."""

    items: list[ChecklistOut]


@operation(bp, "GET", "/v1/checklists", answers={200: ChecklistsOut}, scope=Scope.READ)
def list_checklists() -> Response:
    """List your checklists"""
    return answer(ChecklistsOut(items=[_out(one) for one in own_checklists(here(), caller())]))


@operation(bp, "PUT", "/v1/checklists/<id>", answers={200: ChecklistOut}, scope=Scope.SIGN)
def put_checklist(path: ChecklistPath, body: ChecklistIn) -> Response:
    """Keep a checklist

    Sheets that were begun keep the version they were begun with.
    """
    return answer(_out(keep_checklist(here(), caller(), path.id, body.model_dump())))


@operation(bp, "DELETE", "/v1/checklists/<id>", answers={204: None}, scope=Scope.SIGN, refuses=(404,))
def delete_checklist(path: AnyChecklistPath) -> Response:
    """Offer a checklist no more"""
    drop_checklist(here(), caller(), path.id)
    return Response(status=204)


def _out(one: Checklist) -> ChecklistOut:
    return ChecklistOut.model_validate(one.as_json())
