"""Signals that brands share: what each chooses, what members read, and questions about repeat offenders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import Response, request
from pydantic import Field

from ledger.domain.desk.signals import Act, Kind, Policy
from ledger.domain.organisations import Scope
from ledger.services.desk import signals
from ledger.services.desk.sellers import MARKS
from ledger.services.desk.signals import Told
from ledger.services.desk.signals_port import Offender
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Flag, Id, IdPath, In, Moment, Out, PageQuery, moment, next_cursor, page

bp = blueprint("signals", "Signals that brands share with each other and with platforms, as each of them chooses.")

Slug = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]


class KindPath(In):
    """A kind of signal."""

    kind: Kind


class FeedQuery(In):
    """From where, and how much."""

    since: Number = Field(0, description="The `cursor` of the answer before; without it, from the first.")
    limit: int = Field(200, ge=1, le=1_000)


class PolicyIn(In):
    """With whom you share a kind of signal."""

    to: list[Slug] | None = Field(
        None, max_length=500, description="Short names of brands and platforms; null shares with all of them."
    )
    named: Flag = Field(False, description="Whether they are told that a signal is yours.")
    since: Moment | None = Field(None, description="Only what began then or later; null shares what there is.")


class PolicyOut(Out):
    """With whom you share a kind of signal."""

    kind: Kind
    to: list[str] | None
    named: bool
    since: datetime
    changed_at: datetime


class PoliciesOut(Out):
    """What you share; what is not here is not shared."""

    items: list[PolicyOut]


class SharedSignalOut(Out):
    """One entry of your feed. Once a signal stands no more its code is gone, from its first entry as well."""

    cursor: int
    signal: str = Field(description="Its name, by which an entry that ends it is put to the one that shared it.")
    act: Act
    kind: Kind
    stands: bool
    gtin: str | None
    serial: str | None
    source: str | None = Field(description="The brand's short name, where it lets itself be named.")
    at: datetime


class SignalsOut(Out):
    """Entries, oldest first, numbered without a gap."""

    items: list[SharedSignalOut]
    cursor: int = Field(description="Send it as `since` the next time, also where nothing is new.")
    more: bool


class IdentifierIn(In):
    """Something that tells that two sellers are one. It is turned into a keyed hash and not kept."""

    kind: Annotated[str, Field(json_schema_extra={"enum": sorted(MARKS)}, max_length=30)]
    value: str = Field(min_length=4, max_length=200)


class MatchOut(Out):
    """Whether it is an offender's, as a brand that shares with you says."""

    match: bool
    sources: list[str] = Field(description="Those of these brands that let themselves be named.")
    left: int = Field(description="Questions that you have left today.")


class OffenderIn(In):
    """Somebody whose listings were taken down for good, at least twice."""

    identifiers: list[IdentifierIn] = Field(min_length=1, max_length=20)
    cases: list[Id] = Field(
        min_length=2, max_length=50, description="Cases of yours, closed and upheld; two at the least."
    )


class OffenderOut(Out):
    """What you keep of an offender."""

    id: str
    identifiers: int
    created_at: datetime


class OffendersOut(Out):
    """Offenders that you have named, newest first."""

    items: list[OffenderOut]
    next: str | None


@operation(bp, "GET", "/v1/signals", answers={200: SignalsOut, 304: None}, scope=Scope.CHECK)
def list_signals(query: FeedQuery) -> Response:
    """What brands share with you

    For brands and platforms. Clone alerts (an item's code seems to have been copied) and thefts (final only) by the
    item's code, and that a brand lets you ask about repeat offenders. Nothing else of a brand is in it. Send
    `If-None-Match` to be told 304 when nothing is new.
    """
    found = signals.feed(here(), caller(), query.since, query.limit + 1)
    shown = found[: query.limit]
    last = shown[-1].entry.number if shown else query.since
    response = answer(SignalsOut(items=[_told(one) for one in shown], cursor=last, more=len(found) > query.limit))
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@operation(bp, "GET", "/v1/signals/policies", answers={200: PoliciesOut}, scope=Scope.READ)
def list_signal_policies() -> Response:
    """What you share, and with whom"""
    return answer(PoliciesOut(items=[_policy(*one) for one in signals.policies_of(here(), caller())]))


