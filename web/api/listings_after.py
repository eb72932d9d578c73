"""What follows a screening: the challenge with three words, and decisions told again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from ledger.domain.desk.listings import ListingDecision
from ledger.domain.organisations import Role, Scope
from ledger.screening.packs import read_pack
from ledger.services.desk.challenge import answer_challenge, challenge_listing, challenge_of, decide_challenge
from ledger.services.desk.listings_port import Challenge
from ledger.services.desk.screen_replay import replay
from web.api.listings import RefPath, bp
from web.api.operation import answer, caller, here, operation
from web.api.shapes import Flag, In, Out, Sha256, moment


class ChallengeOut(Out):
    """Three words and a date, to be shown beside the item in a new photo."""

    id: str
    words: str = Field(examples=["amber violin north"])
    date: str = Field(description="To be written beside them.", examples=["2026-11-22"])
    state: Literal["waiting", "answered", "accepted", "refused"]
    valid_until: datetime
    photo: str | None = Field(description="The photo that was handed in.")


class ChallengeAnswer(In):
    """The photo."""

    photo: Sha256


class ChallengeDecision(In):
    """What a reviewer saw, by eye."""

    accepted: Flag = Field(description="The photo shows the item beside the three words and the date.")


class DetectorIn(In):
    """How a detector counts."""

    on: Flag
    weight: int = Field(ge=0, le=1_000)
    most: ListingDecision = Field(description="The gravest decision that it may take part in.")
    start: int | None = Field(
        None, alias="from", ge=0, le=1_000_000, description="Where it has a threshold: days, listings, percent."
    )


class ThresholdsIn(In):
    """From which sum of weights on each decision is taken."""

    ask_for_code: int = Field(ge=1, le=100_000)
    hold: int = Field(ge=1, le=100_000)
    block: int = Field(ge=1, le=100_000)


class PackIn(In):
    """A rule pack."""

    version: int = Field(ge=1, le=1_000_000)
    made: str = Field(max_length=40)
    about: str = Field(max_length=2_000)
    thresholds: ThresholdsIn
    detectors: dict[Annotated[str, Field(max_length=40)], DetectorIn] = Field(max_length=60)


class ReplayIn(In):
    """Which rules to compare with."""

    pack: PackIn | None = Field(None, description="Left out, decisions are only made again.")
    most: int = Field(10_000, ge=1, le=100_000)


class ChangeOut(Out):
    """A decision that the other pack would have made otherwise."""

    decision_id: str
    listing: str
    before: ListingDecision
    after: ListingDecision
    gained: list[str] = Field(description="Reasons that would be new.")
    lost: list[str] = Field(description="Reasons that would be gone.")


class ReplayOut(Out):
    """What a replay found."""

    decisions: int
    same: int = Field(description="Made again bit for bit by the rules that made them.")
    differ: list[str] = Field(description="Decisions that are not: there should be none.")
    milder: int
    graver: int
    cannot_tell: int = Field(description="Decisions whose facts lack what the other pack looks at.")
    changes: list[ChangeOut] = Field(description="The first hundred.")


@operation(
    bp, "POST", "/v1/listings/<ref>/challenge", answers={201: ChallengeOut}, scope=Scope.SCREEN, refuses=(404, 409)
)
def challenge_one_listing(path: RefPath) -> Response:
    """Ask a seller for a photo with three words

    Good for 48 hours. Asked again while one waits, the words are the same.
    """
    return answer(_challenge(challenge_listing(here(), caller(), path.ref)), 201)


@operation(bp, "GET", "/v1/listings/<ref>/challenge", answers={200: ChallengeOut}, scope=Scope.SCREEN, refuses=(404,))
def get_challenge(path: RefPath) -> Response:
    """The newest challenge of a listing"""
    return answer(_challenge(challenge_of(here(), caller(), path.ref)))


@operation(
    bp,
    "POST",
    "/v1/listings/<ref>/challenge/photo",
    answers={200: ChallengeOut},
    scope=Scope.SCREEN,
    refuses=(404, 409),
)
def answer_one_challenge(path: RefPath, body: ChallengeAnswer) -> Response:
    """Hand in the photo

    It has to be sent after the words were given, and to stand in no listing. Whether it shows them is seen by eye.
    """
    return answer(_challenge(answer_challenge(here(), caller(), path.ref, body.photo)))


@operation(
    bp,
    "POST",
    "/v1/listings/<ref>/challenge/decision",
    answers={200: ChallengeOut},
    scope=Scope.DECIDE,
    refuses=(404, 409),
)
def decide_one_challenge(path: RefPath, body: ChallengeDecision) -> Response:
    """Say whether the photo shows the item beside the words"""
    return answer(_challenge(decide_challenge(here(), caller(), path.ref, accepted=body.accepted)))


@operation(bp, "POST", "/v1/listings/replay", answers={200: ReplayOut}, scope=Scope.SCREEN)
def replay_decisions(body: ReplayIn) -> Response:
    """Make your decisions again, and see what other rules would have decided

    Decisions keep all facts that they rested on, so they are made again bit for bit. Nothing is changed.
    """
    asking = caller()
    asking.need_role(Role.PLATFORM)
    other = None if body.pack is None else read_pack(body.pack.model_dump_json(by_alias=True, exclude_none=True))
    found = replay(here(), other, platform=asking.organisation.id, most=body.most)
    return answer(
        ReplayOut(
            decisions=found.decisions,
            same=found.same,
            differ=found.differ[:100],
            milder=found.milder,
            graver=found.graver,
            cannot_tell=found.cannot_tell,
            changes=[
                ChangeOut(
                    decision_id=one.id,
                    listing=one.listing,
                    before=ListingDecision(one.before),
                    after=ListingDecision(one.after),
                    gained=list(one.gained),
                    lost=list(one.lost),
                )
                for one in found.shown
            ],
        )
    )


def _challenge(one: Challenge) -> ChallengeOut:
    return ChallengeOut(
        id=one.id,
        words=one.words,
        date=moment(one.created_at).date().isoformat(),
        state=one.state,
        valid_until=moment(one.expires_at),
        photo=one.photo,
    )
