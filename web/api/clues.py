"""Clues: what people saw and asked a brand about, and the brand's one-tap answer."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from pydantic import Field

from ledger.domain.desk.clues import Answer, Clue, answer_words
from ledger.domain.organisations import Scope
from ledger.services.desk.clues import answer_clue, clues_to, photo_of, read_clue, send_clue
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Code, IdPath, In, Out, PageQuery, Text, maybe_moment, moment, next_cursor, page

bp = blueprint("clues", "Questions that people send to a brand, and what it answers.")


class ClueIn(In):
    """A question to the brand of a code."""

    code: Code
    text: Text = Field(description="What was seen, and what seems wrong with it.")
    where: str = Field("", max_length=500, description="A link to it.")


class ClueOut(Out):
    """A clue as its brand sees it."""

    id: str
    item: str | None = Field(description="The item, where the code is of a registered one.")
    text: str
    where: str
    photo: bool
    from_card: bool
    created_at: datetime
    answer: Answer | None
    answered_at: datetime | None


class CluesOut(Out):
    """Clues, newest first."""

    items: list[ClueOut]
    next: str | None


class AskedOut(Out):
    """A clue as whoever sent it sees it. Keep its id: it is the only way to the answer."""

    id: str
    created_at: datetime
    answer: Answer | None
    words: str
    answered_at: datetime | None


class AnswerIn(In):
    """What the brand says."""

    answer: Answer


class ClueQuery(PageQuery):
    """Which page of the list, and of which."""

    open: bool = Field(False, description="Only those that wait for an answer.")


@operation(bp, "POST", "/v1/clues", answers={201: AskedOut}, anyone=True, once=True)
def send_a_clue(body: ClueIn) -> Response:
    """Ask a brand about something that was seen

    Anybody may ask, also a platform for one of its users. The brand learns the words and the link, nothing else.
    """
    return answer(_asked(send_clue(here(), code=body.code, text=body.text, where=body.where)), 201)


@operation(bp, "GET", "/v1/clues/<id>", answers={200: AskedOut}, anyone=True, refuses=(404,))
def read_a_clue(path: IdPath) -> Response:
    """What became of a clue, for whoever has its id"""
    return answer(_asked(read_clue(here(), path.id)))


@operation(bp, "GET", "/v1/clues", answers={200: CluesOut}, scope=Scope.NOTICE)
def list_clues(query: ClueQuery) -> Response:
    """What your brand was asked, newest first"""
    rows = clues_to(here(), caller(), query.cursor, query.limit + 1, open_only=query.open)
    return page(
        rows,
        query.limit,
        lambda shown: CluesOut(
            items=[_shown(one) for one in shown], next=next_cursor(rows, query.limit, lambda one: one.id)
        ),
        lambda one: one.id,
    )


@operation(bp, "POST", "/v1/clues/<id>/answer", answers={200: ClueOut}, scope=Scope.NOTICE, refuses=(404, 409))
def answer_a_clue(path: IdPath, body: AnswerIn) -> Response:
    """Answer a clue

    It can be answered otherwise later; each answer is kept in the log.
    """
    return answer(_shown(answer_clue(here(), caller(), path.id, body.answer)))


@operation(
    bp,
    "GET",
    "/v1/clues/<id>/photo",
    answers={200: {"description": "The photo", "content": {"image/*": {}}}},
    scope=Scope.NOTICE,
    refuses=(404,),
)
def clue_photo(path: IdPath) -> Response:
    """The photo that came with a clue"""
    kind, content = photo_of(here(), caller(), path.id)
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _asked(one: Clue) -> AskedOut:
    return AskedOut(
        id=one.id,
        created_at=moment(one.created_at),
        answer=one.answer,
        words=str(answer_words(one)),
        answered_at=maybe_moment(one.answered_at),
    )


def _shown(one: Clue) -> ClueOut:
    return ClueOut(
        id=one.id,
        item=None if one.item is None else f"0x{one.item:064x}",
        text=one.text,
        where=one.where,
        photo=one.photo is not None,
        from_card=one.card is not None,
        created_at=moment(one.created_at),
        answer=one.answer,
        answered_at=maybe_moment(one.answered_at),
    )