@operation(bp, "PUT", "/v1/signals/policies/<kind>", answers={200: PolicyOut}, scope=Scope.NOTICE)
def share_signals_of_kind(path: KindPath, body: PolicyIn) -> Response:
    """Share a kind of signal

    In place of what you shared of it before. Whoever is no member of it any more is told at once that it was
    withdrawn. Nothing is shared until you say so.
    """
    since = 0 if body.since is None else int(body.since.timestamp())
    made = signals.share(here(), caller(), path.kind, to=body.to, named=body.named, since=max(since, 0))
    return answer(_policy(*made))


@operation(bp, "DELETE", "/v1/signals/policies/<kind>", answers={204: None}, scope=Scope.NOTICE, refuses=(404,))
def withdraw_signals_of_kind(path: KindPath) -> Response:
    """Share a kind of signal no more

    Members are told that it was withdrawn, and its codes are shown to nobody any more.
    """
    signals.unshare(here(), caller(), path.kind)
    return Response(status=204)


@operation(bp, "POST", "/v1/signals/match", answers={200: MatchOut}, scope=Scope.CHECK)
def match_offender(body: IdentifierIn) -> Response:
    """Ask whether an identifier is that of a repeat offender

    Answered yes or no, 200 times a day; the list itself is handed to nobody. What you send is compared and not kept.
    """
    found = signals.ask(here(), caller(), body.kind, body.value)
    return answer(MatchOut(match=found.match, sources=list(found.sources), left=found.left))


@operation(bp, "POST", "/v1/signals/offenders", answers={201: OffenderOut}, scope=Scope.NOTICE, once=True)
def add_repeat_offender(body: OffenderIn) -> Response:
    """Name a repeat offender

    By identifiers, kept as keyed hashes, and by two cases of yours at least that were closed as upheld. Members are
    answered about it only once you share `repeat_offender`.
    """
    told = [(one.kind, one.value) for one in body.identifiers]
    return answer(_offender(signals.add_offender(here(), caller(), told, body.cases)), 201)


@operation(bp, "GET", "/v1/signals/offenders", answers={200: OffendersOut}, scope=Scope.NOTICE)
def list_repeat_offenders(query: PageQuery) -> Response:
    """Repeat offenders that you have named"""
    found = signals.offenders_of(here(), caller(), query.cursor, query.limit + 1)
    following = next_cursor(found, query.limit, lambda one: one.id)
    return page(
        found,
        query.limit,
        lambda rows: OffendersOut(items=[_offender(one) for one in rows], next=following),
        lambda one: one.id,
    )


@operation(bp, "DELETE", "/v1/signals/offenders/<id>", answers={204: None}, scope=Scope.NOTICE, refuses=(404,))
def drop_repeat_offender(path: IdPath) -> Response:
    """Forget a repeat offender"""
    signals.drop_offender(here(), caller(), path.id)
    return Response(status=204)


def _told(told: Told) -> SharedSignalOut:
    one = told.entry
    return SharedSignalOut(
        cursor=one.number,
        signal=one.signal,
        act=one.act,
        kind=one.kind,
        stands=one.stands,
        gtin=None if told.item is None else told.item.gtin,
        serial=None if told.item is None else told.item.serial,
        source=told.source,
        at=moment(one.at),
    )


def _policy(one: Policy, to: tuple[str, ...] | None) -> PolicyOut:
    return PolicyOut(
        kind=one.kind,
        to=None if to is None else list(to),
        named=one.named,
        since=moment(one.since),
        changed_at=moment(one.changed_at),
    )


def _offender(one: Offender) -> OffenderOut:
    return OffenderOut(id=one.id, identifiers=one.identifiers, created_at=moment(one.created_at))
