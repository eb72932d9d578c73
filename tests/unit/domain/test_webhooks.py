"""What is told, in which words, and for how long it is tried."""

from __future__ import annotations

import json
import re

import pytest

from ledger.domain.chain_view import ChainEvent
from ledger.domain.statements import MarkKind, OwnerReportKind, RecordKind
from ledger.domain.webhooks import (
    ABOUT,
    GAPS,
    PROBLEMS,
    TOLD,
    TRIES,
    EventType,
    Problem,
    Secret,
    body_of,
    gap_after,
    in_force,
    type_of,
    what,
)


def event(name: str, **args: object) -> ChainEvent:
    return ChainEvent(1, 1_700_000_000, 0, b"\1" * 32, name, args)


def test_every_type_and_every_problem_has_its_sentence() -> None:
    assert set(ABOUT) == set(EventType)
    assert set(PROBLEMS) == set(Problem)
    assert all(re.fullmatch(r"[A-Z].*\.", sentence) for sentence in [*ABOUT.values(), *PROBLEMS.values()])


def test_every_event_that_is_told_has_a_type() -> None:
    for name in TOLD:
        kinds = list(RecordKind) if name == "Recorded" else [1]
        assert all(type_of(event(name, kind=int(kind))) for kind in kinds)
    assert type_of(event("KeyAdded")) is None


@pytest.mark.parametrize(
    ("name", "kind", "type", "word"),
    [
        ("OwnerReported", OwnerReportKind.STOLEN, EventType.ITEM_REPORTED, "stolen"),
        ("Marked", MarkKind.RECALL, EventType.ITEM_MARKED, "recall"),
        ("BatchMarked", MarkKind.VOID_BATCH, EventType.BATCH_MARKED, "void_batch"),
        ("Recorded", RecordKind.CORRECTION, EventType.ITEM_INSPECTED, "correction"),
        ("Recorded", RecordKind.SERVICE, EventType.ITEM_SERVICED, "service"),
        ("Claimed", 0, EventType.ITEM_CLAIMED, None),
    ],
)
def test_an_event_is_told_as_what_it_is(name: str, kind: int, type: EventType, word: str | None) -> None:
    told = event(name, kind=int(kind))
    assert (type_of(told), what(told)) == (type, word)


def test_a_body_has_a_type_a_time_and_data() -> None:
    body = body_of("item.claimed", 1_700_000_000, {"item": {"serial": "É"}})
    assert json.loads(body) == {
        "type": "item.claimed",
        "timestamp": "2023-11-14T22:13:20Z",
        "data": {"item": {"serial": "É"}},
    }
    assert " " not in body


def test_the_tries_take_more_than_a_day_and_come_to_an_end() -> None:
    assert [gap_after(tries) for tries in range(1, TRIES + 1)] == [*GAPS, None]
    assert list(GAPS) == sorted(GAPS)
    assert sum(GAPS) >= 24 * 3600


def test_a_secret_that_was_replaced_signs_until_its_time() -> None:
    secrets = (Secret("new"), Secret("old", 100))
    assert [one.text for one in in_force(secrets, 99)] == ["new", "old"]
    assert [one.text for one in in_force(secrets, 100)] == ["new"]
